import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEngine, type EngineName, type EngineServer } from '../support/engines.ts'
import { startProxy, type EngineProxy, type EngineTraffic } from '../support/engine-proxy.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { copyRows } from '../support/many-rows.ts'
import { openEngineOf } from '../support/open-engine.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

/** More than one page of each engine has of some kind, and enough to tell one row from all. */
const count = 90

/** About one session, each as it is typed. */
const ofOne = [
  ['token', 'web'],
  ['status', 'web'],
  ['profile', 'show', 'web'],
  ['why', 'web'],
  ['list', '--local', 'web'],
  ['store', 'verify', '--accept', 'web', '--yes'],
]

const hostOf = (at: number) => `https://api-${at}.example`

for (const name of ['postgres', 'redis', 'etcd'] as const satisfies EngineName[]) {
  describe.skipIf(!requirePart(name))(`what a command reads of ${name}`, () => {
    let engine: EngineServer
    let proxy: EngineProxy
    let home: Home
    let servers: Servers
    let env: Environment
    const alone: EngineTraffic[] = []
    /** Bytes of a whole row, as it is answered. */
    let row = 0

    beforeAll(async () => {
      ;[engine, servers] = await Promise.all([startEngine(name), startServers(['hosterby'])])
      proxy = await startProxy(engine)
      home = makeHome()
      const key = home.environment['TOKN_STORE_KEY'] ?? ''
      env = { TOKN_STORE: undefined, TOKN_STORE_URL: proxy.through(engine.url) }
      const api = servers.api('hosterby')
      await tokn(['login', 'web', ...addressOf(api)], credentialsOf(api))
      for (const line of ofOne) alone.push(await tokn(line))
      const opened = openEngineOf(engine)
      await copyRows(opened, key, count, {
        profile: (entry, at) => void (entry['hosts'] = [hostOf(at)]),
        session: (fields, at) => {
          const { origins } = fields
          if (Array.isArray(origins)) fields['origins'] = [...(origins as string[]), hostOf(at)]
        },
      })
      const text = JSON.stringify((await opened.list(undefined, count)).map(({ parts }) => parts))
      row = (text.length / count) * (name === 'etcd' ? 4 / 3 : 1)
      await opened.close()
    }, 120_000)

    afterAll(async () => {
      await proxy.close()
      await servers.close()
      home.remove()
      await engine.close()
    })

    const tokn = async (args: readonly string[], more: Environment = {}, status = 0) => {
      proxy.traffic()
      const ended = await run(args, { home, env: { ...env, ...more } })
      expect(ended, `${args.join(' ')}: ${ended.err}`).toMatchObject({ status })
      return proxy.traffic()
    }

    test.each(ofOne.map((line, at) => ({ line, at })))(
      'is as much with many as with one: $line',
      async ({ line, at }) => {
        const [one, many] = [alone[at]!, await tokn(line)]
        // One that has grown by its history, or that a slow machine asked once more.
        expect(many.answered).toBeLessThanOrEqual(one.answered + 2 * row)
        expect(many.turns).toBeLessThanOrEqual(one.turns + 2)
      },
    )

    test('is a few names where none is named, and the names where one is wrong', async () => {
      expect((await tokn(['token'], {}, 3)).answered).toBeLessThan(32 * 1_024)
      expect((await tokn(['token', 'webb'], {}, 3)).answered).toBeLessThan((count * row) / 4)
    })

    test.each([
      // The profile and what is noted of the session, once.
      { line: ['status'], share: 0.75 },
      { line: ['status', '--store'], share: 0.75 },
      { line: ['list', '--local'], share: 0.75 },
      { line: ['profile', 'list'], share: 0.75 },
      { line: ['doctor', '--offline'], share: 0.8 },
      // The profiles, and then each session by itself, as the move itself would.
      {
        line: ['store', 'migrate', '--from', name, '--to', 'file', '--dry-run'],
        ...{ share: 1.6, most: 20 + count },
      },
      { line: ['store', 'verify'], share: 1.4 },
    ])(
      'is no part of a row that is not asked for, and nothing twice: $line',
      async ({ line, share, ...bound }) => {
        const { answered, turns } = await tokn(line)
        expect(answered / (count * row)).toBeLessThanOrEqual(share)
        expect(turns).toBeLessThanOrEqual('most' in bound ? bound.most : 20)
      },
    )

    test('is the profile alone where a tool names a place, and the row of whoever answers', async () => {
      const input = 'protocol=https\nhost=api-7.example\n\n'
      proxy.traffic()
      const ended = await run(['credential', 'git', 'get'], { home, env, input })
      expect(ended, ended.err).toMatchObject({ status: 0 })
      // It was found, and opened; its token is not of a kind that git sends.
      expect(ended.err).toContain('"web-7" does not travel in a way that this git can send')
      expect(proxy.traffic().answered / (count * row)).toBeLessThanOrEqual(0.5)
    })
  })
}
