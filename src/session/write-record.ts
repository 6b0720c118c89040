import { ToknError } from '../core/errors.ts'
import { canonical } from '../core/json.ts'
import type { Store } from '../core/ports.ts'
import { serializeRecord, type SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'

/** Writes a record and gives its text; `about`: see `aboutRecord`. Throws `store`. */
export async function writeRecord(
  store: Store,
  record: SessionRecord,
  about?: string,
): Promise<string> {
  const text = serializeRecord(record)
  await store.write(record.profileId, record.generation, text, about)
  return text
}

/** Writes a record and proves that the store gives it back. Throws `store`. */
export async function writeAndReadBack(
  store: Store,
  record: SessionRecord,
  about?: string,
): Promise<void> {
  const text = await writeRecord(store, record, about)
  const found = await store.read(record.profileId)
  // One that was put together again has its members in another order.
  if (found !== undefined && toSorted(found) === toSorted(text)) return
  throw new ToknError('store', words.login.notReadBack(store.describe()))
}

function toSorted(json: string): string {
  return canonical(JSON.parse(json))
}
