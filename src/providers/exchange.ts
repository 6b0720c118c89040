import { isToknError } from '../core/errors.ts'
import type { Reach } from '../core/provider.ts'
import { isPage, readAnswer, unreadableError, type Answer } from './answer.ts'
import { holds } from './condition.ts'
import type { Exchange, ReplyPlan, RequestTemplate } from './definition.ts'
import type { Held } from './known.ts'
import { bodyPointers } from './plan-paths.ts'
import { kindOfStatus, matchRefusal, refusalError } from './refusal.ts'
import { buildRequest, type Setting } from './request.ts'
import { sendWithRetry } from './retry.ts'

/** An answer that says yes, with the plan to read it by. */
export interface Accepted {
  readonly answer: Answer
  readonly plan: ReplyPlan | undefined
}

/**
 * Sends the request of an exchange, and its fallback where the first is refused so. Throws what the
 * refusal means, `provider_nonsense` for a reply that is not what the definition expects, and
 * whatever `reach.http` throws. `page` changes the URL of one page of many.
 */
export async function runExchange(
  setting: Setting,
  exchange: Exchange,
  known: Held,
  reach: Reach,
  page?: (url: URL) => URL,
): Promise<Accepted> {
  const { otherwise } = exchange
  try {
    return await attempt(setting, exchange, exchange.request, exchange.reply, known, reach, page)
  } catch (error) {
    const kind = isToknError(error) ? error.details.refusal : undefined
    if (!otherwise?.on.some((named) => named === kind)) throw error
    const plan = otherwise.reply ?? exchange.reply
    return await attempt(setting, exchange, otherwise.request, plan, known, reach, page)
  }
}

async function attempt(
  setting: Setting,
  exchange: Exchange,
  template: RequestTemplate,
  plan: ReplyPlan | undefined,
  known: Held,
  reach: Reach,
  page: ((url: URL) => URL) | undefined,
): Promise<Accepted> {
  const { definition, operation } = setting
  const quiet = operation === 'login' || operation === 'refresh'
  const withToken = (exchange.auth ?? (quiet ? 'none' : 'token')) === 'token'
  const built = buildRequest(setting, template, withToken, plan, known)
  const request = page === undefined ? built : { ...built, url: page(built.url) }
  const repeatable = request.method === 'GET' || request.method === 'DELETE'
  const { reply, sentAt, again } = await sendWithRetry(reach, request, {
    kind: exchange.retry ?? (repeatable ? 'safe' : 'unsent'),
    afterHaste: definition.budget === undefined,
  })
  const answer = readAnswer(reply, plan, request.url, sentAt, reach.clock)
  const gone =
    again && request.method === 'DELETE' && (reply.status === 404 || reply.status === 410)
  if (!gone) judge(setting, exchange, plan, answer, known, reach)
  return { answer, plan }
}

/** Throws unless the answer says yes. */
function judge(
  setting: Setting,
  exchange: Exchange,
  plan: ReplyPlan | undefined,
  answer: Answer,
  known: Held,
  reach: Reach,
): void {
  const { definition, operation } = setting
  const { status, headers, url, body } = answer
  const sight = { headers, url, body, known, access: known.access, refresh: known.refresh }
  const rules = [...(exchange.refused ?? []), ...(definition.errors?.rules ?? [])]
  const rule = matchRefusal(rules, answer, sight)
  if (rule !== undefined) {
    throw refusalError(definition, rule.means, rule.hint, answer, sight, reach.clock)
  }
  const accepted = exchange.accept?.includes(status) ?? (status >= 200 && status < 300)
  if (!accepted) {
    const kind = kindOfStatus(status, operation)
    const puzzling = kind === 'refused' || kind === 'route-missing'
    if (status < 400 || (puzzling && isPage(answer))) {
      throw unreadableError(answer, definition.title, status < 400 ? undefined : kind)
    }
    throw refusalError(definition, kind, undefined, answer, sight, reach.clock)
  }
  const wanted = plan !== undefined && bodyPointers(plan).length > 0
  if (answer.unreadable !== undefined && (wanted || isPage(answer))) {
    throw unreadableError(answer, definition.title)
  }
  const inside = { ...sight, unwrap: plan?.unwrap }
  if (exchange.success !== undefined && !holds(exchange.success, status, inside)) {
    throw refusalError(definition, 'refused', undefined, answer, sight, reach.clock)
  }
}
