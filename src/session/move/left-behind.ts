import type { SessionRecord } from '../../core/record.ts'
import { words } from '../../messages/words.ts'

// What of a record says so: no provider has a fact of this name.
const mark = 'tokn_moved_to'

/**
 * What stays of a session in a store that other machines read, when it has moved: its access token, for
 * as long as that lives, and nothing that renews it.
 */
export function leftBehind(held: SessionRecord, place: string, now: number): SessionRecord {
  const { attach, context } = held
  const proof = attach.bound === true ? context['dpop_key'] : undefined
  return {
    ...held,
    generation: held.generation + 1,
    accessSince: held.accessSince ?? held.generation,
    refresh: undefined,
    refreshExpiry: undefined,
    credentials: undefined,
    madeWith: undefined,
    context: { [mark]: place, ...(proof === undefined ? {} : { dpop_key: proof }) },
    standing: { state: 'unrenewable', at: now, why: words.storeCommands.movedTo(place) },
  }
}

/** Where the session of a record went that has been left behind; `undefined` for any other. */
export function movedTo({ context }: Pick<SessionRecord, 'context'>): string | undefined {
  return context[mark]
}
