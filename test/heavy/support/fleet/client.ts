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
export async function openClient(server: EngineServer): Promise<SharedEngine> {
  const engine = openUnprepared(server)
  await engine.prepare()
  return engine
}

/** All rows, and the document of the keys: equal where nothing was written in between. */
export async function dumpOf(server: EngineServer | undefined): Promise<readonly unknown[]> {
  if (server === undefined) throw new Error('there is no such server')
  const engine = openUnprepared(server)
  try {
    const rows = await engine.list(undefined, 500)
    return [...rows.map((row) => ({ ...row, now: 0 })), await engine.readDocument('keys')]
  } finally {
    await engine.close()
  }
}

function openUnprepared({ name, url }: EngineServer): SharedEngine {
  return openers[name]({
    url: new URL(url),
    time: { now: Date.now, monotonic: () => performance.now() },
    timeLeft: () => 10_000,
    environment: {},
    http: async () => createHttp({ environment: {} }),
  })
}
