import type { EngineFinding } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import type { Gateway } from './gateway.ts'
import type { Layout } from './layout.ts'
import * as wire from './wire.ts'

const id = 'privileges'

/**
 * What the user of the URL may do, found without a change: etcd looks at the rights for all of a transaction,
 * and not only for what its comparison chooses.
 */
export async function checkPrivileges(
  gateway: Gateway,
  keys: Layout,
  isToWrite?: boolean,
): Promise<readonly EngineFinding[]> {
  const { etcd } = words
  const isOpen = !(await gateway.hasLogin())
  if (isOpen) return [{ id, status: 'warn', detail: etcd.openToAll(), fix: etcd.enableAuth() }]
  const [reads, writes, wishes, elsewhere] = [
    await may(gateway, wire.getting({ ...wire.allBelow(keys.prefix), count_only: true }), keys),
    await may(gateway, wire.putting(`${keys.rows}probe`, ''), keys),
    await may(gateway, wire.putting(`${keys.wishes}probe`, ''), keys),
    await may(gateway, wire.putting('probe of another store', ''), keys),
  ]
  if (!reads || !wishes) {
    const fix = etcd.grant(reads ? 'write' : 'read', reads ? keys.wishes : keys.prefix)
    return [{ id, status: 'fail', detail: etcd.lacksRights(reads), fix }]
  }
  if (isToWrite === true && !writes) {
    const fix = etcd.grant('readwrite', keys.prefix)
    return [{ id, status: 'fail', detail: etcd.lacksWriting(), fix }]
  }
  const detail = etcd.rights(writes)
  if (!elsewhere) return [{ id, status: 'ok', detail }]
  return [
    { id, status: 'warn', detail: etcd.tooMany(detail, keys.prefix), fix: etcd.fewerRights() },
  ]
}

async function may({ ask }: Gateway, action: wire.Answer, keys: Layout): Promise<boolean> {
  // No key has been written less than never.
  const never = { ...wire.one(keys.wishes), target: 'VERSION', result: 'LESS', version: '0' }
  const isRead = 'request_range' in action
  const body = isRead ? { success: [action] } : { compare: [never], success: [action] }
  const { refusal } = await ask('/v3/kv/txn', body, { expected: ['denied'] })
  return refusal === undefined
}
