import { isFailure, isToknError } from '../../core/errors.ts'
import { unknownExpiry } from '../../core/expiry.ts'
import type { Reach } from '../../core/provider.ts'
import type { Exchange } from '../schema/definition.ts'
import { runExchange, type Accepted } from './exchange.ts'
import type { Answer } from '../replies/parsed-reply.ts'
import { withDates, type Timing } from '../replies/expiry.ts'
import { addFindings, readFindings, type Findings } from './findings.ts'
import { lookUp, type Held } from '../templates/placeholder-values.ts'
import {
  bornExpired,
  noLife,
  oddLength,
  tell,
  unknownEnd,
  unknownRefreshEnd,
  withoutId,
} from '../replies/warnings.ts'
import { asList } from '../schema/as-list.ts'
import { mentions } from '../schema/mentions.ts'
import type { Setting } from './request.ts'
import { describeSaid } from '../replies/describe-value.ts'

const nothing: Findings = { context: {}, facts: {} }

/**
 * Runs the exchanges of an operation one after another; what one finds, the next can speak of.
 * Throws as `runExchange` does; but once there is a token, an exchange that gets no other is no
 * reason to lose it: that it failed is told.
 */
export async function runOperation(
  setting: Setting,
  exchanges: readonly Exchange[],
  known: Held,
  reach: Reach,
): Promise<Findings> {
  let findings = nothing
  for (const exchange of exchanges) {
    const informed = inform(known, findings)
    if (exchange.given?.some((name) => lookUp(name, informed) === undefined)) continue
    const spare = findings.access !== undefined && !getsAccess(exchange)
    const accepted = await runOrSkip(setting, exchange, informed, reach, spare)
    if (accepted === undefined) continue
    if (accepted.plan === undefined) {
      findings = { ...findings, status: accepted.answer.status }
      continue
    }
    findings = addFindings(findings, await readAccepted(setting, accepted, informed, reach))
  }
  if (findings.access === undefined) return findings
  if (lacksId(setting, exchanges, known, findings)) tell(reach, withoutId(setting.definition.title))
  return settleEnd(setting, findings, known, reach)
}

/** Whether the id was to come with the token by which it is ended, and did not, or not a usable one. */
function lacksId(
  { definition, operation }: Setting,
  exchanges: readonly Exchange[],
  known: Held,
  { id }: Findings,
): boolean {
  const wanted = exchanges.some(({ reply }) => reply?.id !== undefined)
  const kept = operation === 'refresh' ? known.id : undefined
  const byId = mentions(asList<Exchange>(definition.revoke), 'target')
  return wanted && byId && id === undefined && kept === undefined
}

async function readAccepted(
  setting: Setting,
  { answer, plan = {} }: Accepted,
  known: Held,
  reach: Reach,
): Promise<Findings> {
  const timing = timingOf(setting, answer)
  let told: string[] = []
  const warn = (text: string) => void told.push(text)
  const listener = { title: setting.definition.title, reach: timing.fresh === true ? { warn } : {} }
  const found = await withDates(
    timing,
    (by) => {
      told = []
      return readFindings(plan, answer, known, by, listener)
    },
    ({ unread, refreshUnread }) => unread !== undefined || refreshUnread !== undefined,
  )
  for (const text of told) reach.warn?.(text)
  return found
}

/**
 * What the end of a new token comes to. That it lives for no time is how several servers say that
 * they do not know, and is believed only of a token that can be renewed at once.
 */
function settleEnd(setting: Setting, findings: Findings, known: Held, reach: Reach): Findings {
  const { title } = setting.definition
  const { expiry, unread, nothing, said, odd, refreshExpiry, refreshUnread } = findings
  const { refreshSaid, refreshOdd } = findings
  const now = reach.clock.now()
  const kept = findings.refreshUnreadable === true ? undefined : known.refresh
  // The refresh token held is that of the session, and not of what was issued with it.
  const refresh = findings.refresh ?? (setting.operation === 'refresh' ? kept : undefined)
  if (nothing === true && refresh === undefined) {
    tell(reach, noLife(title))
    return { ...findings, expiry: unknownExpiry }
  }
  if (expiry?.state === 'at' && expiry.at <= now) {
    tell(reach, bornExpired(title, said && describeSaid(said)))
  } else if (expiry?.state === 'at' && odd !== undefined && said !== undefined) {
    tell(reach, oddLength(title, odd, describeSaid(said), { at: expiry.at, now }))
  }
  if (refreshExpiry?.state === 'at' && refreshOdd === 'instant' && refreshSaid !== undefined) {
    const end = { at: refreshExpiry.at, now, what: 'refresh token' }
    tell(reach, oddLength(title, refreshOdd, describeSaid(refreshSaid), end))
  }
  if (expiry?.state === 'unknown' && unread !== undefined) {
    tell(reach, unknownEnd(title, describeSaid(unread)))
  }
  if (refreshExpiry?.state === 'unknown' && refreshUnread !== undefined) {
    tell(reach, unknownRefreshEnd(title, describeSaid(refreshUnread)))
  }
  return findings
}

function getsAccess({ reply, otherwise }: Exchange): boolean {
  return reply?.access !== undefined || otherwise?.reply?.access !== undefined
}

/** How the instants in an answer are to be understood. */
export function timingOf({ definition, operation }: Setting, answer: Answer): Timing {
  const fresh = operation === 'login' || operation === 'refresh' || operation === 'issue'
  const sliding = definition.sliding === true && operation !== 'list'
  return { now: answer.sentAt, skew: answer.skew, fresh, sliding }
}

async function runOrSkip(
  setting: Setting,
  exchange: Exchange,
  known: Held,
  reach: Reach,
  spare: boolean,
): Promise<Accepted | undefined> {
  try {
    return await runExchange(setting, exchange, known, reach)
  } catch (error) {
    const refused = isToknError(error) && error.details.refusal !== undefined
    if (exchange.optional === true && refused) return undefined
    if (!spare || !isFailure(error)) throw error
    tell(reach, `the new token was taken, but a request that follows it failed: ${error.message}`)
    return undefined
  }
}

function inform(known: Held, findings: Findings): Held {
  return {
    ...known,
    context: { ...known.context, ...findings.context },
    access: findings.access ?? known.access,
    refresh: findings.refresh ?? known.refresh,
    id: findings.id ?? known.id,
  }
}
