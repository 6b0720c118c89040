import { describe, expect, test } from 'vitest'
import type { Secret } from '../../../../src/core/secret.ts'
import type { SharedEngine } from '../../../../src/core/shared-engine.ts'
import {
  firstKeys,
  openJournal,
  openRecord,
  sealingKey,
  sealJournal,
  sealRow,
  verifyPart,
  type SealedParts,
} from '../../../../src/stores/shared/codec.ts'
import { seal } from '../../../../src/stores/seal.ts'
import { sharedTime } from '../../../../src/app/shared-kinds.ts'
import { beginRekey, endRekey } from '../../../../src/stores/shared/rekey.ts'
import { checkMayBegin, openKeys } from '../../../../src/stores/shared/store-keys.ts'
import { startMemoryServer, unreachable } from '../../../support/memory-engine.ts'
import { fullRow, newStoreKey, readerOf, recordText } from '../../../support/sealed-row.ts'

const ids = Array.from({ length: 12 }, (_, at) => `s${String(at).padStart(2, '0')}`)

async function fill(engine: SharedEngine, key: Secret): Promise<void> {
  const keys = openKeys(key, undefined)
  await engine.writeDocument('keys', '', firstKeys(keys))
  for (const id of ids) {
    const { name, generation, parts } = fullRow(keys, id)
    await engine.write(id, {
      ...{ name, generation, parts: parts as SealedParts },
      when: { version: undefined },
    })
  }
}

function change(engine: SharedEngine, key: Secret) {
  const time = { ...sharedTime, wait: async () => await new Promise<void>(setImmediate) }
  return { engine, key, time, patience: 5_000 }
}

async function keysOf(engine: SharedEngine, key: Secret) {
  return openKeys(key, (await engine.readDocument('keys'))?.text)
}

/** Throws where not all sessions open with `key`. */
async function openAll(engine: SharedEngine, key: Secret): Promise<void> {
  const keys = await keysOf(engine, key)
  for (const row of await engine.list(undefined, 1_000)) {
    expect(openRecord(keys, row)?.text).toContain(`access-${row.id}-${row.generation}`)
    expect(verifyPart(keys, 'profile', row)).toBe(`profile ${row.id}`)
  }
}

/** As a process of a fleet does: with the keys that it has read, and anew where those have changed. */
async function refresh(engine: SharedEngine, key: Secret, id: string): Promise<void> {
  for (let before: ReturnType<typeof openKeys> | undefined; ;) {
    const [row, document] = await Promise.all([engine.read(id), engine.readDocument('keys')])
    const keys = openKeys(key, document?.text, before)
    if (row === undefined) throw new Error(`no row ${id}`)
    const opened = openRecord(keys, row)
    if (opened === undefined) throw new Error(`no record in ${id}`)
    const generation = opened.generation + 1
    const record = { generation, text: recordText(id, generation) }
    const parts = sealRow(keys, { ...row, incarnation: 'one' }, { record, index: `index ${id}` })
    await new Promise(setImmediate)
    const when = { version: row.version, keys: document?.version ?? '' }
    if ('written' in (await engine.write(id, { generation, parts, when }))) return
    before = keys
  }
}

