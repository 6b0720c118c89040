import { readFileSync } from 'node:fs'
import { hostname, uptime } from 'node:os'
import type { Clock } from '../../core/ports.ts'
import { wallTime } from '../files/elapsed.ts'

// A longer timer overflows and fires at once.
const longest = 2_147_483_647

/** The clock of this machine. */
export const systemClock: Clock = {
  now: wallTime,
  wait,
  // The time since the start is counted by a clock that nobody can set.
  boot: () => ({ id: bootId(), at: Math.round(Date.now() - uptime() * 1_000) }),
}

/** Identifies this start of the machine; where the system does not tell, the machine. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return hostname()
  }
}

async function wait(duration: number): Promise<void> {
  for (let left = Math.max(0, duration); ; left -= longest) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, longest)))
    if (left <= longest) return
  }
}
