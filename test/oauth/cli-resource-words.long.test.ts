import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { metadata, startFake, type FakeServer } from '../unit/oauth/fake-server.ts'

const made = { body: { access_token: 'good', token_type: 'Bearer', expires_in: 600 } }
const env = { TOKN_CLIENT_SECRET: 'secret' }

describe.skipIf(!hasTerminal())('what a login that begins at a resource says', () => {
  let [first, second]: FakeServer[] = []
  let tools: FakeServer
  let home: Home
  beforeAll(async () => {
    const answers = { '/.well-known/oauth-authorization-server': metadata(), '/token': made }
    first = await startFake(answers)
    second = await startFake(answers)
    tools = await startFake()
  })
  afterAll(async () => {
    for (const one of [first, second, tools]) await one?.stop()
  })
  beforeEach(() => {
    home = makeHome()
  })
  afterEach(() => home.remove())

  const logsInAt = (server: FakeServer | undefined) => {
    const resource = `${tools.origin}/mcp`
    const body = { resource, authorization_servers: [server?.origin] }
    tools.answers = { '/.well-known/oauth-protected-resource/mcp': { body } }
  }
  const hostOf = (server: FakeServer | undefined) => new URL(server?.origin ?? '').host
  const words = () => [
    ...['login', 'tools', '--resource', `${tools.origin}/mcp`],
    ...['--client-id', 'app', '--flow', 'client', '--remember'],
  ]

  it('never names the server of the last login for the one of this', async () => {
    logsInAt(first)
    const before = await openTerminal(words(), home, env).ended
    expect(before.status, before.err).toBe(0)
    logsInAt(second)
    const terminal = openTerminal(words(), home, env)
    await terminal.until(/Replace it/)
    terminal.type('y')
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
    expect(err).toContain('as profile tools')
    expect(err).not.toContain(`at ${hostOf(first)}, as profile`)
  })

  it('begins at the resource in TOKN_RESOURCE as at a typed one', async () => {
    logsInAt(first)
    const typed = ['login', 'tools', '--client-id', 'app', '--flow', 'client']
    const resource = `${tools.origin}/mcp`
    const { status, err } = await run(typed, { home, env: { ...env, TOKN_RESOURCE: resource } })
    expect(status, err).toBe(0)
    expect(first?.seen.at(-1)?.form.get('resource')).toBe(resource)
    const kept = await run(['profile', 'show', 'tools', '--json'], { home })
    expect(JSON.parse(kept.out)).toMatchObject({ settings: { issuer: first?.origin, resource } })
  })
})
