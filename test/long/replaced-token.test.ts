import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'

describe('the token that a login has replaced', () => {
  let servers: Servers
  let home: Home
  beforeEach(async () => {
    servers = await startServers(['rightech', 'oz'])
    home = makeHome()
  })
  afterEach(async () => {
    home.remove()
    await servers.close()
  })

  async function logIn(name: 'rightech' | 'oz', ...flags: readonly string[]): Promise<string> {
    const api = servers.api(name)
    const args = ['login', 'web', ...addressOf(api), '--no-remember', '--no-input', ...flags]
    const { status, err } = await run(args, { home, env: credentialsOf(api) })
    expect(status, err).toBe(0)
    return err
  }

  test('is told of with the command that ends it, where nobody can be asked', async () => {
    expect(await logIn('rightech')).not.toContain('still alive')
    const { out: before } = await run(['token', 'web'], { home })
    const err = await logIn('rightech')
    const [, command = ''] =
      /^tokn: warning: the token that this login replaced is still alive at Rightech IoT Cloud \(it expires .+\); to end it: tokn (revoke \S+ -P web)$/m.exec(
        err,
      ) ?? []
    expect(command, err).not.toBe('')
    expect((await run(command.split(' '), { home })).status).toBe(0)
    const env = { TOKN_TOKEN: before.trim() }
    expect((await run(['token', 'web'], { home })).status).toBe(0)
    expect((await run(['list', 'web'], { home, env })).status).toBe(4)
    expect(await logIn('rightech', '--yes')).toContain('still alive')
  })

  test('is not told of where nothing can be done, or it is of another API', async () => {
    await logIn('oz')
    expect(await logIn('oz')).not.toContain('still alive')
    await logIn('rightech', '--yes')
    expect(await logIn('oz', '--yes')).not.toContain('still alive')
  })

  test.skipIf(!hasTerminal()).each(['xterm', 'dumb'])(
    'stays after Ctrl-C at the question, which says so with the command, in %s',
    async (TERM) => {
      await logIn('rightech')
      const env = { ...credentialsOf(servers.api('rightech')), TERM }
      const args = ['login', 'web', ...addressOf(servers.api('rightech')), '--no-remember']
      const terminal = openTerminal(args, home, env)
      await terminal.until(/still alive at Rightech IoT Cloud[^]*Revoke it\?/)
      terminal.type('\u0003')
      const { status, err } = await terminal.ended
      expect(status, err).toBe(130)
      expect(err).toContain(
        'the new session of "web" is kept, and the token before is still alive at Rightech',
      )
      expect(err).not.toContain('--no-input')
      const [, command = ''] = /tokn: hint: tokn (revoke \S+ -P web)/.exec(err) ?? []
      expect((await run(command.split(' '), { home })).status).toBe(0)
      expect((await run(['token', 'web'], { home })).status).toBe(0)
    },
  )
})
