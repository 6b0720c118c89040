import type { SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import { indexExpiry } from './history.ts'
import { lockedBriefly } from './locked-briefly.ts'
import { fleetOfReader } from './fleet/reader.ts'
import { lifeOf } from './refresh-request.ts'
import { rewriteRecord } from './rewrite-record.ts'
import type { Session } from './session.ts'

/** What is gained has to be worth a write: this part of the life, and at most this long. */
const leastGain = { part: 1 / 15, time: 60_000 }

/**
 * Notes that the API has taken the token of `used` at `usedAt`, where each use starts its life anew:
 * the same generation ends later. That the write fails is a warning at most: what was known before is
 * still true, as a lower bound.
 */
export async function prolong(
  session: Session,
  used: SessionRecord,
  usedAt: number,
): Promise<void> {
  const { expiry } = used
  if (expiry.state !== 'at' || expiry.sliding !== true || used.standing !== undefined) return
  const life = lifeOf(used)
  const until = usedAt + life
  if (until - expiry.at < Math.min(leastGain.time, life * leastGain.part)) return
  // A refresher hears of a longer life when it uses the token itself.
  if ((await fleetOfReader(session)) !== undefined) return
  const note = async () => await write(session, used.generation, until, usedAt)
  await lockedBriefly(session, note, (why) => words.session.notProlonged(session.name, why))
}

async function write(
  session: Session,
  generation: number,
  until: number,
  usedAt: number,
): Promise<void> {
  const { ports, profile } = session
  const held = await session.findRecord()
  if (held?.generation !== generation || held.standing !== undefined) return
  const { expiry } = held
  if (expiry.state !== 'at' || expiry.sliding !== true || expiry.at >= until) return
  const change = { prolongedAt: usedAt, expiry: { ...expiry, at: until } }
  // A keychain is asked twice as it is; what is lost here is only that the session lasts longer.
  const next = await rewriteRecord(session, held, change, { proven: false })
  indexExpiry(ports, profile, next)
}
