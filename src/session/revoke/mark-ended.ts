import { isLost } from '../../core/retry.ts'
import { isFailure } from '../../core/errors.ts'
import type { SessionRecord } from '../../core/record.ts'
import { words } from '../../messages/words.ts'
import type { Session } from '../session.ts'
import { readableProfiles } from '../choose-profile.ts'
import { indexStanding } from '../history.ts'
import { rewriteRecord } from '../rewrite-record.ts'

/**
 * Writes down that a session is over, of the same generation, before the request goes out that ends
 * it: whatever becomes of this process, nobody is handed a dead token. Whoever calls holds the lock of
 * the entry. Throws `store` where that cannot be written: then nothing is ended.
 */
export async function markEnded(
  session: Session,
  record: SessionRecord,
  why: string,
): Promise<void> {
  const standing = { state: 'dead', at: session.ports.clock.now(), why } as const
  await restate(session, record, standing)
}

/**
 * Runs `end`, which asks the provider to end the token `id`, with the sessions of `holders` marked as
 * ended that hold it. Where it turns out that nothing was ended, they are as they were. Throws what
 * `end` throws.
 */
export async function endToken<Result>(
  holders: readonly Session[],
  id: string,
  end: () => Promise<Result>,
): Promise<Result> {
  const before = new Map<Session, SessionRecord['standing']>()
  const mark = (session: Session) =>
    withHolder(session, id, async (record) => {
      before.set(session, record.standing)
      await markEnded(session, record, words.tokens.wasRevoked())
    })
  const [own, ...others] = holders
  if (own !== undefined) await mark(own)
  for (const session of others) await orTell(session, async () => await mark(session))
  try {
    return await end()
  } catch (error) {
    // Without a reply it may have been ended, which is what was asked for.
    if (isLost(error)) throw error
    for (const [session, standing] of before) {
      await orTell(session, async () => {
        await withHolder(session, id, async (record) => {
          await restate(session, record, standing)
        })
      })
    }
    throw error
  }
}

/** The sessions that may hold the token `id` of the provider of this one, by what the index says. */
export function holdersOf(session: Session, id: string): readonly Session[] {
  const { ports, profile } = session
  const others = readableProfiles(ports.profiles).filter(
    (one) =>
      one.id !== profile.id && one.provider === profile.provider && one.baseUrl === profile.baseUrl,
  )
  const known = ports.index.getAll(others.map((one) => one.id))
  const holding = others.filter((one) => known.get(one.id)?.tokenId === id)
  return [session, ...holding.map((one) => session.of(one))]
}

async function withHolder(
  session: Session,
  id: string,
  use: (record: SessionRecord) => Promise<void>,
): Promise<void> {
  await session.locked(async () => {
    const record = await session.findRecord()
    if (record?.id === id) await use(record)
  })
}

async function restate(
  session: Session,
  record: SessionRecord,
  standing: SessionRecord['standing'],
): Promise<void> {
  const next = await rewriteRecord(session, record, { standing })
  indexStanding(session.ports, session.profile, next)
}

/** Runs what may fail without harm: the token of another profile, or what was not ended after all. */
async function orTell(session: Session, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isFailure(error)) throw error
    session.ports.warn(words.tokens.endNotRecorded(session.name, error.message))
  }
}
