import type { Reach } from '../../core/provider.ts'
import type { Secret } from '../../core/secret.ts'
import { isUsableAccess, knowSecret } from '../replies/token-values.ts'
import type { Answer } from '../replies/parsed-reply.ts'
import type { Exchange, ReplyPlan } from '../schema/definition.ts'
import { openEnvelope } from '../replies/envelope.ts'
import { tell } from '../replies/warnings.ts'
import { find, listPlaces, type Sight } from '../replies/place.ts'
import { kindOfWords, refusalError } from './refusal-error.ts'
import { saysError } from '../replies/refusal-text.ts'
import type { Setting } from './request.ts'
import { refusalOf, type No } from './find-refusal.ts'

/**
 * Judges an answer, and gives it back as it is to be read. Where tokens are wanted, an answer that
 * holds a usable one is a yes, whatever else it says: a token that was given and is thrown away may
 * be the last one of its session. Throws what a no means, else.
 */
export function judge(
  setting: Setting,
  exchange: Exchange,
  plan: ReplyPlan | undefined,
  answer: Answer,
  sight: Sight,
  reach: Reach,
): Answer {
  const { operation, definition } = setting
  const inside: Sight = { ...sight, unwrap: plan?.unwrap }
  for (const places of [plan?.access, plan?.refresh]) knowSecret(find(places, inside))
  const no = refusalOf(setting, exchange, plan, answer, sight, reach.clock)
  const grants = operation === 'login' || operation === 'refresh' || operation === 'issue'
  // Whoever asks for an end and is told of an error has not been told of an end.
  const ends = operation === 'revoke' || operation === 'logout'
  const success = answer.status >= 200 && answer.status < 300
  if (!grants || plan?.access === undefined || !success) {
    if (no !== undefined) throw no.error
    if (ends && success && exchange.success === undefined && saysError(answer.body)) {
      const kind = kindOfWords(answer, operation) ?? 'refused'
      throw refusalError(definition, operation, kind, undefined, answer, sight, reach.clock)
    }
    return answer
  }
  if (no !== undefined) {
    if (!givesAnyway(plan, no, inside, answer)) throw no.error
    tell(reach, `${no.error.message}, but gave a new token, which was taken`)
    return answer
  }
  const found = find(plan.access, inside)
  if (found !== undefined && found !== null) return answer
  const inner = openEnvelope(answer.body, (body) =>
    isNew(find(bodyPlaces(plan), { ...inside, unwrap: undefined, body }), inside),
  )
  if (inner !== undefined) {
    tell(reach, `${definition.title} answered in an envelope that its definition does not know`)
    return { ...answer, body: inner, outside: answer.body }
  }
  // An error that is told with a status of success.
  const kind = kindOfWords(answer, operation) ?? (saysError(answer.body) ? 'refused' : undefined)
  if (kind === undefined) return answer
  throw refusalError(definition, operation, kind, undefined, answer, sight, reach.clock)
}

/** Whether a no came with a token that is not the held one: an error may repeat what it was sent. */
function givesAnyway(plan: ReplyPlan, no: No, sight: Sight, answer: Answer): boolean {
  if (answer.page) return false
  // Cookies and headers come with errors too: those of an anonymous session.
  const places = no.by === 'told' ? bodyPlaces(plan) : plan.access
  return isNew(find(places, sight), sight)
}

function isNew(value: unknown, { access, refresh }: Sight): boolean {
  if (!isUsableAccess(value)) return false
  const held = [access, refresh] as ReadonlyArray<Pick<Secret, 'reveal'> | undefined>
  return held.every((secret) => secret?.reveal() !== value)
}

function bodyPlaces(plan: ReplyPlan) {
  return listPlaces(plan.access).filter(({ body }) => body !== undefined && !body.startsWith('*'))
}
