import { describe, expect, onTestFinished, test } from 'vitest'
import { openWorld, type World } from '../catalogue/world.ts'
import { startEngine, type EngineWanted } from '../support/engines.ts'
import { requirePart } from '../support/parts.ts'
import { addressOf, credentialsOf } from '../support/servers.ts'

interface Check {
  readonly id: string
  readonly status: string
  readonly detail: string
  readonly fix: string | null
}

/** What doctor says about the engine of `server`, and how it ended. */
async function look(world: World, env: Record<string, string>, ...flags: readonly string[]) {
  const { out, status } = await world.tokn(['doctor', '--json', ...flags, '--'], { env })
  const { checks } = JSON.parse(out) as { checks: readonly Check[] }
  const found = checks.filter(({ id }) => /^store[.-]/.test(id))
  return { status, found, of: (id: string) => found.find((check) => check.id === id) }
}

async function open(name: 'redis' | 'etcd' | 'postgres', wanted?: EngineWanted) {
  const world = await openWorld()
  const server = await startEngine(name, wanted)
  onTestFinished(async () => await server.close())
  const env = { TOKN_STORE: name, TOKN_STORE_URL: server.url }
  return { world, server, env }
}

async function login({ world, env }: { world: World; env: Record<string, string> }) {
  return await world.tokn(['login', 'web', ...addressOf(world.api)], {
    env: { ...env, ...credentialsOf(world.api) },
  })
}

const measured = ['clock', 'latency']

describe('doctor, of a store that many machines share', () => {
  test.runIf(requirePart('etcd'))(
    'looks at an etcd, writes nothing, and says that it is gone',
    async () => {
      const opened = await open('etcd')
      const { world, server, env } = opened
      const before = await look(world, env)
      expect(before).toMatchObject({ status: 0 })
      expect(before.found.map(({ id }) => id)).toEqual([
        'store.etcd',
        ...[
          'version',
          'members',
          'durability',
          'space',
          'privileges',
          'schema',
          ...measured,
          'key',
        ].map((id) => `store.etcd.${id}`),
      ])
      expect(before.of('store.etcd.schema')?.detail).toBe('empty so far')
      expect(await login(opened)).toMatchObject({
        status: 0,
        err: expect.not.stringContaining('may lose'),
      })
      expect((await look(world, env)).of('store.etcd.schema')?.detail).toMatch(/layout 1/)
      expect((await look(world, env, '--offline')).found).toEqual([
        { id: 'store.etcd', status: 'skip', detail: 'not contacted', fix: null },
      ])
      await server.stop()
      const after = await look(world, env)
      expect(after.status).toBe(10)
      expect(after.found).toEqual([
        {
          id: 'store.etcd',
          status: 'fail',
          detail: expect.stringMatching(/cannot reach 127\.0\.0\.1:\d+.*\(network\)$/),
          fix: 'check the address of the store, and the network',
        },
      ])
      expect(await world.tokn(['token', 'web'], { env })).toMatchObject({ status: 7, out: '' })
    },
  )

  test.runIf(requirePart('redis'))(
    'tells once at a login that a Redis may lose the session',
    async () => {
      const opened = await open('redis', { durable: false })
      const { err, status } = await login(opened)
      expect(status).toBe(0)
      expect(err.match(/may lose what it has confirmed/g)).toHaveLength(1)
      const { status: ended, of } = await look(opened.world, opened.env)
      expect(ended).toBe(0)
      expect(of('store.redis.durability')).toMatchObject({
        status: 'warn',
        fix: expect.stringContaining('appendonly'),
      })
      for (const id of measured) expect(of(`store.redis.${id}`)).toMatchObject({ status: 'ok' })
      const quiet = await login(await open('redis'))
      expect(quiet).toMatchObject({ status: 0, err: expect.not.stringContaining('may lose') })
    },
  )

  test.runIf(requirePart('postgres'))('looks at a PostgreSQL, and tells of fsync', async () => {
    const opened = await open('postgres', { durable: false })
    const { of } = await look(opened.world, opened.env)
    expect(of('store.postgres.durability')).toMatchObject({ status: 'warn' })
    for (const id of measured) expect(of(`store.postgres.${id}`)).toMatchObject({ status: 'ok' })
  })
})
