import { isToknError, type ToknError } from '../../core/errors.ts'
import type { SharedEngine } from '../../core/shared-engine.ts'
import { takeLease, type KeptLease, type LeaseOptions, type LeaseRefused } from './lease.ts'

/**
 * Milliseconds between two looks at a lease that another holds: at first, at most, and from when no
 * connection is kept meanwhile.
 */
const [shortest, longest, restsFrom] = [100, 4_000, 500]

/** Each is so many times as long as the one before. */
const growth = 1.4

/** An engine that counts whole seconds says for up to one of them that nothing is left of a lease. */
const lastSecond = 250

export interface LeaseWait<Found> extends Omit<LeaseOptions, 'engine'> {
  readonly engine: LeaseOptions['engine'] & Pick<SharedEngine, 'rest'>
  /** In milliseconds. */
  readonly timeout: number
  /** Asked before each further try: what it finds ends the waiting. */
  readonly look?: (() => Promise<Found | undefined>) | undefined
  /** What is thrown once there is no more time; `heldBy` is '' where nobody has said. */
  busy(heldBy: string): ToknError
}

/** A lease, once nobody else has it. Throws `busy`, and what the engine throws at the first try. */
export async function waitForLease<Found>(
  wait: LeaseWait<Found>,
): Promise<{ readonly lease: KeptLease } | { readonly found: Found }> {
  const { engine, time, timeout, look } = wait
  const end = time.monotonic() + timeout
  for (let pause = shortest, waited = false; ; waited = true) {
    let refused: LeaseRefused | undefined
    try {
      // Of all that have waited one has to refresh at most: to read is less than to take and give back.
      const found = waited ? await look?.() : undefined
      if (found !== undefined) return { found }
      const taken = await takeLease(wait)
      if ('fence' in taken) return { lease: taken }
      refused = taken
    } catch (error) {
      // The engine was there a moment ago: it may be failing over.
      if (!waited || !isToknError(error, 'network') || time.monotonic() >= end) throw error
    }
    const left = end - time.monotonic()
    if (left <= 0) throw wait.busy(refused?.heldBy ?? '')
    // Sooner where its time is about to end: whoever is dead then is succeeded at once.
    const ending = refused === undefined ? pause : refused.left > 0 ? refused.left + 10 : lastSecond
    const next = Math.min(ending, pause * (0.5 + time.random() / 2))
    if (next >= restsFrom) await engine.rest?.()
    await time.wait(Math.max(10, Math.min(next, left)))
    pause = Math.min(longest, pause * growth)
  }
}
