import { isKeepingFailure, ToknError } from '../../core/errors.ts'
import type { HeldLock, JournalSlot, Store } from '../../core/ports.ts'
import { serializeRecord, type SessionRecord } from '../../core/record.ts'
import { words } from '../../messages/words.ts'
import { isGranting, isPassing, type KeptReply } from '../kept-reply.ts'
import type { Session } from '../session.ts'
import { entryOf } from '../stored-record.ts'
import {
  digestOfSpent,
  earlierRunIn,
  readLeft,
  writeRenewalReply,
  type Intent,
  type RenewalReply,
} from './journal-entry.ts'

/** The journal of one run. */
export interface RunJournal {
  /**
   * Reserves room and records the intent, durably, before anything is spent; or goes on with a run
   * that got replies and was cut off. Throws `store`, and `busy` where another took the lock over.
   */
  begin(): Promise<void>
  /** Replies, of one kind or all, of a run that was cut off before it stored what they gave. */
  replies(renewal?: RenewalReply['renewal']): readonly RenewalReply[]
  /** The same, with those that this run has kept: a request that is made again begins with them. */
  said(renewal: RenewalReply['renewal']): readonly RenewalReply[]
  /** Remembers the reply that is read now: one of `replies`, or `undefined` for a new one. */
  useReply(reply: KeptReply | undefined): void
  /** The reply that the tokens are from, where an earlier run got it. */
  usedReply(): KeptReply | undefined
  /** What a run before this one wrote down to be remembered. */
  facts(): Intent['facts']
  /** Remembers facts, should this run be cut off. Durable when it resolves. Throws `store`. */
  note(facts: Intent['facts']): Promise<void>
  /** Whether a request that spends these tokens went unanswered: in this run or before. */
  isReplyLost(): boolean
  /**
   * Remembers that a request went unanswered. The intent alone says so to the next run; beside replies,
   * which were no answer to that request, it is written down. Never throws `store`.
   */
  noteLoss(): Promise<void>
  /** Makes a reply durable: the commit point. Never throws: see `unkept`. */
  keepReply(reply: RenewalReply): Promise<void>
  /** Why a reply is not in the journal, where one is not. */
  unkept(): ToknError | undefined
  /** Makes the next record durable, where the store does not take it. Throws `store`. */
  keepRecord(record: SessionRecord): Promise<void>
  remove(): Promise<void>
}

/** What the journal is while a run is under way. */
interface Open {
  readonly slot: JournalSlot
  readonly replies: readonly RenewalReply[]
  /** What is in the journal by now. */
  readonly said: RenewalReply[]
  readonly factsBefore: Intent['facts']
  readonly seal: (text: string) => Promise<string>
  intent: Intent
  unkept: ToknError | undefined
}

export function openRunJournal(
  session: Session,
  lock: HeldLock,
  store: Store,
  record: SessionRecord,
): RunJournal {
  let begun: Open | undefined
  let used: KeptReply | undefined
  const open = (): Open => {
    if (begun === undefined) throw new Error('the journal of this run has not begun')
    return begun
  }
  return {
    begin: async () => {
      begun = await beginJournal(session, lock, store, record)
    },
    replies: (renewal) =>
      open().replies.filter((reply) => renewal === undefined || reply.renewal === renewal),
    said: (renewal) => open().said.filter((reply) => reply.renewal === renewal),
    useReply: (reply) => {
      used = reply
    },
    usedReply: () => used,
    facts: () => open().factsBefore,
    note: async (facts) => {
      const { slot, intent } = open()
      open().intent = { ...intent, facts: { ...intent.facts, ...facts } }
      await slot.intend(JSON.stringify(open().intent))
    },
    isReplyLost: () => open().intent.again,
    noteLoss: async () => {
      const { slot, intent, said } = open()
      if (intent.again) return
      open().intent = { ...intent, again: true }
      if (said.length === 0) return
      await tryTo(async () => await slot.intend(JSON.stringify(open().intent)))
    },
    keepReply: async (reply) => {
      if (!isPassing(reply)) open().said.push(reply)
      try {
        await open().slot.answer(await open().seal(writeRenewalReply(reply)))
      } catch (error) {
        if (!isKeepingFailure(error)) throw error
        // The reply is in memory still, and the store is the place that is left for it.
        open().unkept = error
      }
    },
    unkept: () => open().unkept,
    keepRecord: async (next) => await open().slot.record(await open().seal(serializeRecord(next))),
    remove: async () => await open().slot.remove(),
  }
}

async function beginJournal(
  session: Session,
  lock: HeldLock,
  store: Store,
  record: SessionRecord,
): Promise<Open> {
  const { ports, profile } = session
  const entry = entryOf(profile)
  const journal = await ports.journal()
  const key = await store.sealingKey()
  const { seal } = await ports.seal()
  // While nothing is spent yet: shows that a reply can be sealed, and loads what that takes.
  await seal('', key, entry)
  const left = await readLeft(session)
  const earlier = await earlierRunIn(session, store, record, left)
  const replies = earlier?.replies ?? []
  const before = earlier?.intent
  const intent: Intent = {
    generation: record.generation + 1,
    at: before?.at ?? ports.clock.now(),
    spent: digestOfSpent(record),
    again:
      before !== undefined && (replies.length === 0 || before.again || isNarrowCutOff(replies)),
    facts: before?.facts ?? {},
  }
  // The journal is that of whoever took over, and may wait for a reply.
  if (!(await lock.stillHeld()))
    throw new ToknError('busy', words.refresh.lockLost(), { sent: false })
  const slot = await (replies.length > 0
    ? journal.resume(entry, left)
    : journal.reserve(entry, left))
  try {
    if (replies.length === 0) await slot.intend(JSON.stringify(intent))
  } catch (error) {
    // Where no run went before, nothing is left behind.
    if (before === undefined) await tryTo(async () => await slot.remove())
    throw error
  }
  const sealReply = (text: string) => seal(text, key, entry)
  return {
    ...{ slot, replies, said: [...replies], factsBefore: intent.facts },
    ...{ seal: sealReply, intent, unkept: undefined },
  }
}

/**
 * Whether a request for a narrower token has no reply that gives one: what it did get, a nonce say, was
 * followed by another request. Nobody goes on from there, so it is not known whether that left.
 */
function isNarrowCutOff(replies: readonly RenewalReply[]): boolean {
  const narrow = replies.filter(({ renewal }) => renewal === 'narrow')
  return narrow.length > 0 && !narrow.some(isGranting)
}

/** Does what need not be done. */
async function tryTo(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isKeepingFailure(error)) throw error
  }
}
