/**
 * Whether a suite looks at all there is. The project's own check looks at a choice that has each
 * distinct phase in it, and another one each time; all of it takes half an hour, and is for whoever
 * changes the protocol, the lock or the stores: `TOKN_TEST_THOROUGH=1 npx vitest run ...`.
 */
export const thorough = (process.env['TOKN_TEST_THOROUGH'] ?? '') !== ''

export function howMany(chosen: number, all: number): number {
  return thorough ? all : chosen
}

interface Choice {
  readonly stride: number
  readonly seed: number
  readonly ends?: ReadonlyArray<'first' | 'last'>
}

/**
 * Of each kind the first and the last, or what `ends` says of them, and every `stride`th of all, by
 * `seed`.
 */
export function choose<Item extends { readonly kind: string }>(
  items: readonly Item[],
  { stride, seed, ends = ['first', 'last'] }: Choice,
): readonly Item[] {
  if (thorough) return items
  const first = new Map<string, Item>()
  const last = new Map<string, Item>()
  for (const item of items) {
    if (!first.has(item.kind)) first.set(item.kind, item)
    last.set(item.kind, item)
  }
  return items.filter(
    (item, index) =>
      (ends.includes('first') && first.get(item.kind) === item) ||
      (ends.includes('last') && last.get(item.kind) === item) ||
      (index + seed) % stride === 0,
  )
}
