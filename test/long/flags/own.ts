import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'vitest'
import { root, type Environment } from '../../support/home.ts'
import type { Ended } from '../../support/run.ts'
import { addressOf, credentialsOf } from '../../support/servers.ts'
import { openTerminal } from '../../support/terminal.ts'
import type { Demonstration } from './shared.ts'
import { endAgent } from './agent-calls.ts'
import { bind, call, calls, must, type Call, type Stage } from './world.ts'

type Outcome = Partial<Record<keyof Ended, unknown>>

/** The command with the flag ends so, and without it does not. */
function makes(flags: readonly string[], outcome: Outcome, env: Environment = {}): Demonstration {
  return async (stage, command) => {
    const [plain, flagged] = [
      await call(stage, command, [], env),
      await call(stage, command, flags, env),
    ]
    expect({ command, flags, ...flagged }).toMatchObject(outcome)
    expect(plain).not.toMatchObject(outcome)
  }
}

const said = (text: string | RegExp) => expect.stringMatching(text)
const inJson = (text: string) => expect.stringContaining(`"${text}"`)

const fresh = {
  '--min-ttl': makes(['--min-ttl', '1000h'], { status: 10 }),
  '--refresh': makes(['--refresh', 'sometimes'], { status: 2 }),
}

const grants = {
  '--name': makes(['--name', 'two words', '--json'], { out: inJson('two words') }),
  '--scope': makes(['--scope', 'GET /objects', '--json'], { out: inJson('GET /objects') }),
  '--expires-in': makes(['--expires-in', 'soon'], { status: 2 }),
  '--expires-at': makes(['--expires-at', '2001-01-01T00:00:00Z'], { status: 2 }),
  '--audience': makes(['--audience', 'x'], { status: 2, err: said('audience') }),
  '--resource': makes(['--resource', 'https://x.example'], { status: 2, err: said('resource') }),
}

