import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHome } from '../support/home.ts'
import { run } from '../support/run.ts'
import { hasTerminal } from '../support/terminal.ts'
import { clientKey, clientSecret, startOidc, type OidcServer } from './oidc-server.ts'
import { Newcomer } from './servers/attempts.ts'
import { logInAs } from './user-agent.ts'

const name = 'oidc-provider'

describe.skipIf(!hasTerminal())('whoever comes to oidc-provider for the first time', () => {
  let server: OidcServer
  let strict: OidcServer
  let newcomer: Newcomer
  beforeAll(async () => {
    server = await startOidc()
    strict = await startOidc({ requirePar: true })
  })
  afterAll(async () => {
    await server?.stop()
    await strict?.stop()
  })
  beforeEach(() => {
    newcomer = new Newcomer(makeHome())
    server.events.length = 0
  })
  afterEach(() => newcomer.home.remove())

  const at = ({ issuer }: OidcServer, client: string) => [
    ...['work', '--issuer', issuer, '--client-id', client],
  ]

  async function logInByCode(words: readonly string[]): Promise<string> {
    const terminal = newcomer.logInAtTerminal([...words, '--no-browser'])
    await logInAs('alice', (await terminal.until(/^(http:\S+)$/m))[1] ?? '')
    await newcomer.expectSuccess(terminal)
    return await token()
  }

  async function logIn(words: readonly string[], env = {}): Promise<void> {
    const { status, out, err } = await newcomer.logIn(words, { env })
    expect({ status, out }, err).toEqual({ status: 0, out: '' })
  }

  async function token(): Promise<string> {
    const { status, out, err } = await run(['token', 'work'], { home: newcomer.home })
    expect({ status, err }).toEqual({ status: 0, err: '' })
    return out.trim()
  }

  function file(content: string): string {
    const path = join(newcomer.home.work, 'given')
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }

  it('logs in by a code', async () => {
    await logInByCode(at(server, 'native'))
    expect(server.events).toContain('grant.success')
    newcomer.record(name, 'code + PKCE')
  })

  it('logs in by a request that has to be pushed', async () => {
    await logInByCode(at(strict, 'native'))
    expect(strict.events).toContain('pushed_authorization_request.saved')
    newcomer.record(name, 'pushed (PAR)')
  })

  it('logs in by a code on another device', async () => {
    const terminal = newcomer.logInAtTerminal([...at(server, 'native'), '--flow', 'device'])
    const [, page = '', code = ''] = await terminal.until(/^Open (\S+) .* the code (\S+)$/m)
    await logInAs('alice', `${page}?user_code=${code}`)
    await newcomer.expectSuccess(terminal)
    expect(server.events).toContain('grant.success')
    newcomer.record(name, 'device')
  })

  it.each(['client_secret_post', 'client_secret_basic'])(
    'logs in as a client that is registered for %s, without being told',
    async (client) => {
      await logIn([...at(server, client), '--flow', 'client'], { TOKN_CLIENT_SECRET: clientSecret })
      expect(server.events).toContain('grant.success')
      newcomer.record(name, 'client secret')
    },
  )

  it('logs in as a client that signs with its secret', async () => {
    const method = 'client_secret_jwt'
    const words = [...at(server, method), '--flow', 'client', '--client-auth', method]
    await logIn(words, { TOKN_CLIENT_SECRET: clientSecret })
    expect(server.events).toContain('grant.success')
    newcomer.record(name, 'signed assertion')
  })

  it('logs in as a client with a key', async () => {
    const key = file(clientKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    await logIn([...at(server, 'private_key_jwt'), '--flow', 'client', '--private-key-file', key])
    expect(server.events).toContain('grant.success')
    newcomer.record(name, 'signed assertion')
  })

  it('trades in the token of somebody', async () => {
    const subject = await logInByCode(at(server, 'native'))
    newcomer.home.remove()
    newcomer = new Newcomer(makeHome())
    const words = [...at(server, 'native'), '--flow', 'exchange', '--subject-token-file']
    await logIn([...words, file(subject)])
    expect(server.events).toContain('grant.success')
    newcomer.record(name, 'token exchange')
  })

  it('logs in by a code, with tokens that are bound to a key', async () => {
    await logInByCode([...at(server, 'native'), '--dpop'])
    expect(server.events).toContain('grant.success')
    newcomer.record(name, 'DPoP')
  })
})
