import { createHash } from 'node:crypto'
import { isKeepingFailure, isToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import type { HeldLock, JournalEntry, Store } from '../../core/ports.ts'
import { parseRecord, type SessionRecord } from '../../core/record.ts'
import { isPassing, readKeptReply, type KeptReply } from '../kept-reply.ts'
import type { Session } from '../session.ts'
import { entryOf } from '../stored-record.ts'
import type { Renewal } from './renewable.ts'

/** What a run is about to do: what the journal has in clear. */
export interface Intent {
  readonly generation: number
  /** Epoch milliseconds at which the first run that spends these tokens began. */
  readonly at: number
  /** Digest of the token spent, so that an intent is known to be about these tokens. */
  readonly spent: string
  /** A request that spends these tokens went unanswered. */
  readonly again: boolean
  /** What the next run has to know, should this one die. */
  readonly facts: Readonly<Record<string, unknown>>
}

/** A reply, and by which kind of renewal it was asked for. */
export interface RenewalReply extends KeptReply {
  readonly renewal: Renewal | 'narrow'
}

/** A run that was cut off: what it was about, and the replies that it got. */
export interface EarlierRun {
  readonly intent: Intent
  readonly replies: readonly RenewalReply[]
}

/** The earlier run that was to spend the very tokens of `record`; `undefined` without one. */
export async function readEarlierRun(
  session: Session,
  store: Store,
  record: SessionRecord,
): Promise<EarlierRun | undefined> {
  return await earlierRunIn(session, store, record, await readLeft(session))
}

/** What the journal has, of whatever run. */
export async function readLeft({ ports, profile }: Session): Promise<JournalEntry | undefined> {
  return await (await ports.journal()).read(entryOf(profile))
}

/** The run that `entry` is of, where that was to spend the very tokens of `record`. */
export async function earlierRunIn(
  { ports, profile }: Session,
  store: Store,
  record: SessionRecord,
  entry: JournalEntry | undefined,
): Promise<EarlierRun | undefined> {
  const intent = entry && readIntent(entry)
  if (entry === undefined || intent?.spent !== digestOfSpent(record)) return undefined
  // A refresh token that stays was spent for the generation that is stored, too: that run is over.
  if (intent.generation <= record.generation) return undefined
  if (entry.answers.length === 0) return { intent, replies: [] }
  const key = await store.sealingKey()
  const { open } = await ports.seal()
  const replies: RenewalReply[] = []
  for (const sealed of entry.answers) {
    try {
      const reply = readRenewalReply(await open(sealed, key, entryOf(profile)))
      // Nothing to go on with: what the provider said after it counts, or it is asked again.
      if (reply !== undefined && !isPassing(reply)) replies.push(reply)
    } catch (error) {
      // Sealed under a key that is gone: then it is a reply that was lost.
      if (!isToknError(error, 'store')) throw error
    }
  }
  return { intent, replies }
}

/**
 * Removes what a run has left that was cut off after its tokens were stored: while it is there, every
 * command takes a refresh to be under way. What stays is tried again.
 */
export async function removeFinishedRun(
  session: Session,
  lock: HeldLock,
  record: SessionRecord,
): Promise<void> {
  try {
    const left = await readLeft(session)
    const intent = left && readIntent(left)
    if (intent === undefined || intent.generation > record.generation) return
  } catch (error) {
    if (!isKeepingFailure(error)) throw error
    return
  }
  await removeLeft(session, lock)
}

/** Removes what the journal has, whoever wrote it. That it stays is no failure: it is tried again. */
export async function removeLeft({ ports, profile }: Session, lock: HeldLock): Promise<void> {
  try {
    if (await lock.stillHeld()) await (await ports.journal()).remove(entryOf(profile))
  } catch (error) {
    if (!isKeepingFailure(error)) throw error
  }
}

/** A record out of the journal; `undefined` for one that is of no use any more. Throws `store`. */
export async function openJournalledRecord(
  { ports, profile }: Session,
  store: Store,
  sealed: string,
): Promise<SessionRecord | undefined> {
  const key = await store.sealingKey()
  const { open } = await ports.seal()
  try {
    return parseRecord(await open(sealed, key, entryOf(profile)), profile.id)
  } catch (error) {
    // Sealed under a key that is gone, or for a login that has been replaced.
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}

/** The digest by which an intent names the tokens that it spends. */
export function digestOfSpent({ refresh, access }: SessionRecord): string {
  const spent = (refresh ?? access).reveal()
  return createHash('sha256').update(spent).digest('hex')
}

function readIntent(entry: JournalEntry): Intent | undefined {
  const value: unknown = JSON.parse(entry.intent)
  if (!isObject(value)) return undefined
  const { generation, at, spent, again, facts } = value
  if (typeof generation !== 'number' || typeof at !== 'number' || typeof spent !== 'string') {
    return undefined
  }
  return { generation, at, spent, again: again === true, facts: isObject(facts) ? facts : {} }
}

const kinds: ReadonlyArray<RenewalReply['renewal']> = ['refresh', 'reissue', 'login', 'narrow']

/** On disk the renewal is called `way`. */
export function writeRenewalReply({ renewal, ...reply }: RenewalReply): string {
  return JSON.stringify({ way: renewal, ...reply })
}

/** `undefined` for what `writeRenewalReply` did not write. */
function readRenewalReply(text: string): RenewalReply | undefined {
  const value: unknown = JSON.parse(text)
  const renewal = isObject(value) ? value['way'] : undefined
  const reply = readKeptReply(value)
  if (reply === undefined) return undefined
  const known = kinds.find((kind) => kind === renewal)
  return known && { renewal: known, ...reply }
}
