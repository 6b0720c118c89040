import { randomInt } from 'node:crypto'

/** Numbers that a printed seed gives again (mulberry32). */
export interface Random {
  readonly seed: number
  /** At least 0, less than 1. */
  next(): number
  pick<Value>(values: readonly [Value, ...Value[]]): Value
}

export function startRandom(
  seed = Number(process.env['TOKN_TEST_SEED'] ?? randomInt(2 ** 31)),
): Random {
  let state = seed
  return { seed, next, pick: (values) => values[Math.floor(next() * values.length)] ?? values[0] }

  function next(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Runs `work` over `items`, `width` at a time. */
export async function inParallel<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items]
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: width }, worker))
}
