import type { SessionRecord } from '../../core/record.ts'
import { words } from '../../messages/words.ts'

// What of a record says so: no provider has a fact of this name.
const mark = 'tokn_moved_to'

// Which move it was, in the copy and in what is left behind: only one of two moves counts.
const move = 'tokn_move'

/**
 * What stays of a session in a store that other machines read, when it has moved: its access token, for
 * as long as that lives, and nothing that renews it.
 */
export function leftBehind(copied: SessionRecord, place: string, now: number): SessionRecord {
  const { attach, context } = copied
  const which = context[move]
  const proof = attach.bound === true ? context['dpop_key'] : undefined
  return {
    ...copied,
    generation: copied.generation + 1,
    accessSince: copied.accessSince ?? copied.generation,
    refresh: undefined,
    refreshExpiry: undefined,
    credentials: undefined,
    madeWith: undefined,
    context: {
      [mark]: place,
      ...(which === undefined ? {} : { [move]: which }),
      ...(proof === undefined ? {} : { dpop_key: proof }),
    },
    standing: { state: 'unrenewable', at: now, why: words.storeCommands.movedTo(place) },
  }
}

/** Where the session of a record went that has been left behind; `undefined` for any other. */
export function movedTo({ context }: Pick<SessionRecord, 'context'>): string | undefined {
  return context[mark]
}

/** The move that a record is a copy of, or has gone by. */
export function moveOf({ context }: Pick<SessionRecord, 'context'>): string | undefined {
  return context[move]
}

/** The copy that a move makes; `id` tells it from that of any other move. */
export function copyOf(held: SessionRecord, id: string): SessionRecord {
  return { ...held, context: { ...held.context, [move]: id } }
}

/** Whether `copy` is one of `left`, which has moved: another move may have taken the session elsewhere. */
export function isCopyOf(copy: SessionRecord, left: SessionRecord): boolean {
  const which = left.context[move]
  // What was refreshed since is what counts.
  return which === undefined || copy.generation >= left.generation || copy.context[move] === which
}
