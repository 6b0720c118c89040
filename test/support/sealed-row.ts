import { randomBytes } from 'node:crypto'
import { Secret } from '../../src/core/secret.ts'
import type { SharedParts } from '../../src/core/shared-engine.ts'
import { sealRow, type NewParts, type SealedRow } from '../../src/stores/shared/codec.ts'
import { openKeys, type StoreKeys } from '../../src/stores/shared/store-keys.ts'

/** Another key of a store, as a user gives it. */
export function newStoreKey(): Secret {
  return new Secret(randomBytes(32).toString('base64'))
}

export function recordText(id: string, generation: number): string {
  return JSON.stringify({
    v: 1,
    profileId: id,
    generation,
    provider: 'oauth',
    binding: { url: 'https://api.example' },
    origins: ['https://api.example'],
    attach: { headers: { authorization: 'Bearer {access}' } },
    access: `access-${id}-${generation}`,
    refresh: `refresh-${id}-${generation}`,
    expiry: { kind: 'at', at: 1_800_000_000_000 },
    obtainedAt: 1_790_000_000_000,
    context: { id_token: 'who', dpop_key: `dpop-${generation}` },
    signingKey: { id: 'AKIA', secret: `signing-${generation}` },
    credentials: { password: `password-${id}` },
    madeWith: { password: 'salt.digest' },
  })
}

/** The row after `parts` were written to it. */
export function writeRow(keys: StoreKeys, row: SealedRow, parts: NewParts): SealedRow {
  const set = sealRow(keys, { ...row, incarnation: 'one' }, parts)
  const all: SharedParts = { ...row.parts, ...set }
  return { ...row, generation: parts.record?.generation ?? row.generation, parts: all }
}

export function newRow(id: string, name = `name of ${id}`): SealedRow {
  return { id, name, generation: 0, parts: {} }
}

/** A row with all of its parts, at `generation`. */
export function fullRow(keys: StoreKeys, id: string, generation = 1): SealedRow {
  const record = { generation, text: recordText(id, generation) }
  return writeRow(keys, newRow(id), { profile: `profile ${id}`, index: `index ${id}`, record })
}

/** The key that readers get. */
export function readerOf(key: Secret): Secret {
  const secret = openKeys(key, undefined).refresher?.readerKey()
  if (secret === undefined) throw new Error('it is the key of a reader')
  return secret
}
