import { isToknError, ToknError } from '../../core/errors.ts'
import type { Fleet } from '../../core/fleet.ts'
import type { IndexEntry } from '../../core/ports.ts'
import type { SessionRecord } from '../../core/record.ts'
import { refusedToReader } from '../../core/reader-refusal.ts'
import { writeWish } from '../../core/wish.ts'
import { words } from '../../messages/words.ts'
import { isCounted } from '../ahead.ts'
import { nextLogin, tokenInWords } from '../naming.ts'
import { satisfies, type RefreshRequest } from '../refresh-request.ts'
import type { Session } from '../session.ts'
import { fleetOfReader } from './reader.ts'
import { refuseEnded } from '../standing.ts'
import { answerWishes } from './wish-rule.ts'

/** Between two looks, in milliseconds: at first, at most, and from when no connection is kept meanwhile. */
const [first, longest, restsFrom] = [100, 4_000, 1_000]

/** Each is so many times as long as the one before. */
const growth = 1.4

/**
 * What a reader does instead of a refresh: it leaves a wish, and waits until somebody who may refresh
 * has stored a token that is good enough. `undefined` for who may refresh himself. Throws `network`
 * where nobody has in time, `reauth_required` where nobody can.
 */
export async function waitAsReader(
  session: Session,
  request: RefreshRequest,
): Promise<SessionRecord | undefined> {
  const fleet = await fleetOfReader(session)
  return fleet && (await waitForRefresh(session, fleet, request))
}

async function waitForRefresh(
  session: Session,
  fleet: Fleet,
  request: RefreshRequest,
): Promise<SessionRecord> {
  const { ports, profile, id } = session
  let pause = first
  let seen: string | undefined
  let wishedFor: number | undefined
  for (;;) {
    try {
      const found = await look()
      if (found !== undefined) return found
    } catch (error) {
      // An engine that is moving from one machine to another is there again in a moment.
      if (!isToknError(error, 'network') || ports.timeLeft() <= pause) throw error
    }
    const left = ports.timeLeft()
    if (left <= 0) throw notServed(session, fleet, request)
    if (pause >= restsFrom) await fleet.rest()
    // Ten thousand that were started together do not look together.
    await ports.clock.wait(Math.min(left, pause * (0.75 + Math.random() / 2)))
    pause = Math.min(longest, pause * growth)
  }

  /** A record that is good enough; leaves a wish where there is none, and none was left for it. */
  async function look(): Promise<SessionRecord | undefined> {
    // Before the record is read: of what is written in between, the next look has another version.
    const row = await fleet.look(id)
    if (row !== undefined && row.version === seen) return undefined
    const record = await session.readRecord()
    if (satisfies(record, request, ports.clock.now())) return record
    refuseEnded(profile, record)
    if (row?.index?.renewal === 'none') throw notRenewed(session)
    if (wishedFor !== record.generation) {
      const { minTtl, beyond } = request
      const text = writeWish({ minTtl, rejected: beyond === undefined ? undefined : true })
      await refuseVain(session, fleet, request, row?.index, text)
      await fleet.addWish(id, record.generation, text)
      if (wishedFor === undefined) {
        fleet.tell?.(words.refresherService.waiting(tokenInWords(profile), fleet.describe()))
      }
      wishedFor = record.generation
    }
    seen = row?.version
    return undefined
  }
}

/** Throws for a wish that whoever may refresh does not serve, or not in time, by the rule of all of them. */
async function refuseVain(
  session: Session,
  fleet: Fleet,
  { beyond }: RefreshRequest,
  index: IndexEntry | undefined,
  text: string,
): Promise<void> {
  if (index === undefined) return
  const { ports, profile, id } = session
  const now = ports.clock.now()
  const wish = { id, generation: index.generation, text, at: now }
  const counted = await isCounted(session)
  const answer = answerWishes(index, [wish], { now, isCounted: counted })
  if (answer === 'none' && counted && beyond !== undefined) {
    throw refusedToReader('spend', fleet.describe())
  }
  if (answer === 'none' || !('later' in answer) || answer.later < ports.timeLeft()) return
  const at = words.times.instant(now + answer.later)
  const seconds = Math.ceil(answer.later / 1_000)
  const said = words.refresherService.notBefore(tokenInWords(profile), at, profile.name, seconds)
  throw new ToknError('network', said, { retryAfter: answer.later })
}

function notServed(
  { ports, profile }: Session,
  fleet: Fleet,
  { beyond }: RefreshRequest,
): ToknError {
  const seconds = Math.max(1, Math.round(ports.timeout / 1_000))
  const said = words.refresherService.notServed(
    tokenInWords(profile),
    beyond !== undefined,
    fleet.describe(),
    seconds,
  )
  return new ToknError('network', said)
}

function notRenewed({ profile }: Session): ToknError {
  const said = words.refresherService.notRenewable(tokenInWords(profile))
  return new ToknError('reauth_required', said, { hint: nextLogin(profile) })
}
