import type { SharedEngine } from '../../src/core/shared-engine.ts'
import { openPostgres } from '../../src/stores/postgres/engine.ts'
import { openRedis } from '../../src/stores/redis/engine.ts'
import type { EngineServer } from './engines.ts'
import { openAt } from './open-etcd.ts'

/** The engine of a server, as the program opens it. */
export function openEngineOf({ name, url }: Pick<EngineServer, 'name' | 'url'>): SharedEngine {
  if (name === 'etcd') return openAt(url)
  const open = name === 'postgres' ? openPostgres : openRedis
  return open({
    url: new URL(url),
    time: { now: Date.now, monotonic: () => performance.now() },
    timeLeft: () => 60_000,
    environment: {},
    http: async () => {
      throw new Error('this engine speaks no HTTP')
    },
  })
}
