import { isToknError } from '../../core/errors.ts'
import type { Reach } from '../../core/provider.ts'
import { readAnswer, type Answer } from '../replies/parsed-reply.ts'
import type { Exchange, ReplyPlan, RequestTemplate } from '../schema/definition.ts'
import { judge } from './accept-reply.ts'
import type { Held } from '../templates/placeholder-values.ts'
import { buildRequest, type Setting } from './request.ts'
import { sendWithRetry } from '../send-with-retry.ts'

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
  // A token that a lost answer held cannot be asked for twice, by whatever method.
  const repeatable =
    request.grants !== true && (request.method === 'GET' || request.method === 'DELETE')
  const { reply, sentAt, again } = await sendWithRetry(reach, request, {
    kind: exchange.retry ?? (repeatable ? 'safe' : 'unsent'),
    afterHaste: definition.budget === undefined,
  })
  const answer = readAnswer(reply, plan, request.url, sentAt, reach.clock)
  const gone =
    again && request.method === 'DELETE' && (reply.status === 404 || reply.status === 410)
  if (gone) return { answer, plan }
  const { headers, url, body } = answer
  const sight = { headers, url, body, known, access: known.access, refresh: known.refresh }
  return { answer: judge(setting, exchange, plan, answer, sight, reach), plan }
}
