import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../core/ports.ts'

// A longer timer overflows and fires at once.
const longest = 2_147_483_647

/** The clock of this machine. */
export const systemClock: Clock = { now: () => Date.now(), wait }

async function wait(duration: number): Promise<void> {
  for (let left = Math.max(0, duration); ; left -= longest) {
    await delay(Math.min(left, longest))
    if (left <= longest) return
  }
}
