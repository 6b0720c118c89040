import type { Reach } from '../../core/provider.ts'
import type { Secret } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import { isUsableAccess, rememberSecret } from '../replies/token-values.ts'
import type { ParsedReply } from '../replies/parsed-reply.ts'
import type { Exchange, ReplyPlan } from '../schema/definition.ts'
import { openEnvelope } from '../replies/envelope.ts'
import { warn } from '../replies/warnings.ts'
import { findValue, listPlaces, type ReplyView } from '../replies/place.ts'
import { kindOfWords, refusalError } from './refusal-error.ts'
import { saysError } from '../replies/refusal-text.ts'
import { isGranting, type ApiOperation } from './request.ts'
import { findRefusal, type FoundRefusal } from './find-refusal.ts'

/**
 * The reply, ready to be read, if it is a success; throws what it means if it is a refusal. Where
 * tokens were requested, a reply with a usable one is a success whatever else it says: to discard a
 * token that was granted may be to lose the session.
 */
export function acceptReply(
  api: ApiOperation,
  exchange: Exchange,
  plan: ReplyPlan | undefined,
  reply: ParsedReply,
  view: ReplyView,
  reach: Reach,
): ParsedReply {
  const { operation, definition } = api
  const inside: ReplyView = { ...view, unwrap: plan?.unwrap }
  const { secret, session } = plan?.signingKey ?? {}
  for (const places of [plan?.access, plan?.refresh, secret, session]) {
    rememberSecret(findValue(places, inside))
  }
  const refusal = findRefusal(api, exchange, plan, reply, view, reach.clock)
  const grants = isGranting(operation)
  // A revocation that is answered with an error did not revoke, whatever the status.
  const ends = operation === 'revoke' || operation === 'logout'
  const success = reply.status >= 200 && reply.status < 300
  if (!grants || plan?.access === undefined || !success) {
    if (refusal !== undefined) throw refusal.error
    if (ends && success && exchange.success === undefined && saysError(reply.body)) {
      const kind = kindOfWords(reply, operation) ?? 'refused'
      throw refusalError(definition, operation, kind, undefined, reply, view, reach.clock)
    }
    return reply
  }
  if (refusal !== undefined) {
    if (!givesAnyway(plan, refusal, inside, reply)) throw refusal.error
    warn(reach, words.replies.refusedButGranted(refusal.error.message))
    return reply
  }
  const found = findValue(plan.access, inside)
  if (found !== undefined && found !== null) return reply
  const inner = openEnvelope(reply.body, (body) =>
    isNew(findValue(bodyPlaces(plan), { ...inside, unwrap: undefined, body }), inside),
  )
  if (inner !== undefined) {
    warn(reach, words.replies.unknownEnvelope(definition.title))
    return { ...reply, body: inner, outside: reply.body }
  }
  // An error with a status of success.
  const kind = kindOfWords(reply, operation) ?? (saysError(reply.body) ? 'refused' : undefined)
  if (kind === undefined) return reply
  throw refusalError(definition, operation, kind, undefined, reply, view, reach.clock)
}

/** Whether a refusal came with a new token: an error may repeat the token that it was sent. */
function givesAnyway(
  plan: ReplyPlan,
  refusal: FoundRefusal,
  view: ReplyView,
  reply: ParsedReply,
): boolean {
  if (reply.page) return false
  // Cookies and headers come with errors too: those of an anonymous session.
  const places = refusal.by === 'words' ? bodyPlaces(plan) : plan.access
  return isNew(findValue(places, view), view)
}

function isNew(value: unknown, { access, refresh }: ReplyView): boolean {
  if (!isUsableAccess(value)) return false
  const held = [access, refresh] as ReadonlyArray<Pick<Secret, 'reveal'> | undefined>
  return held.every((secret) => secret?.reveal() !== value)
}

function bodyPlaces(plan: ReplyPlan) {
  return listPlaces(plan.access).filter(({ body }) => body !== undefined && !body.startsWith('*'))
}
