import {
  openJournal,
  openRecord,
  sealJournal,
  sealRow,
  verifyPart,
  type SealedParts,
  type SealedRow,
} from './codec.ts'
import { kidsOf } from './signed-part.ts'
import type { StoreKeys } from './store-keys.ts'

/**
 * All parts of a row, sealed and signed anew: for the keys in use now, or under another name. What
 * they say stays, the life of the engine that the record was written in, too. Throws `store` with a
 * reader's key, and where a part is not trusted.
 */
export function resealRow(keys: StoreKeys, row: SealedRow, name = row.name): SealedParts {
  const record = openRecord(keys, row)
  const [profile, index] = (['profile', 'index'] as const).map((part) =>
    verifyPart(keys, part, row),
  )
  const journal = openJournal(keys, row)
  const { id, parts } = row
  // An engine whose life is not known is that of no record: there is none.
  const incarnation = record?.incarnation ?? ''
  return {
    ...sealRow(keys, { id, name, parts, incarnation }, { profile, index, record }),
    ...(journal === undefined
      ? {}
      : { journal: sealJournal(keys, { ...journal, id, name }, journal.text) }),
  }
}

/** Whether all parts say that they are sealed for `kids`, and perhaps for others; nothing is verified. */
export function isSealedFor({ parts }: Pick<SealedRow, 'parts'>, kids: readonly string[]): boolean {
  return Object.values(parts).every((text: string | undefined) =>
    text === undefined
      ? true
      : kidsOf(text).sealed.every((found) => kids.every((kid) => found.includes(kid))),
  )
}

/** Whether they say that they are sealed for no other, and signed with that key. */
export function isOnlyOf({ parts }: Pick<SealedRow, 'parts'>, kid: string): boolean {
  return Object.values(parts).every((text: string | undefined) => {
    if (text === undefined) return true
    const { signed, sealed } = kidsOf(text)
    return signed === kid && sealed.every((found) => found.length === 1 && found[0] === kid)
  })
}
