import { Secret } from '../../src/core/secret.ts'
import type { SharedEngine } from '../../src/core/shared-engine.ts'
import { openRecord, sealRow, verifyPart, type NewParts } from '../../src/stores/shared/codec.ts'
import { openKeys } from '../../src/stores/shared/store-keys.ts'

/** How a copy differs: what is changed in the profile, and in the record and what is noted of it. */
export interface CopyChange {
  profile?(entry: Record<string, unknown>, index: number): void
  session?(fields: Record<string, unknown>, index: number): void
}

/** So many are written at the same time. */
const together = 32

/** The id of a copy, in the order of their numbers. */
export function copyId(index: number): string {
  return `copy-${String(index).padStart(16, '0')}`
}

/** Copies the row of the session `web` until there are `count`: `web-1` and so on, each sealed for itself. */
export async function copyRows(
  engine: SharedEngine,
  key: string,
  count: number,
  change: CopyChange = {},
): Promise<void> {
  const row = await engine.find('web')
  const keys = openKeys(new Secret(key), (await engine.readDocument('keys'))?.text)
  const record = row && openRecord(keys, row)
  if (row === undefined || record === undefined) throw new Error('there is no session of "web"')
  const { incarnation, generation } = record
  const [profile, index] = (['profile', 'index'] as const).map((part) =>
    JSON.parse(verifyPart(keys, part, row) ?? 'null'),
  )
  const copy = async (at: number) => {
    const [id, name] = [copyId(at), `web-${at}`]
    const entry = { ...profile.profile, id }
    const fields = { ...JSON.parse(record.text), profileId: id }
    const noted = { ...index }
    change.profile?.(entry, at)
    change.session?.(fields, at)
    change.session?.(noted, at)
    const texts: NewParts = {
      profile: JSON.stringify({ ...profile, profile: entry }),
      index: JSON.stringify(noted),
      record: { generation, text: JSON.stringify(fields) },
    }
    const parts = sealRow(keys, { id, name, parts: {}, incarnation }, texts)
    const written = await engine.write(id, {
      name,
      generation,
      parts,
      when: { version: undefined },
    })
    if ('failed' in written) throw new Error(`${name}: ${written.failed}`)
  }
  for (let from = 1; from < count; from += together) {
    const most = Math.min(together, count - from)
    await Promise.all(Array.from({ length: most }, (_, at) => copy(from + at)))
  }
}
