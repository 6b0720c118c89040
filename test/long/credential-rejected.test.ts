import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, start, startCommand, type Ended, type Running } from '../support/run.ts'
import { logInToStrictApi, startStrictApi, type StrictApi } from '../support/strict-api.ts'
import { until } from '../support/until.ts'

const crowd = 20

let home: Home
let api: StrictApi

beforeEach(async () => {
  home = makeHome()
  api = await startStrictApi()
  await logInToStrictApi(home, api, 'web')
})
afterEach(async () => {
  await api.close()
  home.remove()
})

const site = () => `protocol=http\nhost=${api.origin.slice('http://'.length)}\n`
const helper = async (operation: string, more = '', env = {}): Promise<Ended> =>
  await run(['credential', 'git', operation], { home, env, input: `${site()}${more}` })
const passwordOf = ({ out }: Ended) => /^password=(.*)$/m.exec(out)?.[1] ?? ''
const get = async (env = {}) => passwordOf(await helper('get', '', env))
const erase = async (token: string, env = {}) =>
  await helper('erase', `username=oauth2\npassword=${token}\n`, env)
const works = async (token: string) =>
  (await fetch(api.origin, { headers: { authorization: `Bearer ${token}` } })).status === 200

const quietly = { status: 0, out: '', err: '' }

describe('a token that git says was refused', () => {
  test('is replaced once where all erase it and ask again at the same time', async () => {
    const old = await get()
    api.endAccess()
    const each = async () => {
      expect(await erase(old)).toEqual(quietly)
      return await helper('get')
    }
    const all = await Promise.all(Array.from({ length: crowd }, each))
    expect(all.map(({ status, err }) => `${status} ${err}`)).toEqual(Array(crowd).fill('0 '))
    const given = new Set(all.map(passwordOf))
    expect(given.size).toBe(1)
    expect(given.has(old)).toBe(false)
    expect(await works([...given][0] ?? '')).toBe(true)
    expect(api.refreshes()).toBe(1)
  })

  test('is replaced through an agent that holds it', async () => {
    mkdirSync(join(home.path, 'run'), { mode: 0o700 })
    const env = { XDG_RUNTIME_DIR: join(home.path, 'run') }
    expect(await run(['agent', 'start'], { home, env })).toMatchObject({ status: 0 })
    try {
      // Whoever has no key has no session but that of the agent.
      const keyless = { ...env, TOKN_STORE_KEY: undefined }
      const old = await get(keyless)
      expect(await works(old)).toBe(true)
      api.endAccess()
      expect(await erase(old, keyless)).toEqual(quietly)
      const all = await Promise.all(Array.from({ length: crowd }, async () => await get(keyless)))
      expect(new Set(all).size).toBe(1)
      expect(await works(all[0] ?? '')).toBe(true)
      expect(api.refreshes()).toBe(1)
    } finally {
      await run(['agent', 'stop'], { home, env })
    }
  })

  test('is replaced for what runs inside of exec', async () => {
    const script = `
      ask() { printf '%s' "$SITE" | tokn credential git get | sed -n 's/^password=//p'; }
      old=$(ask)
      printf '%susername=oauth2\\npassword=%s\\n' "$SITE" "$old" | tokn credential git erase
      echo "$old" "$(ask)"`
    const line = ['exec', 'web', '--', 'env', '-u', 'TOKN_STORE_KEY', 'sh', '-c', script]
    const { status, out, err } = await run(line, { home, env: { SITE: site() } })
    expect({ status, err }).toEqual({ status: 0, err: '' })
    const [old = '', next = ''] = out.trim().split(' ')
    expect([await works(old), await works(next)]).toEqual([false, true])
    expect(api.refreshes()).toBe(1)
  })

  test('is of no consequence where the environment has it, or an agent that is elsewhere', async () => {
    const given = { TOKN_TOKEN: 'given', TOKN_PROVIDER: 'strict', TOKN_BASE_URL: api.origin }
    expect(await get(given)).toBe('given')
    expect(await erase('given', given)).toEqual(quietly)
    const credentials = { ServerURL: new URL(api.origin).host, Username: 'al', Secret: 'given' }
    const store = async (env: object) =>
      await run(['credential', 'docker', 'store'], {
        home,
        env: { ...env },
        input: JSON.stringify(credentials),
      })
    expect(await store(given)).toEqual(quietly)
    expect(await store({})).toMatchObject({ status: 1, err: '' })
    const elsewhere = { TOKN_AGENT_SOCK: join(home.path, 'none.sock'), TOKN_PROFILE: 'unknown' }
    expect(await erase('given', elsewhere)).toEqual(quietly)
    expect(api.refreshes()).toBe(0)
  })

  test('is not told from another one by who has no store', async () => {
    const old = await get()
    expect(await erase(old, { TOKN_STORE_KEY: undefined })).toEqual(quietly)
    expect(await erase('another', { TOKN_STORE_KEY: undefined })).toEqual(quietly)
    expect(await get()).not.toBe(old)
    expect(api.refreshes()).toBe(1)
  })

  test.skipIf(!requirePart('setpriv'))(
    'is what it was where nothing can be written down',
    async () => {
      const old = await get()
      const folder = join(home.path, 'state/tokn')
      const folders = [folder, ...readdirSync(folder).map((name) => join(folder, name))]
      expect(folders.length).toBeGreaterThan(1)
      const weak = ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--ambient-caps=-all']
      for (const one of folders) chmodSync(one, 0o500)
      try {
        const input = `${site()}password=${old}\n`
        const words = ['sh', '-c', 'tokn credential git erase']
        const ended = await startCommand([...weak, ...words], { home, input }).ended
        expect({ status: ended.status, out: ended.out }).toEqual({ status: 0, out: '' })
      } finally {
        for (const one of folders) chmodSync(one, 0o700)
      }
      expect(await get()).toBe(old)
    },
  )

  test('is replaced by the next one that asks where the first was killed meanwhile', async () => {
    const old = await get()
    await erase(old)
    const release = api.holdRefreshes()
    const ask = () => start(['credential', 'git', 'get'], { home, input: site() })
    const kill = async ({ child, ended }: Running) => {
      child.kill('SIGKILL')
      await ended
    }
    for (const after of [40, 80, 120, 160, 240]) {
      const running = ask()
      await delay(after)
      await kill(running)
    }
    const running = ask()
    await until(() => api.refreshes() === 1)
    expect(running.child.exitCode).toBe(null)
    await kill(running)
    release()
    const next = await get()
    expect(next).not.toBe(old)
    expect(await works(next)).toBe(true)
    expect(api.refreshes()).toBe(1)
  })
})

