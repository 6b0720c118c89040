const step = 250

/** Milliseconds. */
interface Limits {
  /** In which this process could have heard something; absent: as long as `left`. */
  readonly patience?: number
  /** By the clock on the wall. */
  readonly left: number
}

const longestTimer = 2 ** 31 - 1

/**
 * Calls `late` when nothing has stopped it before. A process among hundreds that gets no processor for
 * seconds has not listened meanwhile: its patience is counted in turns of its own, and what has come in
 * the last one is heard first.
 */
export function startPatience({ patience = Infinity, left }: Limits, late: () => void): () => void {
  let isOver = false
  const tell = () => void setImmediate(() => isOver || late())
  const end = setTimeout(tell, Math.max(0, Math.min(left, longestTimer)))
  let [rest, tick] = [patience, undefined as NodeJS.Timeout | undefined]
  const turn = () => {
    rest -= step
    if (rest <= 0) tell()
    else tick = setTimeout(turn, step)
  }
  if (patience < left) tick = setTimeout(turn, step)
  return () => {
    isOver = true
    clearTimeout(end)
    clearTimeout(tick)
  }
}

/** Milliseconds before another try, so that not all come at once: longer with each of them. */
export function pauseBefore(tries: number): number {
  return Math.min(1_000, 100 * 1.5 ** tries) * (0.5 + Math.random() / 2)
}
