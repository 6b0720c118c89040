import type { EngineFinding } from '../../core/shared-engine.ts'
import { quoteForeign } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import type { Gateway } from './gateway.ts'
import type { Layout } from './layout.ts'
import { checkPrivileges } from './privileges.ts'
import * as wire from './wire.ts'

const { etcd } = words
/** What etcd takes where nothing else is set. */
const usualQuota = 2_147_483_648

/** Clock and latency are measured by whoever asks `now`. Throws `network` and `store` where there is nothing to look at. */
export async function examine(
  gateway: Gateway,
  keys: Layout,
  isToWrite?: boolean,
): Promise<readonly EngineFinding[]> {
  const { answer: status } = await gateway.ask('/v3/maintenance/status', {})
  // Not with the gateway, and not always where clients are.
  const metrics = (await gateway.get('/metrics')) ?? ''
  return [
    checkVersion(quoteForeign(wire.textIn(status, 'version'), 40)),
    await checkMembers(gateway, status),
    checkDurability(metrics),
    checkSpace(status, metrics),
    ...(await checkPrivileges(gateway, keys, isToWrite)),
    await checkSchema(gateway, keys),
  ]
}

function checkVersion(version: string): EngineFinding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isKnown = major > 3 || (major === 3 && minor >= 4)
  return isKnown
    ? { id: 'version', status: 'ok', detail: etcd.version(version) }
    : { id: 'version', status: 'fail', detail: etcd.version(version), fix: etcd.oldVersion() }
}

async function checkMembers({ ask }: Gateway, status: wire.Answer): Promise<EngineFinding> {
  const id = 'members'
  // What it says of itself, as NOSPACE and CORRUPT; the leader is 0 where there is none.
  const alarms = wire.listIn(status, 'errors')
  const hasLeader = !['', '0'].includes(wire.textIn(status, 'leader'))
  if (!hasLeader || alarms.length > 0) {
    const names = alarms.flatMap((one) =>
      typeof one === 'string' ? (/NOSPACE|CORRUPT/.exec(one)?.[0] ?? []) : [],
    )
    return { id, status: 'fail', detail: etcd.alarmed(hasLeader, names), fix: etcd.seeAlarms() }
  }
  const { answer, refusal } = await ask('/v3/cluster/member/list', {}, { expected: ['denied'] })
  const count = wire.listIn(answer, 'members').length
  return { id, status: 'ok', detail: etcd.hasLeader(refusal === undefined ? count : 0) }
}

/** Every write is in the log of most members, on disk, before it is confirmed: but for one flag. */
function checkDurability(metrics: string): EngineFinding {
  const id = 'durability'
  const count = metricOf(metrics, 'etcd_disk_wal_fsync_duration_seconds_count')
  if (count === undefined) return { id, status: 'ok', detail: etcd.durableUnseen() }
  if (count === 0) return { id, status: 'warn', detail: etcd.notDurable(), fix: etcd.makeDurable() }
  const sum = metricOf(metrics, 'etcd_disk_wal_fsync_duration_seconds_sum') ?? 0
  return { id, status: 'ok', detail: etcd.durable(Math.round((10_000 * sum) / count) / 10) }
}

function checkSpace(status: wire.Answer, metrics: string): EngineFinding {
  const id = 'space'
  const said = metricOf(metrics, 'etcd_server_quota_backend_bytes')
  const quota = wire.numberIn(status, 'dbSizeQuota') || said || usualQuota
  const size = wire.numberIn(status, 'dbSize')
  const detail = etcd.space(Math.ceil(size / 1_048_576), Math.round(quota / 1_048_576))
  return size > 0.8 * quota
    ? { id, status: 'warn', detail, fix: etcd.makeSpace() }
    : { id, status: 'ok', detail }
}

async function checkSchema({ ask }: Gateway, keys: Layout): Promise<EngineFinding> {
  const { answer } = await ask('/v3/kv/range', wire.one(keys.store))
  const [found] = wire.valuesOf(answer)
  const detail = etcd.schema(wire.numberIn(wire.objectOf(found?.value ?? ''), 'version'))
  return { id: 'schema', status: 'ok', detail }
}

function metricOf(metrics: string, name: string): number | undefined {
  const found = new RegExp(`^${name} ([0-9.e+-]+)$`, 'm').exec(metrics)?.[1]
  return found === undefined ? undefined : Number(found)
}