describe('a helper that is asked in odd ways', () => {
  test('answers at the empty line, whatever is open behind it', async () => {
    const line = ['sh', '-c', `{ printf '%s\\n' "$SITE"; sleep 5; } | tokn credential git get`]
    const { child, ended } = startCommand(line, { home, env: { SITE: site() } })
    const first = await new Promise((resolve) => child.stdout?.once('data', resolve))
    expect(String(first)).toContain('password=')
    process.kill(-(child.pid ?? 0), 'SIGKILL')
    await ended
  })

  test('gives nothing for what is none', async () => {
    for (const [input, status, said] of [
      ['', 0, ''],
      ['protocol', 2, 'a line of the input is not an attribute'],
      [Buffer.from('protocol=https\nhost=a\0b\n'), 2, 'characters that are no text'],
      [Buffer.from('protocol=https\nhost=a\xff\n', 'latin1'), 2, 'characters that are no text'],
      [Buffer.from('protocol=https\nhost=a\npath=caf\xe9\n', 'latin1'), 0, ''],
      [`x=${'y'.repeat(70_000)}\n`, 2, ''],
      ['protocol=https\nhost=git.example\n'.repeat(5_000), 2, 'too long'],
    ] as const) {
      const ended = await run(['credential', 'git', 'get'], { home, input })
      const { out, err } = ended
      expect({ said, status: ended.status, out }).toEqual({ said, status, out: '' })
      expect(err).toContain(said)
    }
  })

  test('says no secret, whatever is wrong', async () => {
    const secret = 'hunter2-hunter2'
    for (const [operation, input] of [
      ['erase', `password ${secret}\n`],
      ['get', `url=https:/${secret}@x\n`],
      ['erase', `protocol=https\nhost=x\npassword=${secret}\u0001\n`],
    ] as const) {
      const { out, err } = await run(['credential', 'git', operation], { home, input })
      expect(out + err).not.toContain('hunter2')
    }
    const stored = await run(['credential', 'docker', 'store'], {
      home,
      input: `{"Secret":"${secret}"`,
    })
    expect(stored.out + stored.err).not.toContain('hunter2')
  })
})
