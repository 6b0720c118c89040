import { describe, expect, test } from 'vitest'
import type { SandboxName } from '../../src/sandbox/server.ts'
import { makeHome } from '../support/home.ts'
import { run, startCommand } from '../support/run.ts'
import { addressOf, credentialsOf, startServers } from '../support/servers.ts'

const crowd = 10
const minute = 60_000

/** What makes the token not good enough after forty minutes, and the request that renews it. */
const cases: ReadonlyArray<{
  readonly name: SandboxName
  readonly login?: readonly string[]
  readonly ask?: readonly string[]
  readonly renewal: string
}> = [
  { name: 'oz', renewal: 'POST /api/authorize/refresh/' },
  { name: 'mcs', renewal: 'POST /auth/oauth/v1/token' },
  // It cannot renew what has ended, so it has to be asked before.
  {
    name: 'rightech',
    login: ['--expires-in', '45 minutes'],
    ask: ['--min-ttl', '30m'],
    renewal: 'POST /api/v1/tokens',
  },
  { name: 'hosterby', renewal: 'PATCH /token/refresh' },
]

describe('D1: ten processes that find a token too old make one refresh, and get one answer', () => {
  for (const { name, login = [], ask = [], renewal } of cases) {
    test(`at ${name}`, async () => {
      const home = makeHome()
      const servers = await startServers([name], { ttlMs: 30 * minute })
      try {
        const api = servers.api(name)
        const args = ['login', 'web', ...addressOf(api), ...login]
        const env = credentialsOf(api)
        expect(await run(args, { home, env })).toMatchObject({ status: 0 })
        const old = api.state.live
        home.shiftClock(40 * minute)
        api.control.advance(40 * minute)
        const from = api.log.length

        const line = ['tokn', 'token', 'web', ...ask]
        const all = Array.from({ length: crowd }, () => startCommand(line, { home }).ended)
        const ended = await Promise.all(all)

        expect(ended.map(({ status, err }) => ({ status, err }))).toEqual(
          Array.from({ length: crowd }, () => ({ status: 0, err: '' })),
        )
        const answers = new Set(ended.map(({ out }) => out))
        expect(answers.size).toBe(1)
        const [answer = ''] = answers
        expect(old).not.toContain(answer.trimEnd())
        expect(api.state.live).toContain(answer.trimEnd())
        const renewals = api.log
          .slice(from)
          .filter((one) => `${one.method} ${one.path}` === renewal)
        expect(renewals).toHaveLength(1)
      } finally {
        await servers.close()
        home.remove()
      }
    })
  }
})
