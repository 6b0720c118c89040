import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCompletionTable } from '../../src/app/completion-table.ts'
import { makeHome, program, root, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'

const recorder = join(import.meta.dirname, '../support/record-loads.cjs')
const dist = join(program, '../../dist')

let home: Home

beforeAll(() => {
  home = makeHome()
  mkdirSync(home.config, { recursive: true, mode: 0o700 })
  write({ version: 1, profiles: { web: { id: 'w'.repeat(16), provider: 'oz' } } })
})

afterAll(() => home.remove())

function write(config: unknown): void {
  const text = typeof config === 'string' ? config : JSON.stringify(config)
  writeFileSync(join(home.config, 'config.json'), text, { mode: 0o600 })
}

/** What is answered, and what that takes. */
async function ask(line: string, env: Readonly<Record<string, string>> = {}) {
  const target = join(home.path, 'loads.json')
  const typed = { COMP_LINE: line, COMP_WORD: line.split(' ').at(-1) ?? '' }
  const options = { env: { ...env, ...typed, LOADS_FILE: target }, node: ['--require', recorder] }
  const ended = await run(['__complete', 'bash'], { home, ...options })
  const { files, connections, opened, users } = JSON.parse(readFileSync(target, 'utf8')) as {
    files: string[]
    connections: string[]
    opened: string[]
    users: number
  }
  const ours = files.filter((path) => path.startsWith(dist))
  // What the build has compiled of them stands for them, and is not read besides.
  const isText = (path: string) => path.startsWith(dist) && !path.startsWith(join(dist, 'kept'))
  const read = [...ours, ...opened.filter(isText)]
  const bytes = [...new Set(read)].reduce((all, path) => all + statSync(path).size, 0)
  const names = ours.map((path) => basename(path)).toSorted()
  return { ...ended, names, bytes, files, connections, opened, users }
}

describe('a line is completed by little', () => {
  test.each([
    ['tokn tok', 'words\ntoken\n', ['completion.cjs', 'entry.cjs'], 80_000],
    ['tokn token --st', 'words\n--store\n', ['completion.cjs', 'entry.cjs'], 80_000],
    [
      'tokn token w',
      'words\nweb\n',
      ['completion.cjs', 'entry.cjs', 'known-profiles.cjs', 'start.cjs'],
      220_000,
    ],
  ] as const)('%s', async (line, out, names, most) => {
    const loaded = await ask(line)
    expect(loaded).toMatchObject({ status: 0, out, err: '', names, connections: [], users: 0 })
    expect(loaded.bytes).toBeLessThanOrEqual(most)
    const heavy = /^(node:)?(https?|net|tls|tty|stream|crypto|child_process|worker_threads)$/
    expect(loaded.files.filter((name) => heavy.test(name))).toEqual([])
    expect(loaded.files.filter((name) => name.includes('node_modules'))).toEqual([])
  })

  test('the table is that of the commands that there are', async () => {
    const built: unknown = JSON.parse(readFileSync(join(dist, 'completion.json'), 'utf8'))
    expect(built).toEqual(JSON.parse(JSON.stringify(await makeCompletionTable())))
  })

  test('the scripts and the answers are of the shells that help names', async () => {
    for (const shell of ['bash', 'zsh', 'fish', 'pwsh']) {
      const { status, out } = await run(['completion', shell], { home })
      expect({ status, shell, called: out.includes('__complete') }).toEqual({
        status: 0,
        shell,
        called: true,
      })
      const folder = join(root, 'src/commands/completion/scripts')
      expect(
        readdirSync(folder).some((name) => readFileSync(join(folder, name), 'utf8') === out),
      ).toBe(true)
    }
  })
})

describe('whatever is wrong,', () => {
  const whole = { version: 1, profiles: { web: { id: 'w'.repeat(16), provider: 'oz' } } }
  test.each([
    ['a configuration that is no JSON', '{'],
    ['a name that no profile can have', { ...whole, profiles: { '$(x)': {}, web: {} } }],
    ['a configuration of another version', { ...whole, version: 9 }],
    ['one without profiles', { ...whole, profiles: 'x' }],
  ])('%s gives no profiles, and no error', async (_, config) => {
    write(config)
    expect(await ask('tokn token w')).toMatchObject({ status: 0, out: 'words\n', err: '' })
    expect(await ask('tokn revoke w')).toMatchObject({ status: 0, out: 'words\n', err: '' })
    expect((await ask('tokn issue --scope ')).err).toBe('')
    expect(await ask('tokn tok')).toMatchObject({ out: 'words\ntoken\n' })
    write(whole)
  })

  test('nothing is unlocked, asked or written', async () => {
    const env = { TOKN_STORE: 'keychain', TOKN_STORE_KEY: 'wrong', TOKN_MIN_TTL: 'wrong' }
    for (const line of ['tokn token w', 'tokn revoke ', 'tokn issue web --scope ']) {
      const { status, err, connections } = await ask(line, env)
      expect({ status, err, connections }).toEqual({ status: 0, err: '', connections: [] })
    }
    for (const folder of ['state', 'data', 'cache']) {
      expect(existsSync(join(home.path, folder)), folder).toBe(false)
    }
  })

  test('a folder of profiles that the line names is looked into', async () => {
    const line = `tokn --config-dir ${home.config} token w`
    const env = { TOKN_CONFIG_DIR: join(home.path, 'nowhere') }
    expect((await ask('tokn token w', env)).out).toBe('words\n')
    expect((await ask(`tokn token --config-dir ${home.config} w`, env)).out).toBe('words\nweb\n')
    expect((await ask(line, env)).out).toBe('words\nweb\n')
  })
})
