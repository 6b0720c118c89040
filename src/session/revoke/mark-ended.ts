import { openSession, type Session } from '../session.ts'
import { isFailure } from '../../core/errors.ts'
import type { Profile } from '../../core/profile.ts'
import { serializeRecord, type SessionRecord } from '../../core/record.ts'
import { isLost } from '../kept-reply.ts'
import { readableProfiles } from '../choose-profile.ts'
import { entryOf, findHeld } from '../stored-record.ts'
import { indexStanding } from '../history.ts'
import type { Ports } from '../ports.ts'

/**
 * Writes down that a session is over, of the same generation, before the request goes out that ends
 * it: whatever becomes of this process, nobody is handed a dead token. Whoever calls holds the lock of
 * the entry. Throws `store` where that cannot be written: then nothing is ended.
 */
export async function condemn(session: Session, record: SessionRecord, why: string): Promise<void> {
  const { ports } = session
  const standing = { state: 'dead', at: ports.clock.now(), why } as const
  await rewrite(session, { ...record, standing })
}

/**
 * Runs `end`, which asks the provider to end the token `id`, with the sessions of `holders` condemned
 * that hold it. Where it turns out that nothing was ended, they are as they were. Throws what `end`
 * throws.
 */
export async function endToken<Result>(
  ports: Ports,
  holders: readonly Profile[],
  id: string,
  end: () => Promise<Result>,
): Promise<Result> {
  const before = new Map<Profile, SessionRecord['standing']>()
  const mark = (profile: Profile) =>
    withHolder(openSession(ports, profile), id, async (held) => {
      before.set(profile, held.standing)
      await condemn(openSession(ports, profile), held, 'its token was revoked')
    })
  const [own, ...others] = holders
  if (own !== undefined) await mark(own)
  for (const profile of others) await orTell(ports, profile, async () => await mark(profile))
  try {
    return await end()
  } catch (error) {
    // Where no answer came, it may have been ended all the same; and that is what was wanted.
    if (isLost(error)) throw error
    for (const [profile, standing] of before) {
      await orTell(ports, profile, async () => {
        await withHolder(openSession(ports, profile), id, async (held) => {
          await rewrite(openSession(ports, profile), { ...held, standing })
        })
      })
    }
    throw error
  }
}

/** The profiles that may hold the token `id` of the provider of `profile`, by what the index says. */
export function holdersOf(session: Session, id: string): readonly Profile[] {
  const { ports, profile } = session
  const others = readableProfiles(ports.profiles).filter(
    (one) =>
      one.id !== profile.id &&
      one.provider === profile.provider &&
      one.baseUrl === profile.baseUrl &&
      ports.index.get(one.id)?.tokenId === id,
  )
  return [profile, ...others]
}

async function withHolder(
  session: Session,
  id: string,
  use: (held: SessionRecord) => Promise<void>,
): Promise<void> {
  const { ports, profile } = session
  const lock = await (await ports.lock())(entryOf(profile), ports.timeout)
  try {
    const held = await findHeld(session)
    if (held?.id === id) await use(held)
  } finally {
    await lock.release()
  }
}

async function rewrite(session: Session, record: SessionRecord): Promise<void> {
  const { ports, profile } = session
  const store = await ports.store(profile.store)
  await store.write(profile.id, record.generation, serializeRecord(record))
  indexStanding(ports, profile, record.standing)
}

/** Runs what may fail without harm: the token of another profile, or what was not ended after all. */
async function orTell(ports: Ports, { name }: Profile, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isFailure(error)) throw error
    ports.warn(
      `what becomes of the session of "${name}" could not be written down: ${error.message}`,
    )
  }
}
