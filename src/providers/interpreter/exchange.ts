import { isToknError } from '../../core/errors.ts'
import type { Reach } from '../../core/provider.ts'
import { isRemovedBefore, retryPolicyOf } from '../../core/retry.ts'
import { parseReply, type ParsedReply } from '../replies/parsed-reply.ts'
import type { Exchange, ReplyPlan, RequestTemplate } from '../schema/definition.ts'
import { acceptReply } from './accept-reply.ts'
import type { RequestValues } from '../templates/placeholder-values.ts'
import { buildRequest, type ApiOperation } from './request.ts'
import { sendWithRetry } from '../send-with-retry.ts'

/** A reply that is a success, with the plan to read it by. */
export interface Accepted {
  readonly reply: ParsedReply
  readonly plan: ReplyPlan | undefined
}

/**
 * Sends the request of an exchange, or its fallback when that is refused as `otherwise` says. Throws
 * what the refusal means, `provider_nonsense` for a reply that is not what the definition expects, and
 * whatever `reach.http` throws. `page` changes the URL of one page of many.
 */
export async function runExchange(
  api: ApiOperation,
  exchange: Exchange,
  values: RequestValues,
  reach: Reach,
  page?: (url: URL) => URL,
): Promise<Accepted> {
  const { otherwise } = exchange
  try {
    return await attempt(api, exchange, exchange.request, exchange.reply, values, reach, page)
  } catch (error) {
    const kind = isToknError(error) ? error.details.refusal : undefined
    if (!otherwise?.on.some((named) => named === kind)) throw error
    const plan = otherwise.reply ?? exchange.reply
    return await attempt(api, exchange, otherwise.request, plan, values, reach, page)
  }
}

async function attempt(
  api: ApiOperation,
  exchange: Exchange,
  template: RequestTemplate,
  plan: ReplyPlan | undefined,
  values: RequestValues,
  reach: Reach,
  page: ((url: URL) => URL) | undefined,
): Promise<Accepted> {
  const { definition, operation } = api
  const withoutToken = operation === 'login' || operation === 'refresh'
  const withToken = (exchange.auth ?? (withoutToken ? 'none' : 'token')) === 'token'
  const built = buildRequest(api, template, withToken, plan, values)
  const request = page === undefined ? built : { ...built, url: page(built.url) }
  const policy = retryPolicyOf(request, exchange.retry, definition.budget !== undefined)
  const sent = await sendWithRetry(reach, request, policy)
  const reply = parseReply(sent.reply, plan, request.url, sent.sentAt, reach.clock)
  if (sent.again && isRemovedBefore(request, reply.status)) return { reply, plan }
  const { headers, url, body } = reply
  const view = { headers, url, body, values, access: values.access, refresh: values.refresh }
  return { reply: acceptReply(api, exchange, plan, reply, view, reach), plan }
}
