import { ToknError } from '../../core/errors.ts'
import type { Http } from '../../core/ports.ts'
import type { Reach } from '../../core/provider.ts'
import { words } from '../../messages/words.ts'
import { replayReplies, sendToKeep } from '../kept-reply.ts'
import type { Ports } from '../ports.ts'
import type { RenewalReply } from './journal-entry.ts'
import type { RefreshRun } from './run.ts'

/** Left of what a refresh may take, so that its reply is stored before who waits for it gives up. */
const margin = 500

/**
 * What a renewal may use. What an earlier run sent for it and got a reply to is not sent
 * again; a new reply that may grant tokens is in the journal before anybody reads it.
 */
export async function reachOf(run: RefreshRun, renewal: RenewalReply['renewal']): Promise<Reach> {
  const { ports, journal } = run
  const send = sendWithLock(run, await ports.http(run.profile))
  const earlier = journal.replies(renewal)
  const known = renewal === 'refresh' ? journal.said(renewal) : earlier
  const sendAndKeep: Http = async (request) => {
    if (request.grants !== true) return await send(request)
    // The run before was cut off after its last reply: it may have sent this one.
    if (earlier.length > 0 && spendsRefreshToken(renewal)) await journal.noteLoss()
    const kept = await sendToKeep(send, request, ports.clock)
    await journal.keepReply({ renewal, ...kept })
    return kept.reply
  }
  journal.useReply(undefined)
  return {
    ...replayReplies(known, sendAndKeep, ports.clock, journal.useReply),
    answers: run.answers(),
    warn: ports.warn,
    timeLeft: () => timeToSend(ports),
  }
}

function spendsRefreshToken(renewal: RenewalReply['renewal']): boolean {
  return renewal === 'refresh' || renewal === 'narrow'
}

/** `http` while the lock is held, and within the time that is left. */
function sendWithLock({ ports, lock, record }: RefreshRun, http: Http): Http {
  return async (request) => {
    // Asked for what may spend tokens alone: of a store far away it takes a while.
    const spends = request.grants === true
    const mayStillSend = spends ? await lock.permit?.(record.generation) : undefined
    // A process that slept past its lease must not spend tokens that another has spent meanwhile.
    if (mayStillSend === undefined && !(await lock.stillHeld())) {
      throw new ToknError('busy', words.refresh.lockLost(), { sent: false })
    }
    const left = timeToSend(ports)
    if (left <= 0) throw new ToknError('network', words.refresh.noTimeLeft(), { sent: false })
    const timeout = Math.min(request.timeout ?? left, left)
    return await http({ ...request, timeout, mayStillSend })
  }
}

/** Milliseconds left for requests: less than for the whole, since the reply still has to be kept. */
export function timeToSend(ports: Ports): number {
  return Math.floor(ports.timeLeft() - Math.min(margin, ports.timeout / 10))
}
