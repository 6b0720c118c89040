import { isToknError } from '../../core/errors.ts'
import type { SharedRow } from '../../core/shared-engine.ts'
import { openRecord } from './codec.ts'
import { readStamp } from './stamp.ts'
import type { StoreKeys } from './store-keys.ts'

/** Which session a row has (see `Stamp.birth`): '' for none, `undefined` where that cannot be read. */
export function birthIn(keys: StoreKeys, row: SharedRow | undefined): string | undefined {
  try {
    const opened = row && openRecord(keys, row)
    return opened === undefined ? '' : readStamp(opened.incarnation).birth
  } catch (error) {
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}

/** Whether a row has another session by now than the one that a refresh began with, as far as is known. */
export function isAnother(began: string | undefined, found: string | undefined): boolean {
  return began !== undefined && began !== '' && found !== undefined && found !== began
}
