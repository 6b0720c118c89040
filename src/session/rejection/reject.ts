import type { KnownStanding } from '../../core/ports.ts'
import type { Secret } from '../../core/secret.ts'
import { amendIndexLocked, indexedEntry } from '../amend-index.ts'
import type { Session } from '../session.ts'

/**
 * Takes note that a server has refused `token`, by the word of a tool: `why` is that in a sentence. Only
 * where it is the token held: one that was replaced meanwhile says nothing of the one that is good now.
 * Absent: the tool does not say which, and means the one held. Whether the token was the one held.
 * Nothing is erased, no request is sent, and no store is opened that need not be.
 */
export async function rejectToken(
  session: Session,
  token: Secret | undefined,
  why: string,
): Promise<boolean> {
  const { ports, profile } = session
  const known = indexedEntry(ports, profile)
  const held = known !== undefined && (token === undefined || (await isHeld(session, token)))
  if (!held) return false
  const at = ports.clock.now()
  await amendIndexLocked(session, known.generation, ({ standing }) => {
    // Said once is enough, and of what has ended there is nothing more to say.
    if (standing?.state === 'dead' || standing?.rejectedAt !== undefined) return undefined
    const doubted = standing ?? ({ state: 'doubtful', at, why } as const)
    return { standing: { ...doubted, rejectedAt: at } }
  })
  return true
}

/** Takes note that the provider has taken the token of `generation`. */
export async function acceptToken(session: Session, generation: number): Promise<void> {
  if (indexedEntry(session.ports, session.profile)?.standing?.rejectedAt === undefined) return
  await amendIndexLocked(session, generation, ({ standing }) => {
    if (standing?.rejectedAt === undefined) return undefined
    const { rejectedAt: _, ...known } = standing
    return { standing: isOnlyRejected(standing) ? undefined : known }
  })
}

/** Whether that word of a tool is all that is known against a token. */
export function isOnlyRejected({ state, at, rejectedAt }: KnownStanding): boolean {
  return state === 'doubtful' && at === rejectedAt
}

/** Whether `token` is the one held; no store is opened where the index tells. */
export async function isHeld(session: Session, token: Secret): Promise<boolean> {
  // Of a session in memory two fingerprints are never the same.
  const known =
    session.source === 'store' ? indexedEntry(session.ports, session.profile) : undefined
  const fingerprint = known?.fingerprint
  const given = fingerprint && (await session.ports.fingerprint(token))
  if (given !== undefined) return given === fingerprint
  return (await session.findRecord())?.access.equals(token) === true
}
