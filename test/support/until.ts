import { setTimeout as delay } from 'node:timers/promises'

/** Longest wait for something that comes by itself, on a machine that does much else besides. */
const patience = 20_000

/** Waits until `isSo` holds. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + patience
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`still not so after ${patience / 1_000} s`)
    await delay(20)
  }
}
