import type { StoreKind } from '../core/profile.ts'
import { entries, type OpenEngine } from './catalog.ts'

/** The schemes of all addresses of stores, as `postgres:`. */
export function addressSchemes(): readonly string[] {
  return entries.flatMap(({ schemes = [] }) => schemes)
}

/** The store that an address with this scheme names. */
export function kindOfScheme(scheme: string): StoreKind | undefined {
  return entries.find(({ schemes }) => schemes?.includes(scheme) === true)?.kind
}

/** Loads what opens engines of a kind that many machines share. */
export async function loadEngine(kind: StoreKind): Promise<OpenEngine> {
  const open = await entries.find((one) => one.kind === kind)?.engine?.()
  if (open === undefined) throw new Error(`the store "${kind}" has no engine`)
  return open
}