/** A login to an OAuth server of this test, with what reached it and what was kept. */
async function loginOauth(stage: Stage, flags: readonly string[], env: Environment = {}) {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      requests.push(`${JSON.stringify(request.headers)} ${Buffer.concat(chunks).toString()}`)
      const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const document = { issuer, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks` }
      const granted = { access_token: 'granted', token_type: 'Bearer', expires_in: 600 }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(request.method === 'POST' ? granted : document))
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const name = stage.unused()
  const base = ['login', name, '--issuer', issuer, '--client-id', 'me', '--flow', 'client']
  const ended = await stage.tokn([...base, ...flags], { TOKN_CLIENT_SECRET: 'hush', ...env })
  server.close()
  const kept = await stage.tokn(['profile', 'show', name, '--json'])
  await stage.tokn(['logout', name, '--local-only'])
  await stage.tokn(['profile', 'remove', name])
  return { ...ended, requests: requests.join('\n'), kept: kept.out }
}

/** The login with the flag shows this, and the one without it does not. */
function oauth(flags: readonly string[], seen: Readonly<Record<string, unknown>>): Demonstration {
  return async (stage) => {
    const missing = join(stage.home.path, 'missing')
    const filled = flags.map((word) => (word === 'MISSING' ? missing : word))
    expect(await loginOauth(stage, filled)).toMatchObject(seen)
    expect(await loginOauth(stage, [])).not.toMatchObject(seen)
  }
}

/** What only a person before a browser sees is shown elsewhere; that it is read, is shown here. */
const isRead =
  (name: string): Demonstration =>
  async () => {
    const texts = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join(root, 'src', path), 'utf8'))
    const read = new RegExp(
      `\\b(flags|options)\\.${name}\\b|\\{[^{}]*\\b${name}\\b[^{}]*\\} = (flags|options)\\b`,
    )
    expect(texts.filter((text) => read.test(text)).length).toBeGreaterThan(0)
  }

const endpoints = [
  ...['token', 'authorization', 'device-authorization', 'par', 'revocation', 'introspection'],
  ...['userinfo', 'end-session'],
]
  .map((name) => `--${name}-endpoint`)
  .concat('--jwks-uri')

const login: Readonly<Record<string, Demonstration>> = {
  '--provider': makes(['--provider', 'nosuch'], { status: 3 }),
  '--base-url': async (stage) => {
    const ended = await stage.tokn(['login', 'x', '-p', 'hosterby', '--base-url', 'ftp://x'])
    expect(ended).toMatchObject({ status: 2, err: said('base URL') })
  },
  '--api-url': makes(['--api-url', 'nonsense'], { status: 2 }),
  '--set': makes(['--set', 'nosuch=1'], { status: 2, err: said('no field') }),
  '--override': makes(['--override', 'nosuch=1'], { status: 2 }),
  '--username': makes(['--username', 'x'], { status: 2, err: said('--username') }),
  '--password-stdin': async (stage) => {
    const { secret_key, ...others } = stage.web.credentials
    const args = ['login', stage.unused(), ...addressOf(stage.web), '--password-stdin']
    const env = { TOKN_ACCESS_KEY: others['access_key'] }
    expect(await stage.tokn(args, env, `${secret_key ?? ''}\n`)).toMatchObject({ status: 0 })
    expect(await stage.tokn(args.slice(0, -1), env)).toMatchObject({ status: 4 })
  },
  '--secret-file': makes(['--secret-file', 'no-such-file'], { status: 2 }),
  '--with-token': async (stage) => {
    const token = (await must(stage, ['token', 'iot'])).out
    const name = stage.unused()
    const args = ['login', name, ...addressOf(stage.iot), '--with-token']
    expect(await stage.tokn(args, {}, token)).toMatchObject({ status: 0 })
    expect(await stage.tokn(args.slice(0, -1), {}, token)).toMatchObject({ status: 4 })
    // Refreshed with all others, it would take the token away from the profile that it is of.
    await stage.tokn(['logout', name, '--local-only'])
    await must(stage, ['profile', 'remove', name])
  },
  '--with-refresh-token': oauth(['--with-refresh-token', '--remember'], { status: 2 }),
  '--remember': async (stage) => await remembers(stage, '--remember', true),
  '--no-remember': async (stage) => await remembers(stage, '--no-remember', false),
  '--force': isRead('force'),
  '--name': makes(['--name', 'x'], { status: 2 }),
  '--scope': makes(['--scope', 'x'], { status: 2 }),
  '--expires-in': makes(['--expires-in', '1h'], { status: 2 }),
  '--expires-at': makes(['--expires-at', '2099-01-01T00:00:00Z'], { status: 2 }),
  '--audience': makes(['--audience', 'x'], { status: 2 }),
  '--resource': makes(['--resource', 'https://x.example'], { status: 2 }),
  '--issuer': makes(['--issuer', 'https://x.example'], { status: 2 }),
  '--client-id': makes(['--client-id', 'x'], { status: 2 }),
  '--flow': oauth(['--flow', 'nosuch'], { status: 2 }),
  '--client-secret-file': oauth(['--client-secret-file', 'MISSING'], { status: 2 }),
  '--client-auth': oauth(['--client-auth', 'client_secret_post'], {
    requests: said('client_secret=hush'),
  }),
  '--private-key-file': oauth(['--private-key-file', 'MISSING'], { status: 2 }),
  '--subject-token-file': oauth(['--subject-token-file', 'MISSING'], { status: 2 }),
  '--assertion-file': oauth(['--assertion-file', 'MISSING'], { status: 2 }),
  '--trust-endpoint': oauth(['--trust-endpoint', 'https://x.example'], { kept: said('x.example') }),
  '--redirect-port': oauth(['--redirect-port', 'nonsense'], { status: 2 }),
  '--redirect-uri': oauth(['--redirect-uri', 'nonsense'], { status: 2 }),
  '--register': oauth(['--register'], { status: 2 }),
  '--discovery': oauth(['--discovery', 'MISSING'], { status: 2 }),
  ...Object.fromEntries(endpoints.map((name) => [name, oauth([name, 'nonsense'], { status: 2 })])),
  '--authorization-param': oauth(['--authorization-param', 'a=b'], { status: 2 }),
  '--token-param': oauth(['--token-param', 'a=b'], { requests: said('a=b') }),
  '--token-lifetime': oauth(['--token-lifetime', 'nonsense'], { status: 2 }),
  '--show': oauth(['--show'], { err: said('1. GET') }),
  '--dpop': oauth(['--dpop'], { requests: said('"dpop":') }),
  '--cert': oauth(['--cert', 'MISSING', '--key', 'MISSING'], { status: 2 }),
  '--key': oauth(['--key', 'MISSING'], { status: 2 }),
  '--no-browser': isRead('browser'),
  '--qr': isRead('qr'),
  '--clipboard': isRead('clipboard'),
}

async function remembers(stage: Stage, flag: string, kept: boolean): Promise<void> {
  const args = ['login', stage.unused(), ...addressOf(stage.web)]
  const terminal = openTerminal([...args, flag], stage.home, credentialsOf(stage.web))
  const { status, err } = await terminal.ended
  expect({ flag, status, asked: /Keep the credentials/.test(err) }).toEqual({
    flag,
    status: 0,
    asked: false,
  })
  stage.web.control.expire()
  const again = await stage.tokn(['refresh', args[1] ?? ''])
  expect(again.status === 0 || !kept).toBe(true)
}

const limits = {
  '--lifetime': makes(['--lifetime', 'soon'], { status: 2 }),
  '--idle-exit': makes(['--idle-exit', 'soon'], { status: 2 }),
}

/** Where nothing names a program that asks. */
const asksAtStart = makes(['--confirm'], { status: 2, err: said('SSH_ASKPASS') })

/** A question about a passphrase, with the flag that is answered beforehand. */
const asksForPassphrase: Demonstration = async (stage, command) => {
  await endAgent(stage)
  const { args, env } = await (calls[command] as Call)(stage)
  const asking = openTerminal(args, stage.home, env)
  await asking.until(/Passphrase/)
  asking.type('\u0003')
  expect((await asking.ended).status).toBe(130)
  const { ended } = openTerminal([...args, '--no-input'], stage.home, env)
  expect((await ended).err).not.toMatch(/Passphrase/)
}

const agent: Readonly<Record<string, Readonly<Record<string, Demonstration>>>> = {
  'agent start': { ...limits, '--confirm': asksAtStart },
  'agent run': {
    ...limits,
    '--confirm': asksAtStart,
    '--token-file': makes(['--token-file', 'no/'], { status: 2 }),
    '--socket': makes(['--socket', 'x'], { status: 2 }),
    '--group': makes(['--group', 'x'], { status: 2 }),
    '--profile': makes(['--profile', 'nobody'], { status: 3, err: said('nobody') }),
  },
  'agent lock': {
    '--passphrase-file': makes(['--passphrase-file', 'missing'], { status: 2 }),
    '--no-input': asksForPassphrase,
  },
  'agent unlock': {
    '--passphrase-file': makes(['--passphrase-file', 'missing'], { status: 2 }),
    '--no-input': async (stage, command) => {
      const { args, env } = await (calls[command] as Call)(stage)
      writeFileSync(join(stage.home.work, 'secret'), 'correct horse')
      await must(stage, ['agent', 'lock', '--passphrase-file', 'secret'], env)
      const asking = openTerminal(args, stage.home, env)
      await asking.until(/Passphrase/)
      asking.type('\u0003')
      expect((await asking.ended).status).toBe(130)
      const silent = await openTerminal([...args, '--no-input'], stage.home, env).ended
      expect(silent.status).toBe(8)
      await endAgent(stage)
    },
  },
  'agent install': {
    ...limits,
    '--confirm': makes(['--confirm', '--json'], { out: said(/--confirm/) }),
    '--undo': makes(['--undo'], { out: '', err: said('removed') }),
    '--dry-run': async (stage) => {
      await must(stage, ['agent', 'install', '--undo'])
      const told = await must(stage, ['agent', 'install', '--dry-run'])
      expect(told).toMatchObject({ out: said('ExecStart='), err: said('would write') })
      expect((await must(stage, ['agent', 'install', '--undo'])).err).toContain('is not there')
    },
  },
}

export const own: Readonly<Record<string, Readonly<Record<string, Demonstration>>>> = {
  ...agent,
  login,
  token: {
    ...fresh,
    '--output': makes(['--output', 'json'], { out: inJson('tokn.token/v1') }),
    '--var': makes(['--var', 'MINE', '-o', 'env'], { out: said(/^export MINE='/) }),
    '--bare': makes(['--bare'], { out: said(/[^\n]$/) }),
    '--field': makes(['--field', 'provider'], { out: 'hosterby\n' }),
    '--id-token': makes(['--id-token'], { status: 3 }),
    '--for': makes(['--for', 'https://elsewhere.example'], { status: 2, err: said('refusing') }),
  },
  header: {
    ...fresh,
    '--output': makes(['--output', 'json'], { out: inJson('tokn.header/v1') }),
    '--var': makes(['--var', 'MINE', '-o', 'gitlab'], { out: said(/^MINE=/) }),
    '--for': makes(['--for', 'https://elsewhere.example'], { status: 2, err: said('refusing') }),
  },
  curl: fresh,
  env: {
    ...fresh,
    '--shell': makes(['--shell', 'fish'], { out: said(/^set -gx TOKN_ACCESS_TOKEN '/) }),
    '--var': makes(['--var', 'MINE'], { out: said(/^export MINE='/) }),
    '--unset': makes(['--unset'], { out: 'unset TOKN_ACCESS_TOKEN\n' }),
  },
  exec: {
    '--min-ttl': makes(['--min-ttl', '1000h'], { status: 111 }),
    '--refresh': fresh['--refresh'],
    '--env': makes(['--env', '1-is-no-name'], { status: 2 }),
    '--file': makes(['--file', '1-is-no-name'], { status: 2 }),
    '--keepalive': isRead('keepalive'),
  },
  ...Object.fromEntries(
    ['kubectl', 'pnpm', 'go', 'terraform', 'git', 'bazel'].map((tool) => [
      `credential ${tool}`,
      { '--min-ttl': makes(['--min-ttl', '1000h'], { status: 10 }) },
    ]),
  ),
  'credential docker': {
    '--min-ttl': makes(['--min-ttl', '1000h'], { status: 1 }),
    '--profile': makes(['--profile', 'nobody'], { status: 1, out: said('nobody') }),
  },
  'credential cargo': { '--min-ttl': makes(['--min-ttl', '1000h'], { out: said('"Err"') }) },
  'credential keyring': { '--min-ttl': makes(['--min-ttl', '1000h'], { status: 1 }) },
  refresh: {
    '--all': async (stage) => {
      const { err } = await stage.tokn(['refresh', '--all'])
      expect(err).toMatch(/^web: .*\n(.*\n)*iot: |^iot: .*\n(.*\n)*web: /m)
    },
    '--if-expiring': makes(['--if-expiring', '1m'], { err: said('still good') }),
    '--force': isRead('force'),
  },
  status: {
    '--store': makes(['--store'], { status: 2, err: said('belongs to this machine alone') }),
    // Of profiles that there are, it says what earlier commands have left, whoever ran them.
    '--quiet': async (stage) => {
      const none = ['status', '--config-dir', './no-profiles']
      expect((await must(stage, none)).err).not.toBe('')
      expect((await must(stage, [...none, '-q'])).err).toBe('')
    },
    '--format': makes(['--format', '<{profile}>'], { out: said(/^<web>$/m) }),
    '--current': async (stage) => {
      const all = await must(stage, ['status'])
      const one = await must(stage, ['status', '--current'], { TOKN_PROFILE: 'iot' })
      expect([all.out, one.out].map((out) => /^\W*web\b/m.test(out))).toEqual([true, false])
    },
    '--profile': async (stage) => {
      const { out } = await must(stage, ['status', '-P', 'iot'])
      expect(out).toMatch(/\biot\b/)
      expect(out).not.toMatch(/^\W*web\b/m)
    },
  },
  check: {
    '--all': async (stage) => {
      // Other commands may have left further profiles between the two.
      const { out } = await stage.tokn(['check', '--all'])
      for (const name of ['iot', 'web']) expect(out).toContain(`the token of "${name}" is good`)
      expect((await stage.tokn(['check', 'web'])).out).not.toContain('iot')
    },
    '--min-ttl': fresh['--min-ttl'],
    '--scope': makes(['--scope', 'x'], { status: 10 }),
    '--online': async (stage) => {
      const before = stage.requests()
      await must(stage, ['check', 'web'])
      expect(stage.requests()).toBe(before)
      await must(stage, ['check', 'web', '--online'])
      expect(stage.requests()).toBeGreaterThan(before)
    },
  },
  list: {
    '--local': makes(['--local'], { out: said('PROFILE') }),
    '--remote': async (stage) => {
      expect(await stage.tokn(['list', 'web', '--remote'])).toMatchObject({ status: 5 })
      expect(await stage.tokn(['list', 'web'])).toMatchObject({ status: 0 })
    },
    '--json-lines': makes(['--json-lines'], { out: said('tokn.list-line/v1') }),
  },
  issue: {
    ...grants,
    '--var': makes(['--var', 'MINE', '-o', 'env'], { out: said(/^export MINE='/) }),
    '--save-as': async (stage) => {
      const name = stage.unused()
      const saved = await stage.tokn(['issue', 'iot', '--name', name, '--save-as', name])
      expect(saved).toMatchObject({ status: 0, out: '' })
      await must(stage, ['token', name])
    },
    '--output': makes(['--output', 'json'], { out: inJson('tokn.issue/v1') }),
  },
  info: {
    '--local': async (stage) => {
      const [there, here] = [
        await stage.tokn(['info', 'web', '--json']),
        await stage.tokn(['info', 'web', '--json', '--local']),
      ]
      expect(JSON.parse(there.out)).toMatchObject({ remote_checked: true })
      expect(JSON.parse(here.out)).toMatchObject({ remote_checked: false })
    },
    '--claims': async (stage) => {
      const jwt = `${part({ alg: 'none' })}.${part({ sub: 'somebody' })}.x`
      const env = { TOKN_TOKEN: jwt }
      expect((await stage.tokn(['info', '--local', '--claims'], env)).out).toContain('somebody')
      expect((await stage.tokn(['info', '--local'], env)).out).not.toContain('somebody')
    },
  },
  logout: {
    '--all': isRead('all'),
    '--local-only': makes(['--local-only'], { err: said('as asked') }),
    '--open': isRead('open'),
  },
  'profile bind': {
    '--no-input': async (stage) => {
      const words = ['profile', 'bind', 'web']
      bind(stage, 'iot')
      const asking = openTerminal(words, stage.home)
      await asking.until(/instead\?/)
      asking.type('\u0003')
      expect((await asking.ended).status).toBe(130)
      const silent = openTerminal([...words, '--no-input'], stage.home)
      expect((await silent.ended).status).toBe(2)
      await must(stage, [...words, '--yes'])
    },
  },
  which: { '--store': makes(['--store', 'memory'], { out: said(/^\* store +memory +--store$/m) }) },
  'profile remove': {
    '--no-input': async (stage) => {
      // Under a passphrase, which is asked for: of what is under a key, nobody is asked for another.
      const opened = { TOKN_STORE_KEY: undefined, TOKN_PASSPHRASE: 'of the store' }
      const login = ['login', 'secret', '-p', 'rightech', '--base-url', stage.iot.baseUrl]
      await must(stage, login, { ...opened, ...credentialsOf(stage.iot) })
      const removing = ['profile', 'remove', 'secret']
      const closed = { TOKN_STORE_KEY: undefined }
      const asking = openTerminal(removing, stage.home, closed)
      await asking.until(/Passphrase/)
      asking.type('\u0003')
      expect((await asking.ended).status).toBe(130)
      await must(stage, ['token', 'secret'], opened)
      const silent = await openTerminal([...removing, '--no-input'], stage.home, closed).ended
      expect(silent.err).not.toContain('Passphrase')
      expect(silent.err).toContain('its tokens may still be alive')
    },
  },
  'provider show': { '--definition': makes(['--definition'], { out: said('"login": ') }) },
  'provider add': {
    '--force': async (stage) => {
      await stage.tokn(['provider', 'add', 'mine.json', '--yes'])
      expect(await stage.tokn(['provider', 'add', 'mine.json', '--yes'])).toMatchObject({
        status: 2,
      })
      expect(await stage.tokn(['provider', 'add', 'mine.json', '--yes', '--force'])).toMatchObject({
        status: 0,
      })
    },
  },
  'provider test': {
    ...Object.fromEntries(
      ['--name', '--scope', '--audience', '--resource', '--expires-in', '--expires-at'].map(
        (flag) => [flag, isRead(attribute(flag))],
      ),
    ),
    '--base-url': makes(['--base-url', 'nonsense'], { status: 2 }),
    '--set': makes(['--set', 'nosuch=1'], { status: 2 }),
    '--with-token': async (stage) => {
      const { args, env } = await (calls['provider test'] as Call)(stage)
      const token = (await must(stage, ['token', 'web'])).out
      const tested = await stage.tokn([...args, '--with-token', '--json'], env, token)
      expect(JSON.parse(tested.out).steps[0]).toMatchObject({
        operation: 'login',
        outcome: 'skipped',
      })
    },
  },
  'provider new': {
    '--no-input': async (stage) => {
      const asking = openTerminal(['provider', 'new', 'n.json'], stage.home)
      await asking.until(/Short name/)
      asking.type('\u0003')
      expect((await asking.ended).status).toBe(130)
      const silent = openTerminal(['provider', 'new', 'n.json', '--no-input'], stage.home)
      expect((await silent.ended).status).toBe(2)
    },
  },
  doctor: {
    '--fix': async (stage) => {
      await must(stage, ['profile', 'list'])
      writeFileSync(join(stage.home.sessions, `${'0'.repeat(32)}.jwe`), 'left over', {
        mode: 0o600,
      })
      const without = await stage.tokn(['doctor', '--offline'])
      const fixed = await stage.tokn(['doctor', '--offline', '--fix'])
      expect(fixed.out).not.toBe(without.out)
    },
    '--offline': async (stage) => {
      const [asking, silent] = [
        await stage.tokn(['doctor']),
        await stage.tokn(['doctor', '--offline']),
      ]
      expect(asking.out).not.toBe(silent.out)
    },
  },
  uninstall: {
    '--list': async (stage) => {
      const without = await stage.tokn(['uninstall'])
      expect(without).toMatchObject({ status: 2, out: '' })
      expect(await stage.tokn(['uninstall', '--list'])).toMatchObject({ status: 0 })
    },
  },
  'ci start': {
    '--provider': makes(['--provider', 'nosuch'], { status: 3 }),
    '--shell': makes(['--shell', 'fish'], { out: said(/^set -gx TOKN_AGENT_SOCK '/) }),
    '--pid': makes(['--pid', '0'], { status: 2 }),
    '--max': makes(['--max', 'nonsense'], { status: 2 }),
    '--new': isRead('new'),
  },
  sandbox: {
    '--port': makes(['--port', 'nonsense'], { status: 2 }),
    '--loose': isRead('loose'),
    '--ttl': makes(['--ttl', 'nonsense'], { status: 2 }),
    '--clock-offset': makes(['--clock-offset', 'nonsense'], { status: 2 }),
    '--fault': makes(['--fault', 'nonsense'], { status: 2 }),
  },
}

function attribute(flag: string): string {
  return flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
