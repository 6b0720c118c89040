const formers = new WeakMap<Uint8Array, readonly Uint8Array[]>()

/** `key`, of which is known what it has replaced: what was sealed with that still opens with it. */
export function withFormer(key: Uint8Array, former: readonly Uint8Array[]): Uint8Array {
  formers.set(key, former)
  return key
}

/** The keys that `key` has replaced, the last one first. */
export function formerOf(key: Uint8Array): readonly Uint8Array[] {
  return formers.get(key) ?? []
}
