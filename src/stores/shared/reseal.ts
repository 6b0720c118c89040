import type { SharedParts } from '../../core/shared-engine.ts'
import {
  openJournal,
  openRecord,
  sealJournal,
  sealRow,
  verifyPart,
  type SealedRow,
} from './codec.ts'
import { kidsOf } from './signed-part.ts'
import type { StoreKeys } from './store-keys.ts'

/**
 * All parts of a row, sealed and signed anew: for the keys in use now, or under another name. What
 * they say stays, the life of the engine that the record was written in, too. Throws `store` with a
 * reader's key, and where a part is not trusted.
 */
export function resealRow(keys: StoreKeys, row: SealedRow, name = row.name): SharedParts {
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

/**
 * Whether all parts are sealed for `kids`, and for no other set; with `signed` also signed with that
 * key. Reads what they say of that, and verifies nothing.
 */
export function isSealedFor(
  { parts }: Pick<SealedRow, 'parts'>,
  kids: readonly string[],
  signed?: string,
): boolean {
  return Object.values(parts).every((text: string | null | undefined) => {
    if (typeof text !== 'string') return true
    const found = kidsOf(text)
    const sealed = found.sealed.every((names) => names.toSorted().join() === kids.toSorted().join())
    return sealed && (signed === undefined || found.signed === signed)
  })
}
