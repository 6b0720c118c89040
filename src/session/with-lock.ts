import type { HeldLock } from '../core/ports.ts'
import type { Ports } from './ports.ts'

/**
 * Runs `work` with the lock of a store entry held, and releases it. Waits up to `timeout`
 * milliseconds for it. Throws `busy` and what `work` throws.
 */
export async function withLock<Result>(
  ports: Pick<Ports, 'lock' | 'timeout'>,
  entry: string,
  work: (lock: HeldLock) => Promise<Result>,
  timeout = ports.timeout,
): Promise<Result> {
  const lock = await (await ports.lock())(entry, timeout)
  try {
    return await work(lock)
  } finally {
    await lock.release()
  }
}
