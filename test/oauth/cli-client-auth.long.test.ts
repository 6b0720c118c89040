import { createHash, createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run, startCommand } from '../support/run.ts'
import { hasTerminal, openTerminal, type Terminal } from '../support/terminal.ts'
import { canCertify, certify } from '../unit/io/certificates.ts'
import { startClientServer, type ClientServer, type Registered } from './client-server.ts'

const secret = 'svc-secret_of.32*characters-or-more'
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString()

let server: ClientServer
let home: Home
beforeEach(() => {
  home = makeHome()
})
afterEach(async () => {
  home.remove()
  await server.stop()
})

async function login(client: Omit<Registered, 'id'>, ...flags: readonly string[]) {
  server = await startClientServer({ id: 'app', secret, ...client })
  return ['login', 'svc', '--issuer', server.origin, '--client-id', 'app', ...flags]
}

const asked = () => server.proven.map(({ at, by, taken }) => `${at} ${by} ${taken ? 'yes' : 'no'}`)
const env = { TOKN_CLIENT_SECRET: secret }

describe('a client that is registered for one method of those offered', () => {
  it.each([
    ['client_secret_basic', ['client_secret_post', 'client_secret_basic']],
    ['client_secret_jwt', ['client_secret_post', 'client_secret_jwt']],
    ['client_secret_post', undefined],
  ] as const)('is known by %s (%j) from then on', async (method, offered) => {
    const words = await login({ method, ...(offered && { offered }) }, '--flow', 'client')
    const first = offered?.[0] ?? 'client_secret_basic'
    const logged = await run(words, { home, env })
    expect(logged, logged.err).toMatchObject({ status: 0, out: '' })
    expect(logged.err).toContain(
      `took ${method} after it had refused ${first}: --client-auth ${method} saves a request`,
    )
    expect(asked()).toEqual([`/token ${first} no`, `/token ${method} yes`])
    server.proven.length = 0
    const refreshed = await run(['refresh', 'svc'], { home })
    expect(refreshed, refreshed.err).toMatchObject({ status: 0 })
    expect(refreshed.err).not.toContain('took')
    const info = await run(['info', 'svc', '--json'], { home })
    expect(JSON.parse(info.out).facts).toMatchObject({
      'client authentication': expect.stringContaining(method),
    })
    const logout = await run(['logout', 'svc'], { home })
    expect(logout.status, logout.err).toBe(0)
    expect(asked().filter((one) => !one.endsWith(` ${method} yes`))).toEqual([])
    expect(asked().length).toBeGreaterThanOrEqual(5)
  })

  it('is known by it as well when the session is renewed by another login', async () => {
    const offered = ['client_secret_post', 'client_secret_basic']
    const words = await login({ method: 'client_secret_basic', offered }, '--flow', 'client')
    server.answers['/token'] = withoutRefresh(server.answers['/token'])
    expect((await run([...words, '--remember'], { home, env })).status).toBe(0)
    server.proven.length = 0
    for (let round = 0; round < 2; round++) {
      home.shiftClock((round + 1) * 3_600_000)
      const token = await startCommand(['tokn', 'token', 'svc'], { home }).ended
      expect(token, token.err).toEqual({ status: 0, out: 'good\n', err: '' })
    }
    expect(asked()).toEqual(['/token client_secret_basic yes', '/token client_secret_basic yes'])
  })

  it('is refused with what was tried, and what is left', async () => {
    const offered = ['client_secret_post', 'client_secret_basic']
    const words = await login({ method: 'client_secret_basic', offered }, '--flow', 'client')
    const wrong = await run(words, { home, env: { TOKN_CLIENT_SECRET: 'a-wrong-secret' } })
    expect(wrong).toMatchObject({ status: 4, out: '' })
    expect(wrong.err).toBe(
      'tokn: error: the server does not accept this client id with this client authentication (invalid_client)\n' +
        'tokn: hint: check the client id and secret: client_secret_post and client_secret_basic were refused\n',
    )
    expect(server.proven).toHaveLength(2)
  })

  it('signs with a key from a variable, its newlines written out', async () => {
    const client = { method: 'private_key_jwt', key, audience: 'token_endpoint' } as const
    const words = await login({ ...client, offered: ['private_key_jwt'] }, '--flow', 'client')
    const logged = await run(words, {
      home,
      env: { TOKN_PRIVATE_KEY: pem.replaceAll('\n', '\\n') },
    })
    expect(logged, logged.err).toMatchObject({ status: 0 })
    server.proven.length = 0
    expect((await run(['refresh', 'svc'], { home })).status).toBe(0)
    expect(asked()).toEqual(['/token private_key_jwt yes'])
  })
})

