import { isToknError } from '../../core/errors.ts'
import type { SharedTime } from '../../core/shared-time.ts'
import { words } from '../../messages/words.ts'

/** How long an answer is tried to be kept where the engine is not reached, in milliseconds. */
const longestTry = 20_000

const [shortest, longest] = [100, 1_000]

export interface Persistence {
  /** Repeats `work` while the engine is not reached: what it writes cannot be had again. */
  persist<Value>(work: () => Promise<Value>): Promise<Value>
  /** Milliseconds that calls have besides what is left of the command, while such work is under way. */
  extra(): number
}

/** `warn`: told, once for each work, why it has to be repeated. */
export function openPersistence(time: SharedTime, warn?: (text: string) => void): Persistence {
  const running = new Set<{ readonly end: number }>()
  return {
    extra: () => Math.max(0, ...[...running].map(({ end }) => end - time.monotonic())),
    persist: async (work) => {
      const end = time.monotonic() + longestTry
      const own = { end }
      running.add(own)
      try {
        return await repeat(work, end)
      } finally {
        running.delete(own)
      }
    },
  }

  async function repeat<Value>(work: () => Promise<Value>, end: number): Promise<Value> {
    let told = false
    for (let pause = shortest; ; pause = Math.min(longest, 2 * pause)) {
      try {
        return await work()
      } catch (error) {
        if (!isToknError(error, 'network') || time.monotonic() + pause >= end) throw error
        if (!told) warn?.(words.fleet.notStoredYet(error.message))
        told = true
        await time.wait(pause)
      }
    }
  }
}
