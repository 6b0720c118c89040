import type { Patch } from './bundle.ts'
import { fleetMutants } from './fleet/mutants.ts'
import type { WorldKind } from './world/world.ts'

/** A fault put into the program, which the simulation has to find. */
export interface Mutant {
  readonly name: string
  readonly patches: readonly Patch[]
  /** The rules of which one is broken by it, by their letters; see `invariants`. */
  readonly breaks: string
  /** Where it shows; on one machine unless said. */
  readonly world?: WorldKind
  /** The first seed, for what shows seldom; 1 unless said. */
  readonly first?: number
}

/** A change within `src/session/refresh`. */
function patch(file: string, find: string, replace: string): Patch {
  return { file: `src/session/refresh/${file}`, find, replace }
}

export const mutants: readonly Mutant[] = [
  {
    name: 'a reply is judged before it is sealed',
    patches: [
      patch(
        'sending.ts',
        'await journal.keepReply({ renewal, ...kept })',
        `if (kept.reply.body.startsWith('{')) await journal.keepReply({ renewal, ...kept })`,
      ),
    ],
    breaks: 'a',
  },
  {
    name: 'nobody looks again once the lock is taken',
    patches: [
      patch(
        'protocol.ts',
        'if (checkAgain(session, request, current)) return { record: current.record, recovered: false }',
        'checkAgain(session, request, current)',
      ),
    ],
    breaks: 'f',
  },
  {
    name: 'the journal is removed before the store has taken the tokens',
    patches: [
      patch(
        'store-next.ts',
        'await writeAndReadBack(store, next, about)',
        'await journal.remove()\n    await writeAndReadBack(store, next, about)',
      ),
    ],
    breaks: 'ab',
  },
  {
    name: 'what was stored is not read back',
    patches: [
      {
        file: 'src/session/write-record.ts',
        find: 'if (found !== undefined && toSorted(found) === toSorted(text)) return',
        replace: 'if (text !== undefined || toSorted(text) !== found) return',
      },
    ],
    breaks: 'abf',
  },
  {
    name: 'the lease is not looked at before a request is sent',
    patches: [
      patch(
        'sending.ts',
        'if (mayStillSend === undefined && !(await lock.stillHeld())) {',
        'if (lock.fence < 0) {',
      ),
    ],
    breaks: 'g',
  },
  {
    name: 'a refusal of the tokens is not remembered',
    patches: [
      patch(
        'without-tokens.ts',
        'if (!(await lock.stillHeld())) return\n',
        'if (lock.fence > 0) return await journal.remove()\n',
      ),
    ],
    breaks: 'a',
  },
  {
    name: 'a lost reply is not remembered by the next run',
    patches: [
      patch(
        'without-tokens.ts',
        'else if (isLost(reason) || journal.isReplyLost()) {',
        'else if (isLost(reason) && journal.replies().length > 9) {',
      ),
    ],
    breaks: 'ab',
  },
  {
    name: 'the journal of a run that was cut off stays after its tokens are stored',
    patches: [
      patch(
        'current.ts',
        'if (earlier === undefined) await removeFinishedRun(session, lock, record)\n',
        '',
      ),
    ],
    breaks: 'e',
  },
  {
    name: 'a reply that cannot be read goes when kept credentials fail',
    patches: [
      patch(
        'without-tokens.ts',
        'else if (!isUnreadable(reason) && !isUnreadable(refusal)) await removeJournal(run)',
        'else if (!isUnreadable(reason)) await removeJournal(run)',
      ),
    ],
    breaks: 'a',
  },
  {
    name: 'a run of a stored generation is gone on with',
    patches: [
      patch('journal-entry.ts', 'if (intent.generation <= record.generation) return undefined', ''),
    ],
    breaks: 'de',
  },
  {
    name: 'a later generation is adopted though it has been ended',
    patches: [
      patch(
        'store-next.ts',
        `if (found.standing?.state === 'dead') throw sessionEnded(run.profile, found)`,
        '',
      ),
    ],
    breaks: 'c',
  },
  {
    name: 'a run that was overtaken begins a journal over that of the next one',
    patches: [patch('journal.ts', 'if (!(await lock.stillHeld()))', 'if (lock.fence < 0)')],
    breaks: 'g',
  },
  {
    name: 'what a reply gave that has waited too long is served',
    patches: [
      patch(
        'protocol.ts',
        'return tooOld ? (await refreshOnce(session, request)).record : record',
        'return tooOld ? record : record',
      ),
    ],
    breaks: 'bc',
  },
  ...fleetMutants,
]
