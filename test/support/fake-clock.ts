import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'

/** Where the library keeps what the processes of one clock share, one of each for a process. */
const memory = '/dev/shm'
const library = findLibrary()

/**
 * The variables under which a process and those that it starts see another time: `time` is an
 * offset such as `+1d` or a moment such as `@2026-01-02 03:04:05` (faketime(1), FAKETIME), or
 * `fromFile`, a file that has one and may change. What waits is not disturbed. Needs the part
 * `faketime`.
 *
 * Not by the program `faketime`: it fails where an earlier process of the same number was killed.
 */
export function fakeClock(
  time: string | { readonly fromFile: string },
): Readonly<Record<string, string>> {
  if (library === undefined) throw new Error('there is no libfaketimeMT.so.1')
  sweep()
  const source =
    typeof time === 'string'
      ? { FAKETIME: time }
      : { FAKETIME_TIMESTAMP_FILE: time.fromFile, FAKETIME_NO_CACHE: '1' }
  return { LD_PRELOAD: library, FAKETIME_DONT_FAKE_MONOTONIC: '1', ...source }
}

/** Removes what killed processes have left: the next one of that number would complain about it. */
function sweep(): void {
  for (const name of readdirSync(memory)) {
    const number = /^(?:sem\.)?faketime_(?:sem|shm)_(\d+)T?$/.exec(name)?.[1]
    if (number !== undefined && !existsSync(`/proc/${number}`)) {
      rmSync(`${memory}/${name}`, { force: true })
    }
  }
}

function findLibrary(): string | undefined {
  for (const folder of ['/usr/lib', '/usr/local/lib']) {
    const line = [folder, '-name', 'libfaketimeMT.so.1']
    const [found] = (spawnSync('find', line, { encoding: 'utf8' }).stdout ?? '').split('\n')
    if (found) return found
  }
  return undefined
}
