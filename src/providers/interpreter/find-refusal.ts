import type { Refusal } from '../../core/refusal.ts'
import { ToknError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports.ts'
import { unreadableError, type ParsedReply } from '../replies/parsed-reply.ts'
import { holds } from '../replies/condition.ts'
import type { Condition, Exchange, RefusalRule, ReplyPlan } from '../schema/definition.ts'
import { asList } from '../schema/as-list.ts'
import type { ReplyView } from '../replies/place.ts'
import { bodyPointers } from '../replies/plan-paths.ts'
import {
  foreignError,
  kindOfStatus,
  kindOfWords,
  matchRefusal,
  refusalError,
} from './refusal-error.ts'
import { keyOf } from '../replies/refusal-codes.ts'
import { saysError } from '../replies/refusal-text.ts'
import type { ApiOperation } from './request.ts'
import { isTransient } from '../../core/retry.ts'

/** What an answer says no by, if it does. */
export interface FoundRefusal {
  readonly error: ToknError
  /** `told`: in so many words; `status`: by one that its definition does not take for a yes. */
  readonly by: 'told' | 'status' | 'unreadable'
}

/**
 * Why an answer is no yes. Its status decides first: what is transient is no verdict, whatever the
 * rest says; then whose words they are; then the rules of the definition, and the words themselves.
 */
export function findRefusal(
  api: ApiOperation,
  exchange: Exchange,
  plan: ReplyPlan | undefined,
  reply: ParsedReply,
  view: ReplyView,
  clock: Clock,
): FoundRefusal | undefined {
  const { definition, operation } = api
  const { status } = reply
  const no = (kind: Refusal, hint?: string): FoundRefusal => ({
    error: refusalError(definition, operation, kind, hint, reply, view, clock),
    by: 'told',
  })
  const rules = [...(exchange.refused ?? []), ...(definition.errors?.rules ?? [])]
  const rule = matchRefusal(rules, reply, view)
  // With a status of success a word is a word, unless the answer calls itself an error.
  const spoken = status >= 400 || saysError(reply.body) ? kindOfWords(reply, operation) : undefined
  if (isTransient(status)) {
    if (rule !== undefined && isAbout(rule, status, spoken)) return no(rule.means, rule.hint)
    const { error, by } = no(kindOfStatus(status, operation))
    return { error: forNow(error), by }
  }
  const grants = operation === 'login' || operation === 'refresh' || operation === 'issue'
  if (reply.foreign && status >= 400 && spoken === undefined && (grants || rule === undefined)) {
    return { error: errorOfForeign(api, reply, clock), by: 'status' }
  }
  const passing = spoken === 'unavailable' || spoken === 'rate-limited' ? spoken : undefined
  if (passing !== undefined && !isNamed(rule, reply)) return no(passing)
  if (rule !== undefined && !(isVague(rule) && spoken !== undefined && status >= 400)) {
    return no(rule.means, rule.hint)
  }
  if (status >= 400) return no(spoken ?? rule?.means ?? kindOfStatus(status, operation))
  if (status < 200 || status >= 300) {
    return { error: unreadableError(reply, definition.title), by: 'unreadable' }
  }
  const accepted = exchange.accept?.includes(status) ?? true
  if (!accepted) return { ...no(kindOfStatus(status, operation)), by: 'status' }
  const wanted = plan !== undefined && bodyPointers(plan).length > 0
  if (reply.unreadable !== undefined && (wanted || reply.page)) {
    return { error: unreadableError(reply, definition.title), by: 'unreadable' }
  }
  const inside = { ...view, unwrap: plan?.unwrap }
  const failed = exchange.success !== undefined && !holds(exchange.success, status, inside)
  return failed ? no(spoken ?? 'refused') : undefined
}

/** 501 says that there is no such route, which another method may find; but it is for now as well. */
function forNow(error: ToknError): ToknError {
  if (error.code === 'network' || error.code === 'rate_limited') return error
  return new ToknError('network', error.message, error.details)
}

/**
 * Whether a rule may speak of a status that is transient: it names it, or says what is no verdict. A
 * limit of tokens is one that waiting does not lift, unless the words are those of haste.
 */
function isAbout(
  { when, means }: RefusalRule,
  status: number,
  spoken: Refusal | undefined,
): boolean {
  if (when.status !== undefined && asList(when.status).includes(status)) return true
  if (means === 'limit') return status === 429 && spoken !== 'rate-limited'
  return means === 'route-missing' || means === 'rate-limited'
}

/** Whether the rule that holds is about the very word that would mean "later" elsewhere. */
function isNamed(rule: RefusalRule | undefined, { refusalText }: ParsedReply): boolean {
  const said = new Set(refusalText.codes.map(keyOf))
  return textsOf(rule?.when).some((text) => said.has(keyOf(text)))
}

function textsOf(condition: Condition | undefined): readonly string[] {
  const texts = [...asList(condition?.equals), condition?.contains]
  return texts.filter((text) => typeof text === 'string')
}

/** Whether a rule looks at nothing but the status: the words beside it then say more. */
function isVague({ when }: RefusalRule): boolean {
  return when.at === undefined
}

/**
 * A page where nothing is to be found is most likely the wrong address; once the address was right,
 * and in every other case, it is something on the way.
 */
function errorOfForeign(api: ApiOperation, reply: ParsedReply, clock: Clock): ToknError {
  const { definition, operation } = api
  const kind = kindOfStatus(reply.status, operation)
  const lost = reply.status === 404 || reply.status === 410
  if (lost && operation !== 'refresh' && operation !== 'issue') {
    return unreadableError(reply, definition.title, 'route-missing')
  }
  return foreignError(definition, kind === 'not-found' ? 'refused' : kind, reply, clock)
}