describe.skipIf(!canCertify())('a client that signs with the key of a certificate', () => {
  it('names it by its thumbprints, however it is given', async () => {
    const own = certify(home.work, 'own', { authority: true })
    const other = certify(home.work, 'other', { authority: true })
    const client = { method: 'private_key_jwt', key: createPrivateKey(own.key) }
    const words = await login({ ...client, offered: ['private_key_jwt'] }, '--flow', 'client')
    const raw = new X509Certificate(own.cert).raw
    const x5t = createHash('sha1').update(raw).digest('base64url')
    const both = join(home.work, 'both.pem')
    writeFileSync(both, own.key + own.cert)
    for (const flags of [
      ['--private-key-file', own.keyPath, '--cert', own.certPath],
      ['--private-key-file', both],
    ]) {
      const logged = await run([...words, ...flags], { home })
      expect(logged, logged.err).toMatchObject({ status: 0 })
      expect((await run(['refresh', 'svc'], { home })).status).toBe(0)
      const headers = server.seen.flatMap(({ form }) => form.get('client_assertion') ?? [])
      expect(headers).toHaveLength(2)
      for (const one of headers) {
        const header = JSON.parse(Buffer.from(one.split('.')[0]!, 'base64url').toString())
        expect(header).toMatchObject({ alg: 'ES256', x5t })
      }
      server.seen.length = 0
    }
    const foreign = ['--private-key-file', own.keyPath, '--cert', other.certPath]
    const refused = await run([...words, ...foreign], { home })
    expect(refused).toMatchObject({ status: 2, out: '' })
    expect(refused.err).toContain('the certificate belongs to another key')
  })
})

type Answers = ClientServer['answers']

function withoutRefresh(answer: Answers[string] | undefined): Answers[string] {
  return (seen, origin) => {
    const said = typeof answer === 'function' ? answer(seen, origin) : answer
    const body = said?.body as Record<string, unknown> | undefined
    return body === undefined ? said : { ...said, body: { ...body, refresh_token: undefined } }
  }
}