describe('a change of keys', () => {
  test('both keys, and readers of both, open everything until its end, and one afterwards', async () => {
    const engine = startMemoryServer().connect()
    const [old, next] = [newStoreKey(), newStoreKey()]
    await fill(engine, old)
    const sealing = sealingKey(await keysOf(engine, old))
    const from = openKeys(old, undefined).kid
    const to = openKeys(next, undefined).kid
    const all = { rows: ids.length, resealed: ids.length, unreadable: [], from, to }

    expect(await beginRekey(change(engine, old), next)).toEqual(all)
    for (const key of [old, next, readerOf(old), readerOf(next)]) await openAll(engine, key)
    expect(sealingKey(await keysOf(engine, next))).toEqual(sealing)

    expect(await endRekey(change(engine, next), false)).toEqual(all)
    for (const key of [next, readerOf(next)]) await openAll(engine, key)
    for (const key of [old, readerOf(old)]) {
      await expect(openAll(engine, key)).rejects.toThrow(
        `the key in TOKN_STORE_KEY (${from}) is no longer in use: the store was changed to ${to}`,
      )
    }
    // Another key seals from now on, which opens what was under way, and is opened by no key that went.
    const now = sealingKey(await keysOf(engine, next))
    expect(now).not.toEqual(sealing)
    const underWay = await seal.seal('an answer', sealing, 'one')
    expect(await seal.open(underWay, now, 'one')).toBe('an answer')
    await expect(seal.open(await seal.seal('', now, 'one'), sealing, 'one')).rejects.toMatchObject({
      code: 'store',
    })
    // A key that goes opens nothing that is in the rows, without the list of keys either.
    for (const row of await engine.list(undefined, 100)) {
      expect(() => openRecord(openKeys(old, undefined), row)).toThrow(`written with the key ${to}`)
    }
  })

  test('may be taken back', async () => {
    const engine = startMemoryServer().connect()
    const [old, next] = [newStoreKey(), newStoreKey()]
    await fill(engine, old)
    await beginRekey(change(engine, old), next)
    await refresh(engine, next, 's03')
    await expect(endRekey(change(engine, next), true)).rejects.toThrow(
      'taken back with the old one',
    )
    await expect(endRekey(change(engine, old), false)).rejects.toThrow('ended with the new one')
    await endRekey(change(engine, old), true)
    await openAll(engine, old)
    await expect(openAll(engine, next)).rejects.toThrow('is no longer in use')
    // And begun again, with the same key.
    await beginRekey(change(engine, old), next)
    await openAll(engine, next)
  })

  test('goes on with either key, and with no other new one', async () => {
    const engine = startMemoryServer().connect()
    const [old, next] = [newStoreKey(), newStoreKey()]
    await fill(engine, old)
    await expect(beginRekey(change(engine, old), undefined)).rejects.toThrow('no change of keys')
    await expect(beginRekey(change(engine, old), old)).rejects.toThrow('the one that is in use')
    await expect(beginRekey(change(engine, old), readerOf(next))).rejects.toThrow('32 bytes')
    await expect(beginRekey(change(engine, readerOf(old)), next)).rejects.toThrow(
      'cannot change the keys',
    )
    await beginRekey(change(engine, old), next)
    expect(await beginRekey(change(engine, next), undefined)).toMatchObject({ resealed: 0 })
    expect(await beginRekey(change(engine, old), next)).toMatchObject({ resealed: 0 })
    await expect(beginRekey(change(engine, old), newStoreKey())).rejects.toThrow('is under way')
  })

  test('is not ended while something is sealed for the old key alone', async () => {
    const engine = startMemoryServer().connect()
    const [old, next] = [newStoreKey(), newStoreKey()]
    await fill(engine, old)
    const alone = await engine.read('s05')
    await beginRekey(change(engine, old), next)
    const now = await engine.read('s05')
    await engine.write('s05', {
      parts: { ...alone?.parts } as SealedParts,
      when: { version: now?.version },
    })
    await expect(endRekey(change(engine, next), false)).rejects.toThrow('1 of 12 sessions')
    await openAll(engine, old)
    await beginRekey(change(engine, old), undefined)
    await endRekey(change(engine, next), false)
    await openAll(engine, next)
  })

  test('leaves what opens with no key as it is, and says so', async () => {
    const engine = startMemoryServer().connect()
    const [old, next] = [newStoreKey(), newStoreKey()]
    await fill(engine, old)
    const broken = await engine.read('s07')
    const parts = { record: `${broken?.parts.record?.slice(0, -4)}AAAA` }
    await engine.write('s07', { parts, when: { version: broken?.version } })
    const unreadable = ['name of s07']
    expect(await beginRekey(change(engine, old), next)).toMatchObject({ resealed: 11, unreadable })
  })

  test('refreshes under way survive it, and end with the key that they were begun with', async () => {
    const engine = startMemoryServer().connect()
    const [old, next] = [newStoreKey(), newStoreKey()]
    await fill(engine, old)
    await beginRekey(change(engine, old), next)
    const document = await engine.readDocument('keys')
    const begun = openKeys(old, document?.text)
    const at = { id: 's01', name: 'name of s01', generation: 1 }
    const row = await engine.read('s01')
    const lease = await engine.takeLease('session:s01', 'a job', 60_000)
    const journal = sealJournal(begun, at, 'intent')
    await engine.write('s01', { parts: { journal }, when: { version: row?.version } })

    let [ended, looked] = [false, 0]
    // It waits for the refresh, which ends with the keys that it began with.
    const refreshMeanwhile = async () => {
      if (ended || looked++ < 3) return
      ended = true
      const held = await engine.readDocument('keys')
      await expect(keysOf(engine, old)).rejects.toThrow('no longer in use')
      const keys = openKeys(old, held?.text, begun)
      expect(() => checkMayBegin(keys)).toThrow('is no longer in use')
      const now = await engine.read('s01')
      const when = { version: now?.version, keys: held?.version }
      const answer = sealJournal(keys, at, 'intent and answer')
      const written = await engine.write('s01', { parts: { journal: answer }, when })
      expect(written).toHaveProperty('written')
      if ('fence' in lease) await engine.releaseLease('session:s01', lease.fence)
    }
    const ending = endRekey(
      {
        ...change(engine, next),
        time: { ...sharedTime, wait: refreshMeanwhile },
      },
      false,
    )
    await ending
    expect(ended).toBe(true)
    const after = await engine.read('s01')
    const keys = await keysOf(engine, next)
    expect(after && openJournal(keys, after)?.text).toBe('intent and answer')
    const last = await engine.readDocument('keys')
    expect(() => openKeys(old, last?.text, begun)).toThrow('is no longer in use')
  })

  test('waits for no refresh for ever', async () => {
    const engine = startMemoryServer().connect()
    const [old, next] = [newStoreKey(), newStoreKey()]
    await fill(engine, old)
    await beginRekey(change(engine, old), next)
    const row = await engine.read('s01')
    const at = { id: 's01', name: 'name of s01', generation: 1 }
    const journal = sealJournal(await keysOf(engine, next), at, 'intent')
    await engine.write('s01', { parts: { journal }, when: { version: row?.version } })
    await engine.takeLease('session:s01', JSON.stringify({ host: 'runner-7', pid: 12 }), 60_000)
    const ending = endRekey({ ...change(engine, next), patience: 0 }, false)
    await expect(ending).rejects.toMatchObject({
      code: 'busy',
      message: expect.stringContaining('(process 12) on runner-7'),
    })
  })

  test('cut off at any call, and run again, while others refresh: nothing is unreadable', async () => {
    // A whole change makes some 60 calls.
    for (let at = 1; at < 75; at += 12) {
      const server = startMemoryServer()
      const [engine, job, other] = ['rekey', 'job', 'other'].map((name) => server.connect(name))
      if (!engine || !job || !other) throw new Error('no machines')
      const [old, next] = [newStoreKey(), newStoreKey()]
      await fill(engine, old)
      let [calls, key] = [0, old]
      server.carry(({ machine }, run) => {
        const fails = machine === 'rekey' && ++calls === at
        // Not carried out, or carried out and not answered.
        if (fails && at % 2 === 0) throw unreachable()
        const answer = run()
        if (fails) throw unreachable()
        return answer
      })
      const load = { over: false }
      const rounds = [0, 0]
      const jobs = Promise.all(
        [job, other].map(async (one, turn) => {
          for (let round = turn; !load.over; round++) {
            await refresh(one, key, ids[(round * 5) % ids.length] ?? '')
            rounds[turn] = round
            await new Promise(setImmediate)
          }
        }),
      )
      const again = async (work: () => Promise<unknown>) => {
        for (;;) {
          const failed = await work().then(
            () => undefined,
            (error: unknown) => error,
          )
          if (failed === undefined) return
          expect(failed).toMatchObject({ code: 'network' })
          await openAll(job, key)
        }
      }
      await again(() => beginRekey(change(engine, old), next))
      await openAll(job, old)
      await openAll(job, next)
      key = next
      // What was begun with the old key is over.
      const before = [...rounds]
      while (rounds.some((round, turn) => round < (before[turn] ?? 0) + 2)) {
        await new Promise(setImmediate)
      }
      await again(() => endRekey(change(engine, next), false))
      load.over = true
      await jobs
      await openAll(job, next)
      await expect(openAll(job, old)).rejects.toThrow('is no longer in use')
    }
  })
})
