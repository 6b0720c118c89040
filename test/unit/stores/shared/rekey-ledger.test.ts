import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { Secret } from '../../../../src/core/secret.ts'
import { deriveKey } from '../../../../src/stores/derive-key.ts'
import { formerOf, withFormer } from '../../../../src/stores/former-keys.ts'
import { sealingKey } from '../../../../src/stores/shared/codec.ts'
import { seal } from '../../../../src/stores/seal.ts'
import { openSharedLedger } from '../../../../src/stores/shared/ledger.ts'
import { beginRekey, endRekey } from '../../../../src/stores/shared/rekey.ts'
import { openKeys } from '../../../../src/stores/shared/store-keys.ts'
import { sharedTime } from '../../../../src/app/shared-kinds.ts'
import { startMemoryServer } from '../../../support/memory-engine.ts'
import { newStoreKey } from '../../../support/sealed-row.ts'
import { recordText, startMachines, storeKey } from './machines.ts'

const budget = 'tokn of an account'
const limit = { below: 2, since: 0 }

test('counts survive a change of keys, and who has the key that went can write none', async () => {
  const machines = startMachines()
  const engine = machines.server.connect('rekey')
  const [old, next] = [new Secret(storeKey), newStoreKey()]
  const before = machines.open('a')
  await before.store.write('one', 1, recordText(1))
  expect(await before.ledger.add(budget, 'logins', 1_000, limit)).toBe(true)

  const change = { engine, time: sharedTime, patience: 0 }
  await beginRekey({ ...change, key: old }, next)
  await endRekey({ ...change, key: next }, false)

  const after = machines.open('b', { key: next.reveal() })
  expect((await after.ledger.read(budget)).logins).toEqual([1_000])
  // A process that has the older keys in hand counts nothing that nobody sees.
  await expect(before.ledger.add(budget, 'logins', 2_000, limit)).rejects.toMatchObject({
    code: 'store',
  })
  expect(await after.ledger.add(budget, 'logins', 3_000, limit)).toBe(true)
  expect(
    await machines.open('c', { key: next.reveal() }).ledger.add(budget, 'logins', 4_000, limit),
  ).toBe(false)

  // Under the name that it has now, sealed with what sealed before.
  const keys = openKeys(next, (await engine.readDocument('keys'))?.text)
  const now = sealingKey(keys)
  const former = formerOf(now)
  expect(former).toHaveLength(1)
  const name = `ledger:${createHmac('sha256', deriveKey(now, 'ledger')).update(budget).digest('hex')}`
  const version = (await engine.readDocument(name))?.version
  const forged = await seal.seal('{"logins":[],"refreshes":[]}', former[0] ?? now, name)
  await engine.writeDocument(name, version ?? 'none', forged)
  await expect(after.ledger.read(budget)).rejects.toMatchObject({ code: 'store' })
})

test('what is counted while keys change is sealed with the key that it is named by', async () => {
  const engine = startMemoryServer().connect()
  const [old, next] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
  const both = withFormer(next, [old])
  const open = (...keys: Uint8Array[]) =>
    openSharedLedger({
      ...{ engine, seal, time: sharedTime, forgetKeys: () => undefined },
      clock: { ahead: async () => 0 },
      // The last one from then on.
      sealingKey: async () => (keys.length > 1 ? keys.shift() : keys[0]) ?? both,
    })
  await open(old, both).add(budget, 'logins', 1_000)
  expect((await open(old).read(budget)).logins).toEqual([1_000])
  expect((await open(both).read(budget)).logins).toEqual([1_000])
})

test('who has the key that went writes no counts that are believed, once they were written anew', async () => {
  const machines = startMachines()
  const engine = machines.server.connect('rekey')
  const [old, next] = [new Secret(storeKey), newStoreKey()]
  const before = machines.open('a')
  await before.store.write('one', 1, recordText(1))
  await before.ledger.add(budget, 'logins', 1_000)
  const former = sealingKey(openKeys(old, (await engine.readDocument('keys'))?.text))

  const change = { engine, time: sharedTime, patience: 0 }
  await beginRekey({ ...change, key: old }, next)
  await endRekey({ ...change, key: next }, false)
  await machines.open('b', { key: next.reveal() }).ledger.renew?.(budget)

  const digest = createHmac('sha256', deriveKey(former, 'ledger')).update(budget).digest('hex')
  const name = `ledger:${digest}`
  const version = (await engine.readDocument(name))?.version
  expect(version).toBeDefined()
  const forged = await seal.seal('{"logins":[],"refreshes":[]}', former, name)
  expect(await engine.writeDocument(name, version ?? '', forged)).toBeDefined()
  const after = machines.open('c', { key: next.reveal() })
  expect((await after.ledger.read(budget)).logins).toEqual([1_000])
  // Nothing is written for who has counted nothing.
  const writes = machines.server.calls.get('writeDocument')
  await after.ledger.renew?.('another account')
  expect(machines.server.calls.get('writeDocument')).toBe(writes)
})