describe.skipIf(!hasTerminal())('a person whose client has a secret', () => {
  const client = { method: 'client_secret_post', offered: ['client_secret_post', 'none'] }

  /** Comes back from the page that is shown, as a browser does. */
  async function comeBack(terminal: Terminal, code = 'the-code'): Promise<void> {
    await terminal.until(/ends up at/)
    const text =
      terminal
        .shown()
        .match(/http\S+response_type=code/g)
        ?.at(-1) ?? ''
    const { searchParams } = new URL(text)
    const back = new URL(searchParams.get('redirect_uri') ?? '')
    back.searchParams.set('code', code)
    back.searchParams.set('state', searchParams.get('state') ?? '')
    terminal.type(`${back.href}\r`)
  }

  it('is asked for it after the browser, and not sent there again', async () => {
    const terminal = openTerminal(await login(client, '--flow', 'code', '--no-browser'), home)
    await comeBack(terminal)
    await terminal.until(
      /without a secret or another proof \(invalid_client\)[\s\S]*Client secret.*\n.*_/,
    )
    terminal.type('wrong\r')
    await terminal.until(/this client authentication[\s\S]*Client secret.*\n.*_/)
    terminal.type(`${secret}\r`)
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
    expect(err.match(/Go to:/g)).toHaveLength(1)
    expect(asked()).toEqual([
      '/token none no',
      '/token client_secret_post no',
      '/token client_secret_post yes',
    ])
    server.proven.length = 0
    expect((await run(['refresh', 'svc'], { home })).status).toBe(0)
    expect(asked()).toEqual(['/token client_secret_post yes'])
  })

  it('is sent there once more where the code was spent, and not asked again', async () => {
    const words = await login({ ...client, spends: true }, '--flow', 'code', '--no-browser')
    const terminal = openTerminal(words, home)
    await comeBack(terminal)
    await terminal.until(/Client secret.*\n.*_/)
    terminal.type(`${secret}\r`)
    await terminal.until(/spent the code: log in again: once more[\s\S]*response_type=code/)
    await comeBack(terminal, 'another-code')
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
    expect(err.match(/◆ {2}Client secret/g)).toHaveLength(1)
    expect(asked()).toEqual([
      '/token none no',
      '/token client_secret_post yes',
      '/token client_secret_post yes',
    ])
  })

  it('is asked while the code on another device stays the same', async () => {
    const terminal = openTerminal(await login(client, '--flow', 'device'), home)
    await terminal.until(/Client secret.*\n.*_/)
    terminal.type(`${secret}\r`)
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
    expect(err.match(/enter the code/g)).toHaveLength(1)
    expect(asked()).toEqual([
      '/device none no',
      '/device client_secret_post yes',
      '/token client_secret_post yes',
    ])
  })

  it.each([
    ['password', ['--username', 'alice'], { TOKN_PASSWORD: 'x' }],
    ['exchange', [], { TOKN_SUBJECT_TOKEN: 'x' }],
    ['jwt', [], { TOKN_ASSERTION: 'x' }],
  ] as const)('is asked in a login by %s', async (flow, flags, given) => {
    const words = await login(client, '--flow', flow, '--no-remember', ...flags)
    const terminal = openTerminal(words, home, given)
    await terminal.until(/Client secret.*\n.*_/)
    terminal.type(`${secret}\r`)
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
    expect(asked()).toEqual(['/token none no', '/token client_secret_post yes'])
  })

  it('may leave it empty, and is told what was refused', async () => {
    const words = await login(client, '--flow', 'exchange')
    const terminal = openTerminal(words, home, { TOKN_SUBJECT_TOKEN: 'x' })
    for (const times of [1, 2]) {
      await terminal.until(new RegExp(`(Client secret.*\\n.*_[\\s\\S]*){${times}}$`))
      terminal.type('\r')
    }
    const { status, err } = await terminal.ended
    expect(status, err).toBe(4)
    expect(err).toContain('hint: if the client has a secret: --client-secret-file FILE')
    expect(asked()).toEqual(['/token none no'])
  })

  it('has three tries, and keeps what was right where that is asked for', async () => {
    const words = await login(client, '--flow', 'exchange', '--remember')
    const given = { TOKN_SUBJECT_TOKEN: 'x' }
    const wrong = openTerminal(words, home, given)
    for (let round = 1; round <= 3; round++) {
      await wrong.until(new RegExp(`(Client secret.*\\n.*_[\\s\\S]*){${round}}$`))
      wrong.type('x\r')
    }
    expect((await wrong.ended).status).toBe(4)
    expect(asked()).toHaveLength(4)
    const right = openTerminal(words, home, given)
    await right.until(/Client secret.*\n.*_/)
    right.type(`${secret}\r`)
    const { status, err } = await right.ended
    expect(status, err).toBe(0)
    home.shiftClock(3_600_000)
    const token = await startCommand(['tokn', 'token', 'svc'], { home }).ended
    expect(token, token.err).toEqual({ status: 0, out: 'good\n', err: '' })
    expect(asked().at(-1)).toBe('/token client_secret_post yes')
  })

  it.each(['\u0003', '\u0004'])('may go away instead: %j', async (keys) => {
    const words = await login(client, '--flow', 'exchange')
    const terminal = openTerminal(words, home, { TOKN_SUBJECT_TOKEN: 'x', TERM: 'dumb' })
    await terminal.until(/Client secret.*: /)
    terminal.type(keys)
    expect(await terminal.ended).toMatchObject({ status: 130, out: '' })
    expect(asked()).toEqual(['/token none no'])
    expect(await run(['token', 'svc'], { home })).toMatchObject({ status: 3 })
  })

  it('is asked before a login as the client itself, and again where it was wrong', async () => {
    const terminal = openTerminal(await login(client, '--flow', 'client'), home)
    await terminal.until(/Client secret.*\n.*_/)
    terminal.type('wrong\r')
    await terminal.until(/once more[\s\S]*Client secret.*\n.*_/)
    terminal.type(`${secret}\r`)
    await terminal.until(/[Kk]eep[\s\S]*\?/)
    terminal.type('n\r')
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
    expect(asked()).toEqual(['/token client_secret_post no', '/token client_secret_post yes'])
  })
})
