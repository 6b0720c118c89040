import { isFailure, isToknError } from '../../core/errors.ts'
import { unknownExpiry } from '../../core/expiry.ts'
import type { Reach } from '../../core/provider.ts'
import { words } from '../../messages/words.ts'
import type { Exchange } from '../schema/definition.ts'
import { runExchange, type Accepted } from './exchange.ts'
import type { ParsedReply } from '../replies/parsed-reply.ts'
import { withDateLibrary, type FoundExpiry, type Timing } from '../replies/expiry.ts'
import { addFindings, readFindings, type Findings } from './findings.ts'
import { placeholderValue, type RequestValues } from '../templates/placeholder-values.ts'
import { oddLifetime, warn } from '../replies/warnings.ts'
import { asList } from '../schema/as-list.ts'
import { mentions } from '../schema/mentions.ts'
import { isGranting, type ApiOperation } from './request.ts'
import { describeValue } from '../replies/describe-value.ts'

const nothing: Findings = { context: {}, facts: {} }

/**
 * Runs the exchanges of an operation one after another; each can use what those before it found.
 * Throws as `runExchange` does; but once there is a token, the failure of an exchange that gets no
 * other one is only warned of.
 */
export async function runOperation(
  api: ApiOperation,
  exchanges: readonly Exchange[],
  values: RequestValues,
  reach: Reach,
): Promise<Findings> {
  let findings = nothing
  for (const exchange of exchanges) {
    const informed = withFindings(values, findings)
    if (exchange.given?.some((name) => placeholderValue(name, informed) === undefined)) continue
    const spare = findings.access !== undefined && !getsAccess(exchange)
    const accepted = await runOrSkip(api, exchange, informed, reach, spare)
    if (accepted === undefined) continue
    if (accepted.plan === undefined) {
      findings = { ...findings, status: accepted.reply.status }
      continue
    }
    findings = addFindings(findings, await readAccepted(api, accepted, informed, reach))
  }
  if (findings.access === undefined) return findings
  if (lacksId(api, exchanges, values, findings))
    warn(reach, words.replies.unusableId(api.definition.title))
  return warnOfExpiry(api, findings, values, reach)
}

/** Whether a usable id was expected with the token, to revoke it by, and did not come. */
function lacksId(
  { definition, operation }: ApiOperation,
  exchanges: readonly Exchange[],
  values: RequestValues,
  { id }: Findings,
): boolean {
  const wanted = exchanges.some(({ reply }) => reply?.id !== undefined)
  const kept = operation === 'refresh' ? values.id : undefined
  const byId = mentions(asList<Exchange>(definition.revoke), 'target')
  return wanted && byId && id === undefined && kept === undefined
}

/** What is found in a reply, by its plan. */
export async function readAccepted(
  api: ApiOperation,
  { reply, plan = {} }: Accepted,
  values: RequestValues,
  reach: Pick<Reach, 'warn'>,
): Promise<Findings> {
  const timing = timingOf(api, reply)
  let warnings: string[] = []
  const collect = { warn: (text: string) => void warnings.push(text) }
  const target = { title: api.definition.title, reach: timing.fresh === true ? collect : {} }
  const found = await withDateLibrary(
    timing,
    (by) => {
      warnings = []
      return readFindings(plan, reply, values, by, target)
    },
    ({ expiry, refreshExpiry }) => (expiry?.unread ?? refreshExpiry?.unread) !== undefined,
  )
  for (const text of warnings) reach.warn?.(text)
  return found
}

/**
 * Warns of whatever is odd about the expiry of a new token. A lifetime of zero is how several
 * servers say that they do not know: it is believed only of a token that can be renewed at once.
 */
function warnOfExpiry(
  api: ApiOperation,
  findings: Findings,
  values: RequestValues,
  reach: Reach,
): Findings {
  const { title } = api.definition
  const { expiry: found, refreshExpiry } = findings
  const now = reach.clock.now()
  const kept = findings.refreshUnreadable === true ? undefined : values.refresh
  // The refresh token of the session does not renew a token that was issued with it.
  const refresh = findings.refresh ?? (api.operation === 'refresh' ? kept : undefined)
  if (found?.isZero === true && refresh === undefined) {
    warn(reach, words.replies.zeroLifetime(title))
    return { ...findings, expiry: { expiry: unknownExpiry } }
  }
  if (found?.expiry.state === 'at' && found.expiry.at <= now) {
    const value = found.value && describeValue(found.value)
    warn(reach, words.replies.bornExpired(title, value))
  } else {
    warnOfOddLifetime(api, 'access', found, reach)
  }
  if (refreshExpiry?.oddity === 'instant') {
    warnOfOddLifetime(api, 'refresh', refreshExpiry, reach)
  }
  warnOfUnreadable(api, 'access', found, reach)
  warnOfUnreadable(api, 'refresh', refreshExpiry, reach)
  return findings
}

function warnOfOddLifetime(
  { definition }: ApiOperation,
  kind: 'access' | 'refresh',
  found: FoundExpiry | undefined,
  reach: Reach,
): void {
  if (found?.expiry.state !== 'at' || found.oddity === undefined || found.value === undefined) {
    return
  }
  const { oddity, expiry } = found
  const value = describeValue(found.value)
  const lifetime = { oddity, value, at: expiry.at, now: reach.clock.now(), kind }
  warn(reach, oddLifetime(definition.title, lifetime))
}

function warnOfUnreadable(
  { definition }: ApiOperation,
  kind: 'access' | 'refresh',
  found: FoundExpiry | undefined,
  reach: Reach,
): void {
  if (found?.expiry.state !== 'unknown' || found.unread === undefined) return
  const value = describeValue(found.unread)
  warn(reach, words.replies.unreadableExpiry(definition.title, kind, value))
}

function getsAccess({ reply, otherwise }: Exchange): boolean {
  return reply?.access !== undefined || otherwise?.reply?.access !== undefined
}

/** How the instants in an answer are to be understood. */
export function timingOf({ definition, operation }: ApiOperation, reply: ParsedReply): Timing {
  const fresh = isGranting(operation)
  const sliding = definition.sliding === true && operation !== 'list'
  return { now: reply.sentAt, skew: reply.skew, fresh, sliding }
}

async function runOrSkip(
  api: ApiOperation,
  exchange: Exchange,
  values: RequestValues,
  reach: Reach,
  spare: boolean,
): Promise<Accepted | undefined> {
  try {
    return await runExchange(api, exchange, values, reach)
  } catch (error) {
    const refused = isToknError(error) && error.details.refusal !== undefined
    if (exchange.optional === true && refused) return undefined
    if (!spare || !isFailure(error)) throw error
    warn(reach, words.replies.laterRequestFailed(error.message))
    return undefined
  }
}

function withFindings(values: RequestValues, findings: Findings): RequestValues {
  return {
    ...values,
    context: { ...values.context, ...findings.context },
    access: findings.access ?? values.access,
    refresh: findings.refresh ?? values.refresh,
    id: findings.id ?? values.id,
  }
}
