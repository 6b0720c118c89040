import { mkdirSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'vitest'
import { addressOf, credentialsOf } from '../../support/servers.ts'
import { openTerminal } from '../../support/terminal.ts'
import { bind, call, calls, must, withFlags, type Call, type Stage } from './world.ts'

/** Shows that `command` behaves otherwise with a flag than without it. */
export type Demonstration = (stage: Stage, command: string) => Promise<void>

/** Commands that run something else, or write a file: no document is their answer. */
const withoutDocument = new Set([
  'agent run',
  'curl',
  'exec',
  'demo',
  'provider schema',
  'provider new',
])

/** Commands that know nothing of profiles or definitions of one's own. */
const everywhereTheSame = new Set([
  'completion',
  'agent start',
  'agent stop',
  'agent status',
  'agent run',
  'agent lock',
  'agent unlock',
  'demo',
  'sandbox',
  'provider schema',
  'provider show',
  'provider list',
  'provider new',
  'provider test',
  'provider add',
  'profile unbind',
  'ci start',
  'ci end',
])

const talking = new Set([
  'check',
  'login',
  'list',
  'issue',
  'revoke',
  'logout',
  'info',
  'provider scopes',
  'provider test',
  'ci start',
])

/** What makes a command send a request, which some would not do otherwise. */
const sending: Readonly<Record<string, readonly string[]>> = {
  token: ['--refresh', 'force'],
  header: ['--refresh', 'force'],
  curl: ['--refresh', 'force'],
  env: ['--refresh', 'force'],
  exec: ['--refresh', 'force'],
}

/** Commands that say on standard error what they did. */
const speaking = new Set([
  'agent start',
  'agent stop',
  'agent run',
  'agent lock',
  'agent unlock',
  'agent install',
  'uninstall',
  'login',
  'refresh',
  'issue',
  'revoke',
  'logout',
  'profile use',
  'profile set',
  'profile bind',
  'profile unbind',
  'profile rename',
  'profile remove',
  'profile forget-credentials',
  'provider add',
  'provider remove',
  'sandbox',
  'ci start',
  'ci end',
])

/** Commands whose answer has colours. */
const colourful = new Set([
  'status',
  'list',
  'info',
  'doctor',
  'uninstall',
  'demo',
  'provider test',
])

/** What is said besides errors and hints. */
function ownWords(err: string): string {
  return err.replace(/^(tokn: (error|hint): |  ).*\n/gm, '')
}

/** Calls that reach a host which only a proxy could know, with a token or credentials of variables. */
const far = 'https://nowhere.invalid'
const throughProxy: Readonly<Record<string, readonly string[]>> = {
  list: ['list'],
  issue: ['issue', '--name', 'x'],
  revoke: ['revoke', 'x'],
  info: ['info'],
  check: ['check', '--online'],
  curl: ['curl', '--', '-sS', `${far}/`],
  login: ['login', 'far', '-p', 'rightech', '--base-url', far],
  'provider test': ['provider', 'test', 'rightech', '--base-url', far],
}

const hung = { do: 'hang' } as const

/** The exit status of a command in which no token can be had; a child's own would be another. */
const failed = (command: string, status: number) =>
  // keyring and docker know one way to fail, and cargo is told in its own words.
  ({ exec: 111, 'credential keyring': 1, 'credential docker': 1, 'credential cargo': 0 })[
    command
  ] ?? status

export const everywhere: Readonly<Record<string, Demonstration>> = {
  '--json': async (stage, command) => {
    // A tool's own flags are not ours to refuse; ours are, among its words.
    const asksTokn = command.startsWith('credential ')
    const words = asksTokn ? ['get', '--json'] : ['--no-such-flag']
    const wrong = await stage.tokn([...command.split(' '), '--json', ...words])
    expect(JSON.parse(wrong.err)).toMatchObject({ schema: 'tokn.error/v1', exit: 2 })
    if (asksTokn || withoutDocument.has(command)) return
    const { status, out, err } = await call(stage, command, ['--json'])
    if (status !== 0) throw new Error(`${out}${err}`)
    expect({ command, status }).toEqual({ command, status: 0 })
    expect(JSON.parse(out)).toMatchObject({ schema: expect.stringMatching(/^tokn\..*\/v1$/) })
  },
  '--fields': async (stage, command) => {
    const { status, out, err } = await call(stage, command, ['--fields', 'nosuch'])
    expect({ command, status, out }).toEqual({ command, status: 2, out: '' })
    expect(err).toMatch(/no field|no JSON document/)
  },
  '--quiet': async (stage, command) => {
    const spoken = ownWords((await call(stage, command, [])).err)
    const quiet = ownWords((await call(stage, command, ['--quiet'])).err)
    expect({ command, speaks: spoken !== '', quiet }).toEqual({
      command,
      speaks: speaking.has(command),
      quiet: '',
    })
  },
  '--no-color': async (stage, command) => {
    const env = { FORCE_COLOR: '1' }
    const [painted, plain] = [
      await call(stage, command, [], env),
      await call(stage, command, ['--no-color'], env),
    ]
    const escape = '\u001b'
    expect({
      command,
      painted: painted.out.includes(escape),
      plain: plain.out.includes(escape),
    }).toEqual({ command, painted: colourful.has(command), plain: false })
  },
  '--debug': async (stage, command) => {
    const { err } = await call(stage, command, [...(sending[command] ?? []), '--debug'])
    const asks = talking.has(command) || sending[command] !== undefined || command === 'refresh'
    expect({ command, shown: / -> \d{3} /.test(err) }).toEqual({
      command,
      shown: asks || command === 'doctor',
    })
  },
  '--config-dir': async (stage, command) => {
    const elsewhere = join(stage.home.path, 'elsewhere', command.replace(' ', '-'))
    mkdirSync(elsewhere, { recursive: true })
    const here = await call(stage, command, [])
    const there = await call(stage, command, ['--config-dir', elsewhere])
    if (everywhereTheSame.has(command)) expect(there.status).toBe(here.status)
    else if (command === 'login') {
      const kept = await must(stage, ['profile', 'list', '--config-dir', elsewhere])
      expect(kept.out).toContain('web')
    } else expect({ command, ...there }).not.toEqual({ command, ...here })
  },
}

export const shared: Readonly<Record<string, Demonstration>> = {
  '--profile': async (stage, command) => {
    const { args, env } = await (calls[command] as Call)(stage)
    const named = args.filter((word) => !['web', 'iot', 'listed', '-P'].includes(word))
    if (command === 'login') {
      await must(stage, [...named, '--profile', 'named'], env)
      expect((await must(stage, ['profile', 'list'])).out).toContain('named')
    } else if (command === 'provider test') {
      const { status } = await stage.tokn(['provider', 'test', 'hosterby', '-P', 'web'], env)
      expect(status).toBe(0)
    } else if (command === 'logout') {
      const named = args.slice(1)
      await must(stage, ['logout', '--profile', ...named])
      expect((await stage.tokn(['token', ...named])).status).toBe(4)
    } else {
      const { status, err } = await stage.tokn(withFlags(named, ['--profile', 'nobody']), env)
      expect({ command, status }).toEqual({ command, status: failed(command, 3) })
      expect(err).toContain('nobody')
    }
  },
  '--store': async (stage, command) => {
    const wrong = await call(stage, command, ['--store', 'nonsense'])
    expect({ command, status: wrong.status, out: wrong.out }).toEqual({
      command,
      status: 2,
      out: '',
    })
    const { status, err } = await call(stage, command, ['--store', 'memory'])
    if (command === 'login') expect(err).toContain('nothing is kept')
    else {
      expect({ command, status }).toEqual({ command, status: failed(command, 4) })
      expect(err).toContain('in the memory store; by its profile it is in the file store')
    }
    if (command === 'login')
      await must(
        stage,
        ['login', 'web', ...addressOf(stage.web), '--store', 'file'],
        credentialsOf(stage.web),
      )
  },
  '--timeout': async (stage, command) => {
    const { status, err } = await call(stage, command, ['--timeout', 'nonsense'])
    expect({ command, status }).toEqual({ command, status: 2 })
    expect(err).toContain('--timeout')
    if (!talking.has(command) && sending[command] === undefined) return
    const made = await (calls[command] as Call)(stage)
    for (const api of [stage.web, stage.iot]) api.control.replaceFaults([hung])
    try {
      const flags = [...(sending[command] ?? []), '--timeout', '1s']
      const late = await stage.tokn(withFlags(made.args, flags), made.env)
      // A logout erases the session here whatever the provider does; a test tells of each step.
      const expected = { logout: 12, 'provider test': 10, info: 7 }[command] ?? failed(command, 7)
      expect({ command, status: late.status }).toEqual({ command, status: expected })
    } finally {
      for (const api of [stage.web, stage.iot]) api.control.replaceFaults([])
      // What got no answer is settled, so that nothing warns of it further on.
      await stage.tokn(['refresh', 'web'])
    }
  },
  '--ca': async (stage, command) => {
    const missing = join(stage.home.path, 'no-such-ca.pem')
    const ended = await call(stage, command, [...(sending[command] ?? []), '--ca', missing])
    expect({ command, status: ended.status }).not.toEqual({ command, status: 0 })
    expect(`${ended.out}${ended.err}`).toContain('no-such-ca.pem')
  },
  '--proxy': async (stage, command) => {
    const wrong = await call(stage, command, ['--proxy', 'ftp://127.0.0.1'])
    expect({ command, status: wrong.status }).toEqual({ command, status: 2 })
    expect(wrong.err).toContain('proxy')
    const words = throughProxy[command]
    if (words === undefined) return
    let asked = 0
    const proxy = createServer((socket) => {
      asked++
      socket.on('error', () => undefined).end('HTTP/1.1 503 no\r\ncontent-length: 0\r\n\r\n')
    })
    await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const given = { TOKN_TOKEN: 'x', TOKN_PROVIDER: 'rightech', TOKN_BASE_URL: far }
    const env = words[0] === 'login' || words[0] === 'provider' ? credentialsOf(stage.iot) : given
    await stage.tokn(withFlags(words, ['--timeout', '5s']), env)
    expect({ command, asked }).toEqual({ command, asked: 0 })
    await stage.tokn(withFlags(words, ['--proxy', url, '--timeout', '5s']), env)
    proxy.close()
    expect({ command, asked: asked > 0 }).toEqual({ command, asked: true })
  },
  '--no-input': async (stage, command) => {
    const args = await askingArgs(stage, command)
    const asking = openTerminal(args, stage.home, { TOKN_STORE_KEY: undefined })
    await asking.until(/◆|\? /)
    asking.type('\u0003')
    await asking.ended
    const silent = openTerminal(withFlags(args, ['--no-input']), stage.home, {
      TOKN_STORE_KEY: undefined,
    })
    const { status, err } = await silent.ended
    expect(err).not.toMatch(/◆/)
    // A doctor tells of it as one finding of many.
    if (command !== 'doctor') expect({ command, status }).not.toEqual({ command, status: 0 })
  },
  '--yes': async (stage, command) => {
    const ask = {
      revoke: async () => {
        const names = [stage.unused(), stage.unused()]
        for (const name of names) await must(stage, ['issue', 'iot', '--name', name])
        return ['revoke', ...names, '-P', 'iot']
      },
      logout: async () => ['logout', '--all', '--local-only'],
      'profile bind': async () => {
        bind(stage, 'iot')
        return ['profile', 'bind', 'web']
      },
      'provider add': async () => {
        await stage.tokn(['provider', 'remove', 'mine'])
        return ['provider', 'add', 'mine.json']
      },
      login: async () => {
        const name = stage.unused()
        await must(stage, ['login', name, ...addressOf(stage.web)], credentialsOf(stage.web))
        return ['login', name, ...addressOf(stage.iot), '--no-remember']
      },
    }[command]
    if (ask === undefined) throw new Error(`nothing to agree to in ${command}`)
    const args = await ask()
    const asking = openTerminal(args, stage.home, credentialsOf(stage.iot))
    await asking.until(/◆/)
    asking.type('\u0003')
    expect((await asking.ended).status).toBe(130)
    const agreed = openTerminal([...args, '--yes'], stage.home, credentialsOf(stage.iot))
    expect({ command, ...(await agreed.ended) }).toMatchObject({ command, status: 0 })
    if (command === 'logout') await restore(stage)
  },
  '--plain': async (stage, command) => {
    const [table, plain] = [await call(stage, command, []), await call(stage, command, ['--plain'])]
    expect(table.out).not.toContain('\t')
    expect(plain.out).toMatch(/^(?:.*\t.*\n)*$/)
    expect(plain.out).not.toBe(table.out)
  },
  '--dry-run': async (stage, command) => {
    const made = await (calls[command] as Call)(stage)
    const before = { seen: stage.requests(), profiles: await look(stage) }
    const told = await stage.tokn(withFlags(made.args, ['--dry-run']), made.env)
    expect({ command, ...told }).toMatchObject({ command, status: 0, out: '' })
    expect(told.err).toMatch(/would/)
    const listed = command === 'revoke' ? 1 : 0
    expect({ command, seen: stage.requests() - before.seen }).toEqual({ command, seen: listed })
    expect(await look(stage)).toEqual(before.profiles)
    const document = await stage.tokn(withFlags(made.args, ['--dry-run', '--json']), made.env)
    expect(JSON.parse(document.out)).toMatchObject({ schema: expect.stringMatching(/^tokn\./) })
  },
}

async function askingArgs(stage: Stage, command: string): Promise<readonly string[]> {
  const { args } = await (calls[command] as Call)(stage)
  return command === 'provider add' ? args.filter((word) => word !== '--yes') : args
}

/** What is here, by all that tells of it without a question. */
async function look({ tokn }: Stage): Promise<string> {
  const texts = [
    await tokn(['profile', 'list', '--json']),
    await tokn(['provider', 'list']),
    await tokn(['list', '--local', '--json', '--fields', 'id,name,saved_as,fingerprint']),
  ]
  return texts.map(({ out }) => out).join('\n')
}

async function restore(stage: Stage): Promise<void> {
  for (const [name, api] of [
    ['web', stage.web],
    ['iot', stage.iot],
  ] as const) {
    await must(stage, ['login', name, ...addressOf(api)], credentialsOf(api))
  }
}
