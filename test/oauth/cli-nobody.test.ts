import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { discoveryPath, metadata, startFake, type FakeServer } from '../unit/oauth/fake-server.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'

/** Only a login at a terminal may ask, open a browser, or start a device flow. */
describe('an OAuth login with nobody there', () => {
  let server: FakeServer
  let home: Home
  beforeAll(async () => {
    server = await startFake({ [discoveryPath]: metadata() })
  })
  afterAll(async () => server.stop())
  beforeEach(() => {
    home = makeHome()
    server.seen.length = 0
  })
  afterEach(() => home.remove())

  const login = () => ['login', 'work', '--issuer', server.origin, '--client-id', 'app']

  function expectNothingStarted(): void {
    expect(server.seen.map(({ url }) => url).filter((url) => url !== discoveryPath)).toEqual([])
  }

  for (const flags of [
    [],
    ['--flow', 'code'],
    ['--flow', 'authorization_code'],
    ['--no-browser'],
  ]) {
    it(`ends with 4 and the command to run: ${flags.join(' ') || 'no flow named'}`, async () => {
      const words = [...login(), ...flags, '--scope', 'read all']
      const env = { DISPLAY: ':9' }
      const { status, out, err } = await run(words, { home, env })
      expect({ status, out }).toEqual({ status: 4, out: '' })
      expect(err).toContain('this login needs a person, and nobody can be asked here')
      const line = words.map((word) => (word.includes(' ') ? `"${word}"` : word)).join(' ')
      expect(err).toContain(`tokn: hint: tokn ${line}\n`)
      expectNothingStarted()
    })
  }

  it('says it as JSON too', async () => {
    const { status, out, err } = await run([...login(), '--json', '--no-input'], { home })
    expect({ status, out }).toEqual({ status: 4, out: '' })
    expect(JSON.parse(err)).toMatchObject({
      code: 'reauth_required',
      next: [{ command: `tokn ${login().join(' ')}` }],
    })
  })

  it('does not ask for a client id', async () => {
    const { status, err } = await run(login().slice(0, -2), { home })
    expect(status).toBe(4)
    expect(err).toContain('TOKN_CLIENT_ID')
  })

  it('starts nothing for a command that is no login', async () => {
    const env = { TOKN_PROVIDER: 'oauth', TOKN_ISSUER: server.origin, TOKN_CLIENT_ID: 'app' }
    for (const flow of ['code', 'device', 'auto']) {
      const { status, out } = await run(['token'], { home, env: { ...env, TOKN_FLOW: flow } })
      expect({ status, out }).toEqual({ status: 4, out: '' })
    }
    expectNothingStarted()
  })

  describe.skipIf(!hasTerminal())('though there is a terminal', () => {
    for (const [name, flags, env] of [
      ['--no-input', ['--no-input'], {}],
      ['CI', [], { CI: '1' }],
      ['TOKN_NO_INPUT', [], { TOKN_NO_INPUT: '1' }],
    ] as const) {
      it(`keeps to ${name}`, async () => {
        const terminal = openTerminal([...login(), ...flags], home, { DISPLAY: ':9', ...env })
        const { status, err } = await terminal.ended
        expect(status, err).toBe(4)
        expect(err).toContain(`tokn: hint: tokn ${login().join(' ')}\n`)
        expectNothingStarted()
      })
    }

    it('asks nothing for a command that is no login', async () => {
      const env = { TOKN_PROVIDER: 'oauth', TOKN_ISSUER: server.origin, TOKN_CLIENT_ID: 'app' }
      const { status } = await openTerminal(['token'], home, { DISPLAY: ':9', ...env }).ended
      expect(status).toBe(4)
      expectNothingStarted()
    })
  })
})
