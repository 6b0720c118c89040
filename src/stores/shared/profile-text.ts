import type { KeptProfile } from './profiles.ts'

/** The text of a profile that is signed; `keptProfile` reads it. */
export function profileText({
  entry,
  definition,
}: Pick<KeptProfile, 'entry' | 'definition'>): string {
  const { store: _, storeUrl: __, ...fields } = entry
  return JSON.stringify({ v: 1, profile: fields, definition })
}
