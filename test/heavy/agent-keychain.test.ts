import { expect, it } from 'vitest'
import { keyringAvailable, startKeyring } from '../keychain/keyring.ts'
import { startAgent, withRuntime } from '../support/agent.ts'
import { makeHome } from '../support/home.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers } from '../support/servers.ts'

it.runIf(keyringAvailable())(
  'an agent goes on where the secret service was killed and started anew',
  async () => {
    const keyring = await startKeyring('unlocked')
    const home = makeHome()
    const servers = await startServers(['hosterby'])
    const { DBUS_SESSION_BUS_ADDRESS } = keyring.environment
    const env = { ...withRuntime(home), DBUS_SESSION_BUS_ADDRESS, TOKN_STORE: 'keychain' }
    const api = servers.api('hosterby')
    const tokn = async (...args: string[]) => await run(args, { home, env })
    const login = { home, env: { ...env, ...credentialsOf(api) } }
    expect((await run(['login', 'web', ...addressOf(api)], login)).status).toBe(0)
    const agent = await startAgent(home, { env })
    try {
      const first = await agent.ask('/token/web')
      expect(first.body).toBe((await tokn('token', 'web')).out)
      process.kill(keyring.pid(), 'SIGKILL')
      // What is held needs no keychain.
      expect((await agent.ask('/token/web')).body).toBe(first.body)
      const refused = await agent.ask('/auth/web?rejected=1')
      expect(refused.headers).toMatchObject({ 'x-tokn-error': 'store' })
      await keyring.restart()
      const second = await agent.ask('/auth/web?rejected=1')
      expect(second.headers, agent.log()).toMatchObject({ 'x-tokn-generation': '2' })
      expect((await agent.ask('/token/web')).body).toBe((await tokn('token', 'web')).out)
      expect(api.state.counts.refreshes).toBe(1)
    } finally {
      agent.kill('SIGKILL')
      await agent.ended
      await servers.close()
      await keyring.close()
      home.remove()
    }
  },
)
