import { refusedToReader } from '../../core/reader-refusal.ts'
import type { SharedPart, SharedParts, SharedRow } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import { agesAfter, checkAges } from './ages.ts'
import { decryptWith, recipientsOf, type Jwe } from './jwe.ts'
import { encryptFor } from './jwe-sealing.ts'
import { signKeys } from './keys-document.ts'
import { divideRecord, joinRecord } from './reader-record.ts'
import {
  damagedPart,
  nameOf,
  refusal,
  signPayload,
  verifyPayload,
  type Payload,
  type SignedPart,
} from './signed-part.ts'
import { checkReaders, openSealing, recipientsFor, type StoreKeys } from './store-keys.ts'

/** The row that parts are read from: as the engine has it. */
export type SealedRow = Pick<SharedRow, 'id' | 'name' | 'generation' | 'parts'>

/** The row that parts are written to; `parts` is what it has now, `{}` for a new one. */
export interface WrittenRow {
  readonly id: string
  /** The one that it has after the write. */
  readonly name: string
  readonly parts: SharedParts
  /** The life of the engine that it is written in. */
  readonly incarnation: string
}

/** Parts to be written: those that are not there stay. */
export type SealedParts = { readonly [part in SharedPart]?: string }

/** What is written, in clear: the texts of `serializeRecord`, of a profile, of an index entry. */
export interface NewParts {
  readonly profile?: string | undefined
  readonly index?: string | undefined
  readonly record?: { readonly generation: number; readonly text: string } | undefined
}

export interface OpenedRecord {
  /** As `parseRecord` reads it; a reader's has no refresh token, credentials or signing key. */
  readonly text: string
  readonly generation: number
  /** The life of the engine that it was written in. */
  readonly incarnation: string
  /** Whether it is the whole record: not for readers. */
  readonly complete: boolean
}

/**
 * Seals and signs the parts that one write sets; what is written together is given together. The
 * others stay, and each new part says how old they are, so that no older one can be put beside it.
 * Throws `forbidden` with a reader's key.
 */
export function sealRow(keys: StoreKeys, row: WrittenRow, parts: NewParts): SealedParts {
  const { profile, index, record } = parts
  const names = (['profile', 'index', 'record'] as const).filter((name) => parts[name])
  const ages = agesAfter(keys, row, names)
  const { id, name, incarnation } = row
  const common = {
    id,
    name,
    generation: record?.generation ?? 0,
    ages,
    keys: keys.inUse?.serial ?? 0,
  }
  const forAll = (part: 'profile' | 'index', text: string) =>
    signPayload(keys, part, {
      ...common,
      readers: encryptPart(keys, part, 'readers', common, text),
    })
  return {
    ...(profile === undefined ? {} : { profile: forAll('profile', profile) }),
    ...(index === undefined ? {} : { index: forAll('index', index) }),
    ...(record === undefined
      ? {}
      : { record: sealRecord(keys, { ...common, incarnation }, record.text) }),
  }
}

/** `undefined` where the row has none. Throws `store` where it is not trusted, or not for this key. */
export function openRecord(keys: StoreKeys, row: SealedRow): OpenedRecord | undefined {
  const sealed = row.parts.record
  if (sealed === undefined) return undefined
  const payload = verifyPayload(keys, 'record', row, sealed)
  const { generation, incarnation } = payload
  if (generation !== row.generation || typeof incarnation !== 'string') throw damagedPart('record')
  checkAges(keys, row, 'record', payload)
  const readers = openFor(keys, 'record', 'readers', payload)
  if (keys.refresher === undefined) {
    return { text: readers, generation, incarnation, complete: false }
  }
  const text = joinRecord(readers, openFor(keys, 'record', 'refreshers', payload))
  return { text, generation, incarnation, complete: true }
}

/** The text that was sealed for readers; `undefined` where the row has none. Throws `store`, as `openRecord`. */
export function verifyPart(
  keys: StoreKeys,
  part: 'profile' | 'index',
  row: Pick<SealedRow, 'id' | 'name' | 'parts'>,
): string | undefined {
  const signed = row.parts[part]
  if (signed === undefined) return undefined
  const payload = verifyPayload(keys, part, row, signed)
  checkAges(keys, row, part, payload)
  return openFor(keys, part, 'readers', payload)
}

/** A journal for refreshers, signed; `generation` is the one that the refresh begins at. */
export function sealJournal(
  keys: StoreKeys,
  row: { readonly id: string; readonly name: string; readonly generation: number },
  text: string,
): string {
  const { id, name, generation } = row
  const common = { id, name, generation, ages: {}, keys: keys.inUse?.serial ?? 0 }
  const refreshers = encryptPart(keys, 'journal', 'refreshers', common, text)
  return signPayload(keys, 'journal', { ...common, refreshers })
}

/** As it was given to `sealJournal`. Throws `store`; `forbidden` with a reader's key. */
export function openJournal(
  keys: StoreKeys,
  row: Pick<SealedRow, 'id' | 'name' | 'parts'>,
): { readonly text: string; readonly generation: number } | undefined {
  const sealed = row.parts.journal
  if (sealed === undefined) return undefined
  const payload = verifyPayload(keys, 'journal', row, sealed)
  const text = openFor(keys, 'journal', 'refreshers', payload)
  return { text, generation: payload.generation }
}

/** 32 bytes for what is sealed meanwhile; another once a change of keys has ended. Throws `store`. */
export function sealingKey(keys: StoreKeys): Uint8Array {
  return openSealing(keys)
}

/** The document `keys` of a store that has none yet. Throws `forbidden` with a reader's key. */
export function firstKeys({ refresher, kid }: StoreKeys): string {
  if (refresher === undefined) throw refusedToReader('change')
  return signKeys({ serial: 1, sets: [refresher.set()], former: [] }, [
    { kid, signing: refresher.signing },
  ])
}

type Role = 'readers' | 'refreshers'

function sealRecord(
  keys: StoreKeys,
  common: Payload & { readonly incarnation: string },
  text: string,
): string {
  const { readers, rest } = divideRecord(text)
  return signPayload(keys, 'record', {
    ...common,
    readers: encryptPart(keys, 'record', 'readers', common, readers),
    refreshers: encryptPart(keys, 'record', 'refreshers', common, rest),
  })
}

function encryptPart(
  keys: StoreKeys,
  part: SignedPart,
  role: Role,
  payload: Payload,
  text: string,
): Jwe {
  return encryptFor(text, recipientsFor(keys, role), headerOf(part, role, payload))
}

function headerOf(part: SignedPart, role: Role, { id, name, generation }: Payload) {
  return { typ: `tokn-${part}`, role, id, name, generation }
}

function openFor(keys: StoreKeys, part: SignedPart, role: Role, payload: Payload): string {
  const key = role === 'readers' ? keys.readers : keys.refresher?.refreshers
  if (key === undefined) throw refusedToReader('open')
  const text = decryptWith(payload[role], keys.kid, key(), headerOf(part, role, payload))
  if (text !== undefined) return text
  checkReaders(keys)
  const kids = recipientsOf(payload[role])
  if (kids.length === 0 || kids.includes(keys.kid)) throw damagedPart(part)
  throw refusal(words.storeKeys.partOfAnotherKey(nameOf(part), kids.join(', '), keys))
}
