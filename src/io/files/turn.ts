import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isToknError, systemCode } from '../../core/errors.ts'
import { isObject, ownString } from '../../core/json.ts'
import type { Files, HeldLock } from '../../core/ports.ts'
import type { InTurn, Turn } from '../../core/turn.ts'
import { elapsed } from './elapsed.ts'
import { claim, highest, readTop, type Generation } from './generations.ts'
import { busy, emptyShare, folderOf, hold, isFree, usualLease } from './lock.ts'
import { closeQuietly } from './plain-file.ts'
import { identifyProcess, type ProcessIdentity } from './process-identity.ts'
import { isTrusted } from './shared-folders.ts'
import type { UserLockOptions } from './user-lock.ts'

/**
 * Milliseconds within which a holder that has let go may have done so after its work was last looked
 * at, however busy the machine is.
 */
const recently = 60_000

/**
 * Milliseconds between two looks: a part of what was waited for so far, within these. Each look leaves
 * some garbage, which is a part of the memory that fifty of them take. Work far away takes longer, and
 * hundreds that wait for it would take the processor from it.
 */
const pauses = {
  here: { part: 1 / 10, shortest: 10, longest: 100 },
  far: { part: 1 / 5, shortest: 20, longest: 500 },
} as const

/** The file of the last failure, and how long it may be. */
const failed = 'failed'
const longestFailure = 65_536

interface Place {
  /** Where the lock of the entry may be held; in the first everybody begins. None where it is far away. */
  readonly locks: readonly string[]
  readonly turns: string
  readonly files: Files
  readonly self: ProcessIdentity & { readonly command: string }
}

/**
 * Turns as numbered files in a folder within that of the lock, made and held as those are. Whoever has
 * the turn starts the process that takes the lock. So a turn is over when it is released, when its
 * holder is dead, and when the number of the lock is higher than it was at its beginning: from then
 * on the lock alone counts, whoever is stopped.
 */
export function openTurns(options: UserLockOptions): InTurn {
  return async (entry, turn) => {
    const place = orElse(() => openPlace(entry, turn, options), undefined)
    const taken = place === undefined ? undefined : await takeTurn(place, turn)
    if (taken !== undefined && 'found' in taken) return taken.found
    try {
      return await turn.work()
    } catch (error) {
      const told = turn.tell(error)
      if (told !== undefined)
        orElse(() => place && taken && keepFailure(place, taken.fence, told), 0)
      throw error
    } finally {
      await taken?.release()
    }
  }
}

function openPlace(
  entry: string,
  { lease }: Pick<Turn<unknown>, 'lease'>,
  options: UserLockOptions,
): Place {
  const { paths, files, command, restsInData } = options
  const first = folderOf(join(paths.common, 'locks'), entry)
  const turns = join(first, 'turns')
  files.ensureDirectory(turns)
  const place = { turns, files, self: { ...identifyProcess(), command } }
  if (lease !== undefined) return { ...place, locks: [] }
  const meeting = paths.meetingFolder(restsInData(entry))
  const second = isTrusted(meeting) ? [folderOf(join(meeting.path, 'locks'), entry)] : []
  return { ...place, locks: [first, ...second] }
}

/**
 * Waits while another process is at work or about to be; then gives what that has left, or the turn.
 * `undefined` where there is no place for turns.
 */
async function takeTurn<Result>(
  place: Place,
  { timeout, lease, look, hear }: Turn<Result>,
): Promise<HeldLock | { readonly found: Result } | undefined> {
  const startedAt = elapsed()
  const { part, shortest, longest } = pauses[lease === undefined ? 'here' : 'far']
  let first: number | undefined
  for (let waited = false; ; waited = true) {
    const seen = orElse(() => lookAround(place, lease), undefined)
    if (seen === undefined) return undefined
    first ??= seen.turn
    const past = elapsed() - startedAt
    if (seen.busy === undefined) {
      const found = waited || seen.recent ? await look() : undefined
      if (found !== undefined) return { found }
      const told = orElse(() => readFailure(place, first ?? 0), undefined)
      if (told !== undefined) hear(told)
      const taken = orElse(() => claimTurn(place, seen.turn), undefined)
      if (taken !== 'taken') return taken
    } else if (past >= timeout) throw busy(seen.busy)
    // Not all at the same time.
    await delay(Math.min(longest, shortest + past * part) * (0.5 + Math.random() / 2))
  }
}

interface Seen {
  /** The number of the last turn. */
  readonly turn: number
  /** Who is to be waited for. */
  readonly busy: Generation | undefined
  /** Whether somebody may have done the work a moment ago. */
  readonly recent: boolean
}

function lookAround({ locks, turns, self }: Place, lease = usualLease): Seen {
  const turn = readTop(turns)
  const isHeld = (top: Generation, directory: string) => !isFree(top, directory, self, lease)
  const tops = locks.map((directory) => ({ directory, top: readThere(directory) }))
  const lock = tops[0]?.top
  const holder = tops.find(({ top, directory }) => top !== undefined && isHeld(top, directory))?.top
  const begins =
    turn !== undefined && lockAtBeginning(turn) >= (lock?.number ?? 0) && isHeld(turn, turns)
  return {
    turn: turn?.number ?? 0,
    busy: holder ?? (begins ? turn : undefined),
    recent: lock !== undefined && Date.now() - lock.touchedAt < recently,
  }
}

/** The turn after `last`; `taken` where another was quicker. */
function claimTurn({ locks, turns, self }: Place, last: number): HeldLock | 'taken' {
  const [first] = locks
  const text = JSON.stringify({ ...self, lock: first === undefined ? 0 : highest(first) })
  const number = last + 1
  const file = claim(turns, number, text, usualLease / emptyShare)
  if (file === undefined) return 'taken'
  if (highest(turns) === number) return hold(turns, number, file, text, usualLease)
  closeQuietly(file)
  return 'taken'
}

/** Behind its number, so that it is one to those alone who waited before that turn began. */
function keepFailure({ turns, files }: Place, number: number, told: string): void {
  files.write(join(turns, failed), Buffer.from(JSON.stringify({ number, told })))
}

/** What the work of the last turn has come to that failed, if that began after turn `first`. */
function readFailure({ turns, files }: Place, first: number): string | undefined {
  const bytes = files.read(join(turns, failed), longestFailure)
  const value = bytes && parse(Buffer.from(bytes).toString())
  const number = isObject(value) ? value['number'] : undefined
  if (!isObject(value) || typeof number !== 'number' || number <= first) return undefined
  return ownString(value, 'told')
}

/** The number of the lock when a turn began; 0 for an empty file, whose maker is about to write it. */
function lockAtBeginning({ text }: Generation): number {
  const value = parse(text)
  return isObject(value) && typeof value['lock'] === 'number' ? value['lock'] : 0
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readThere(directory: string): Generation | undefined {
  try {
    return readTop(directory)
  } catch (error) {
    // Nobody has ever locked there.
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Whatever is wrong with the folders, the lock is taken there too, and says what it is. */
function orElse<Value, Other>(work: () => Value, other: Other): Value | Other {
  try {
    return work()
  } catch (error) {
    if (isToknError(error, 'store') || systemCode(error) !== undefined) return other
    throw error
  }
}
