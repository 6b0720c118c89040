import type { SharedParts } from '../../core/shared-engine.ts'
import { isToknError, type ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import {
  claimedAges,
  datedParts,
  nameOf,
  refusal,
  verifyPayload,
  type Ages,
  type DatedPart,
  type Payload,
} from './signed-part.ts'
import type { StoreKeys } from './store-keys.ts'

// The writes of a row are counted, and each part says which one it is of, and which ones the others
// were of by then. So no part can be put back alone: another one says that there was a newer one. A
// row that is put back whole is consistent in itself; that is seen elsewhere.

interface DatedRow {
  readonly id: string
  readonly name: string
  readonly parts: SharedParts
}

/** The ages that a write of `names` signs. */
export function agesAfter(keys: StoreKeys, row: DatedRow, names: readonly DatedPart[]): Ages {
  const before = agesOf(keys, row)
  const next = Math.max(0, ...Object.values(before)) + 1
  return { ...before, ...Object.fromEntries(names.map((name) => [name, next])) }
}

/**
 * Throws `store` where `part`, which has been verified, and another one are not of one time. Of that
 * one it is not verified what it says: who could change it could as well remove it, and whoever uses it
 * verifies it then, by the same rule.
 */
export function checkAges(keys: StoreKeys, row: DatedRow, part: DatedPart, payload: Payload): void {
  const { ages: own } = payload
  for (const other of datedParts) {
    const text = row.parts[other]
    const ages = other === part || text === undefined ? undefined : claimedAges(text)
    if (text === undefined || ages === undefined) continue
    const isOlder = (ages[part] ?? 0) > (own[part] ?? 0)
    if (!isOlder && (own[other] ?? 0) <= (ages[other] ?? 0)) continue
    // What is damaged is told as that.
    verifyPayload(keys, other, row, text)
    throw isOlder ? mixed(part, other) : mixed(other, part)
  }
}

function mixed(older: DatedPart, newer: DatedPart): ToknError {
  return refusal(words.storeKeys.mixedParts(nameOf(older), nameOf(newer)))
}

/** The newest that is known of each. What is not trusted says nothing: it has to be written anew. */
function agesOf(keys: StoreKeys, row: DatedRow): Ages {
  const known: Record<string, number> = {}
  for (const part of datedParts) {
    const text = row.parts[part]
    const ages = text === undefined ? {} : readAges(keys, part, row, text)
    for (const [name, age] of Object.entries(ages)) {
      known[name] = Math.max(known[name] ?? 0, age)
    }
  }
  return known
}

function readAges(keys: StoreKeys, part: DatedPart, row: DatedRow, text: string): Ages {
  try {
    return verifyPayload(keys, part, row, text).ages
  } catch (error) {
    if (isToknError(error, 'store')) return {}
    throw error
  }
}
