import type { EngineOptions, SharedEngine } from '../../../../src/core/shared-engine.ts'
import { createHttp } from '../../../../src/io/http/http.ts'
import { openEtcd } from '../../../../src/stores/etcd/engine.ts'
import { openPostgres } from '../../../../src/stores/postgres/engine.ts'
import { openRedis } from '../../../../src/stores/redis/engine.ts'
import type { EngineName, EngineServer } from '../../../support/engines.ts'

const openers: Readonly<Record<EngineName, (options: EngineOptions) => SharedEngine>> = {
  postgres: openPostgres,
  redis: openRedis,
  etcd: openEtcd,
}

/** The engine as the program itself would see it, for a test to look into. */
export async function openClient({ name, url }: EngineServer): Promise<SharedEngine> {
  const engine = openers[name]({
    url: new URL(url),
    time: { now: Date.now, monotonic: () => performance.now() },
    timeLeft: () => 10_000,
    environment: {},
    http: async () => createHttp({ environment: {} }),
  })
  await engine.prepare()
  return engine
}
