import { fstatSync, readlinkSync, statSync, type Stats } from 'node:fs'
import { devNull } from 'node:os'

/**
 * Whether a file descriptor is a terminal. Scripts mostly have pipes and files there, or nothing, and
 * for those this costs a system call or two instead of loading `node:tty`, with net and streams behind it.
 */
export function isTerminal(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor)
    if (!stats.isCharacterDevice() || isNull(stats)) return false
  } catch {
    return false
  }
  return process.getBuiltinModule('node:tty').isatty(descriptor)
}

/** Where devices have numbers. */
function isNull({ rdev }: Stats): boolean {
  if (process.platform === 'win32') return false
  return rdev === statSync(devNull, { throwIfNoEntry: false })?.rdev
}

/** The path of the terminal that we read from or write to, if there is one and it has a name. */
export function nameOfTerminal(): string | undefined {
  const descriptor = [0, 1, 2].find(isTerminal)
  if (descriptor === undefined) return undefined
  try {
    const path = readlinkSync(`/proc/self/fd/${descriptor}`)
    return path.startsWith('/dev/') ? path : undefined
  } catch {
    // Not every system has /proc.
    return undefined
  }
}

/**
 * Characters of a line of a terminal; `undefined` where it is not one, or has no width (0 means
 * none).
 */
export function widthOf(descriptor: number): number | undefined {
  if (!isTerminal(descriptor)) return undefined
  const { columns } = new (process.getBuiltinModule('node:tty').WriteStream)(descriptor)
  return columns > 0 ? columns : undefined
}
