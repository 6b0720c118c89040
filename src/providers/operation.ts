import { isToknError, ToknError } from '../core/errors.ts'
import type { Reach } from '../core/provider.ts'
import type { Exchange } from './definition.ts'
import { runExchange, type Accepted } from './exchange.ts'
import type { Timing } from './expiry.ts'
import { addFindings, readFindings, type Findings } from './findings.ts'
import { lookUp, type Held } from './known.ts'
import { tell } from './odd.ts'
import type { Setting } from './request.ts'

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
    if (accepted?.plan === undefined) continue
    const timing = timingOf(setting, accepted)
    const listener = { title: setting.definition.title, reach: timing.fresh === true ? reach : {} }
    const found = readFindings(accepted.plan, accepted.answer, informed, timing, listener)
    findings = addFindings(findings, found)
  }
  return findings
}

function getsAccess({ reply, otherwise }: Exchange): boolean {
  return reply?.access !== undefined || otherwise?.reply?.access !== undefined
}

/** How the instants in an answer are to be understood. */
export function timingOf({ definition, operation }: Setting, { answer }: Accepted): Timing {
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
    if (!spare || !(error instanceof ToknError)) throw error
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
