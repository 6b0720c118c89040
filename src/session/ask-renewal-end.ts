import { isFailure } from '../core/errors.ts'
import type { SessionRecord } from '../core/record.ts'
import { amendIndexLocked } from './amend-index.ts'
import { endsSoon, sessionEnd } from './life.ts'
import { knownAnswers, within } from './reach.ts'
import { askedEvery, rememberRenewalEnd } from './renewal-end.ts'
import type { Session } from './session.ts'

/** Nobody waits longer than this for what is only good to know, in milliseconds. */
const patience = 5_000

/** Asks when the refresh token of a session ends, where only that tells. Never throws. */
export async function askRenewalEnd(session: Session, record: SessionRecord): Promise<void> {
  try {
    const provider = await session.provider()
    if (provider.refreshEnd === undefined || record.refresh === undefined) return
    if (record.refreshExpiry?.state === 'at') return
    // Nobody is asked anything for this.
    if ((provider.asks?.info ?? []).length > 0) return
    const { clock, timeLeft } = session.ports
    const end = clock.now() + Math.min(patience, timeLeft())
    const left = () => Math.max(0, end - clock.now())
    const http = within(await session.http(), left)
    const answers = knownAnswers(session, provider, record)
    const told = await provider.refreshEnd({ http, clock, answers, timeLeft: left }, record)
    await rememberRenewalEnd(session, provider, record, told)
  } catch (error) {
    if (!isFailure(error)) throw error
  }
}

/** As `askRenewalEnd`, once a day where that end is near: a refresh may have put it off. */
export async function askRenewalEndAgain(session: Session, record: SessionRecord): Promise<void> {
  const now = session.ports.clock.now()
  // First: where there is no answer, no refresh of today waits for one again.
  const due = await amendIndexLocked(session, record.generation, (entry) => {
    const { renewalEnd } = entry
    if (renewalEnd === undefined || Math.abs(now - renewalEnd.asked) < askedEvery) return undefined
    return endsSoon(sessionEnd(entry), now)
      ? { renewalEnd: { ...renewalEnd, asked: now } }
      : undefined
  })
  if (due) await askRenewalEnd(session, record)
}
