import { createHash } from 'node:crypto'
import { isToknError } from '../core/errors.ts'
import { isObject } from '../core/json.ts'
import type { Held, Store } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import { parseRecord, type SessionRecord } from '../core/record.ts'
import { entryOf, findHeld } from './held.ts'
import { indexRecord } from './history.ts'
import type { Ports } from './ports.ts'
import { writeAndReadBack } from './write.ts'

/** One refresh as the journal follows it. */
export interface Attempt {
  /** An earlier attempt with the same tokens whose answer never came, if there was one. */
  readonly before: Intent | undefined
  /** Facts to remember should this attempt be cut off (ids that existed, a name to look for). */
  note(facts: Readonly<Record<string, unknown>>): void
  /** Makes the provider's answer durable: after this nothing can be lost. */
  commit(record: string): Promise<void>
  finish(): void
}

export interface Intent {
  readonly generation: number
  readonly at: number
  /** Digest of the token spent, so that an intent is known to be about these tokens. */
  readonly spent: string
  readonly facts: Readonly<Record<string, unknown>>
}

/** Reserves room and records the intent, durably, before anything is spent. Throws `store`. */
export async function beginRefresh(
  ports: Ports,
  profile: Profile,
  store: Store,
  record: SessionRecord,
): Promise<Attempt> {
  const entry = entryOf(profile)
  const before = await unresolvedIntent(ports, profile, record)
  const key = await store.sealingKey()
  const { seal } = await ports.seal()
  // Proves, while refusing is still free, that the answer can be sealed; and loads what that takes,
  // so that nothing stands between the answer and the disk.
  await seal('', key, entry)
  const slot = (await ports.journal()).reserve(entry)
  const intent: Intent = {
    generation: record.generation + 1,
    at: before?.at ?? ports.clock.now(),
    spent: digest(record),
    facts: before?.facts ?? {},
  }
  try {
    slot.intend(JSON.stringify(intent))
  } catch (error) {
    if (before === undefined) slot.remove()
    throw error
  }
  return {
    before,
    note: (facts) =>
      slot.intend(JSON.stringify({ ...intent, facts: { ...intent.facts, ...facts } })),
    commit: async (text) => slot.respond(await seal(text, key, entry)),
    finish: () => slot.remove(),
  }
}

/**
 * Stores an answer that was durable but not yet stored when the process before this one ended.
 * An answer of a generation that the store already has, or has passed, is dropped.
 */
export async function promoteAnswer(
  ports: Ports,
  profile: Profile,
  store: Store,
  held: Held,
): Promise<void> {
  const entry = entryOf(profile)
  const journal = await ports.journal()
  const sealed = journal.read(entry)?.response
  if (sealed === undefined) return
  // Read first: a store that cannot be opened now says so here, and the answer stays where it is.
  const current = await findHeld(ports, profile)
  const key = await store.sealingKey()
  const { open } = await ports.seal()
  const answer = await openAnswer(async () =>
    parseRecord(await open(sealed, key, entry), profile.id),
  )
  if (answer === undefined) {
    journal.remove(entry)
    return
  }
  const newer = current === undefined || answer.generation > current.generation
  if (newer && held.stillHeld()) {
    await writeAndReadBack(store, answer)
    await indexRecord(ports, answer, 'recovered')
  }
  journal.remove(entry)
}

async function openAnswer(read: () => Promise<SessionRecord>): Promise<SessionRecord | undefined> {
  try {
    return await read()
  } catch (error) {
    // Sealed under a key that is gone, or for a login that has been replaced: of no use any more.
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}

async function readIntent(ports: Ports, entry: string): Promise<Intent | undefined> {
  const text = (await ports.journal()).read(entry)?.intent
  if (text === undefined) return undefined
  const value: unknown = JSON.parse(text)
  if (!isObject(value)) return undefined
  const { generation, at, spent, facts } = value
  if (typeof generation !== 'number' || typeof at !== 'number' || typeof spent !== 'string') {
    return undefined
  }
  return { generation, at, spent, facts: isObject(facts) ? facts : {} }
}

/** An earlier attempt to spend the very tokens of `record`, of which no answer is known. */
export async function unresolvedIntent(
  ports: Ports,
  profile: Profile,
  record: SessionRecord,
): Promise<Intent | undefined> {
  const intent = await readIntent(ports, entryOf(profile))
  return intent?.spent === digest(record) ? intent : undefined
}

function digest(record: SessionRecord): string {
  const spent = (record.refresh ?? record.access).reveal()
  return createHash('sha256').update(spent).digest('hex')
}
