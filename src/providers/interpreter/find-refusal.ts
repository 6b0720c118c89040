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
import { isGranting, type ApiOperation } from './request.ts'
import { isTransient } from '../../core/retry.ts'

/** Why a reply is not a success. */
export interface FoundRefusal {
  readonly error: ToknError
  /** `words`: it says so; `status`: its status is not one of success; `unreadable`: it is neither. */
  readonly by: 'words' | 'status' | 'unreadable'
}

/**
 * Why a reply is not a success; `undefined` for one that is. Its status decides first: a transient
 * one is never a verdict. Then whose words they are; then the rules of the definition, and the words.
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
  const refuse = (kind: Refusal, hint?: string): FoundRefusal => ({
    error: refusalError(definition, operation, kind, hint, reply, view, clock),
    by: 'words',
  })
  const rules = [...(exchange.refused ?? []), ...(definition.errors?.rules ?? [])]
  const rule = matchRefusal(rules, reply, view)
  // With a status of success its words count only if the body says that it is an error.
  const spoken = status >= 400 || saysError(reply.body) ? kindOfWords(reply, operation) : undefined
  if (isTransient(status)) {
    if (rule !== undefined && isAbout(rule, status, spoken)) return refuse(rule.means, rule.hint)
    const { error, by } = refuse(kindOfStatus(status, operation))
    return { error: forNow(error), by }
  }
  const grants = isGranting(operation)
  if (reply.foreign && status >= 400 && spoken === undefined && (grants || rule === undefined)) {
    return { error: errorOfForeign(api, reply, clock), by: 'status' }
  }
  const passing = spoken === 'unavailable' || spoken === 'rate-limited' ? spoken : undefined
  if (passing !== undefined && !isNamed(rule, reply)) return refuse(passing)
  if (rule !== undefined && !(isVague(rule) && spoken !== undefined && status >= 400)) {
    return refuse(rule.means, rule.hint)
  }
  if (status >= 400) return refuse(spoken ?? rule?.means ?? kindOfStatus(status, operation))
  if (status < 200 || status >= 300) {
    return { error: unreadableError(reply, definition.title), by: 'unreadable' }
  }
  const accepted = exchange.accept?.includes(status) ?? true
  if (!accepted) return { ...refuse(kindOfStatus(status, operation)), by: 'status' }
  const wanted = plan !== undefined && bodyPointers(plan).length > 0
  if (reply.unreadable !== undefined && (wanted || reply.page)) {
    return { error: unreadableError(reply, definition.title), by: 'unreadable' }
  }
  const inside = { ...view, unwrap: plan?.unwrap }
  const failed = exchange.success !== undefined && !holds(exchange.success, status, inside)
  return failed ? refuse(spoken ?? 'refused') : undefined
}

/** 501 means no such route, which another method may find; but it is transient as well. */
function forNow(error: ToknError): ToknError {
  if (error.code === 'network' || error.code === 'rate_limited') return error
  return new ToknError('network', error.message, error.details)
}

/**
 * Whether a rule applies to a transient status: it names the status, or its meaning is transient as
 * well. A limit of tokens is not lifted by waiting, unless the words are about too many requests.
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

/** Whether the rule is about the very code that would mean "try later" elsewhere. */
function isNamed(rule: RefusalRule | undefined, { refusalText }: ParsedReply): boolean {
  const said = new Set(refusalText.codes.map(keyOf))
  return textsOf(rule?.when).some((text) => said.has(keyOf(text)))
}

function textsOf(condition: Condition | undefined): readonly string[] {
  const texts = [...asList(condition?.equals), condition?.contains]
  return texts.filter((text) => typeof text === 'string')
}

/** Whether a rule looks at the status alone: then the words say more. */
function isVague({ when }: RefusalRule): boolean {
  return when.at === undefined
}

/**
 * A page with "not found" most likely means a wrong address; at a refresh, when the address was
 * right before, and with every other status it comes from a proxy.
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
