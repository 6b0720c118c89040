import type { Said } from '../../core/errors.ts'
import type { SharedEngine } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import { openRecord } from './codec.ts'
import type { KeyRing } from './key-ring.ts'
import type { Rows } from './rows.ts'
import { isOlderBirth, readStamp } from './stamp.ts'
import type { Witness } from './witness.ts'

export interface DoubtOptions {
  readonly engine: Pick<SharedEngine, 'incarnation'>
  readonly rows: Pick<Rows, 'read'>
  readonly ring: KeyRing
  readonly witness?: Witness | undefined
}

/** Why the tokens of a row may be spent already, though it says nothing of that. */
export async function findDoubt(
  { engine, rows, ring, witness }: DoubtOptions,
  id: string,
): Promise<Said | undefined> {
  const row = await rows.read(id)
  const opened = row && (await ring.opening((keys) => openRecord(keys, row)))
  if (row === undefined || opened === undefined) return undefined
  const { name, generation, parts } = row
  const { life, birth } = readStamp(opened.incarnation)
  if (life !== (await engine.incarnation())) return words.fleet.anotherLife(name)
  const seen = witness?.seen(id)
  if (seen === undefined) return undefined
  if (isOlderBirth(birth, seen.birth)) return words.fleet.olderLogin(name)
  // Of a later login nothing is known.
  if (seen.birth !== birth) return undefined
  if (generation < seen.generation) {
    return words.fleet.olderThanSeen(name, generation, seen.generation)
  }
  const isOpen = seen.intended === generation + 1 && parts.journal === undefined
  return isOpen ? words.fleet.intentIsGone(name) : undefined
}
