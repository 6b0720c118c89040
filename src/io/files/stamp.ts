import { lstatSync, statSync, type BigIntStats } from 'node:fs'

/** What tells one state of a file or a folder from a later one. */
export interface Stamp {
  readonly text: string
  /** Bytes. */
  readonly size: number
  /** Permission bits. */
  readonly mode: number
  /** Whether it is a file that this user, or root, alone can write. */
  readonly own: boolean
  /** Whether a change from now on makes another stamp: what changes twice within a tick may have one. */
  readonly settled: boolean
}

/** Milliseconds: more than the ticks in which any file system tells the time. */
const settling = 3_000n

/**
 * The stamp of what is at `path`, no link followed; `undefined` where there is nothing, or no way to
 * look. The time of the last change of the file itself is in it: no program can set that, so a copy
 * that was put back with the times of the original has another stamp.
 */
export function stampAt(path: string): Stamp | undefined {
  try {
    return stampOf(lstatSync(path, { bigint: true }))
  } catch {
    return undefined
  }
}

function stampOf(stats: BigIntStats): Stamp {
  const { ino, size, mode, mtimeNs, ctimeNs } = stats
  const changed = (mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n
  return {
    text: [ino, size, mtimeNs, ctimeNs].join(' '),
    size: Number(size),
    mode: Number(mode & 0o777n),
    own: stats.isFile() && isOwn(Number(stats.uid), Number(mode)),
    // A change in the future: a clock was set, and may come by that time once more.
    settled: BigInt(Date.now()) - changed > settling,
  }
}

function isOwn(owner: number, mode: number): boolean {
  const user = process.geteuid?.()
  if (user === undefined) return true
  return (owner === user || owner === 0 || user === 0) && (mode & 0o022) === 0
}

/** Another text whenever the file was replaced or written; empty where there is none to look at. */
export function stampOfFile(path: string): string {
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    return stats === undefined ? '' : `${stats.ino} ${stats.size} ${stats.ctimeMs}`
  } catch {
    return ''
  }
}
