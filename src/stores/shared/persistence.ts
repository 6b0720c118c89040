import { isToknError } from '../../core/errors.ts'
import type { SharedTime } from '../../core/shared-time.ts'

/** How long an answer is tried to be kept where the engine is not reached, in milliseconds. */
const longestTry = 20_000

const [shortest, longest] = [100, 1_000]

export interface Persistence {
  /** Repeats `work` while the engine is not reached: what it writes cannot be had again. */
  persist<Value>(work: () => Promise<Value>): Promise<Value>
  /** Milliseconds that calls have besides what is left of the command. */
  extra(): number
}

export function openPersistence(time: SharedTime): Persistence {
  let until = 0
  return {
    extra: () => Math.max(0, until - time.monotonic()),
    persist: async (work) => {
      const end = time.monotonic() + longestTry
      until = Math.max(until, end)
      for (let pause = shortest; ; pause = Math.min(longest, 2 * pause)) {
        try {
          return await work()
        } catch (error) {
          if (!isToknError(error, 'network') || time.monotonic() + pause >= end) throw error
          await time.wait(pause)
        }
      }
    },
  }
}
