import type { Refusal } from '../../core/refusal.ts'
import { ToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import type { Clock, HttpReply } from '../../core/ports.ts'
import { headerOf, readBody, type Body } from './body.ts'
import type { ReplyPlan } from '../schema/definition.ts'
import { refusalTextOf, type RefusalText } from './refusal-text.ts'
import { aheadOf, readAhead } from '../../core/server-clock.ts'
import { words } from '../../messages/words.ts'

/** A reply with its body read. Instants are epoch milliseconds by our clock. */
export interface ParsedReply {
  readonly status: number
  readonly headers: HttpReply['headers']
  readonly url: URL
  /** `undefined` where there is none, or none that could be read. */
  readonly body: unknown
  /** JSON Pointers of keys that were given twice. */
  readonly duplicates: ReadonlySet<string>
  /** Says why the body is not what was expected; the body is then `undefined`. */
  readonly unreadable?: (() => string) | undefined
  /** The body is a web page: a portal or a proxy answered, not the API. */
  readonly page: boolean
  /** The body is not in a format that the API is known to use: most likely it comes from a proxy. */
  readonly foreign: boolean
  /** What is odd about the JSON, which was read all the same. */
  readonly oddity?: Body['oddity']
  /** The whole body, where `body` is a part of it that was found in an unknown envelope. */
  readonly outside?: unknown
  /** The codes and sentences in it, which matter if it is a refusal. */
  readonly refusalText: RefusalText
  readonly sentAt: number
  /** What to add to the provider's instants to have ours. */
  readonly skew: number
}

/** Reads a reply to a request that was sent at `sentAt`. Never throws: see `unreadable`. */
export function parseReply(
  reply: HttpReply,
  plan: ReplyPlan | undefined,
  url: URL,
  sentAt: number,
  clock: Clock,
): ParsedReply {
  const { status, headers } = reply
  const body = readBody(reply)
  const listed = isListed(reply, plan)
  const page = body.kind === 'page' && !listed
  // Requests carry secrets: a cache that keeps the reply has to say so.
  const ahead = aheadOf(readAhead(headers, { sentAt, receivedAt: clock.now() }, false))
  const answer = { status, headers, url, sentAt, skew: 0 - ahead, page }
  return {
    ...answer,
    ...understand(reply, plan, body, page),
    foreign: page || (body.kind === 'text' && !listed && plan?.format !== 'text'),
    oddity: body.oddity,
    refusalText: refusalTextOf(body),
  }
}

/** The error for a body that is not what was expected; `refusal` names what its status means. */
export function unreadableError(reply: ParsedReply, title: string, refusal?: Refusal): ToknError {
  const what = reply.unreadable?.() ?? words.replies.unexpectedStatus(reply.status)
  const said = words.replies.unreadable(title, what, refusal === 'route-missing')
  return new ToknError('provider_nonsense', said, {
    http: { status: reply.status },
    sent: true,
    refusal,
  })
}

function understand(
  { status, body: raw }: HttpReply,
  plan: ReplyPlan | undefined,
  body: Body,
  page: boolean,
): Pick<ParsedReply, 'body' | 'duplicates' | 'unreadable'> {
  // Of a reply without a plan only errors matter.
  const format = plan === undefined ? 'none' : (plan.format ?? 'json')
  const { duplicates } = body
  const error = status >= 400 && isObject(body.value)
  if (format === 'text' && !page && !error) {
    return { body: raw.replace(/^\ufeff/, '').trim(), duplicates: new Set() }
  }
  if (body.kind === 'data') return { body: body.value, duplicates }
  if (body.kind === 'empty' && format === 'none') return { body: undefined, duplicates }
  const unreadable = () =>
    body.almostJson === true
      ? words.replies.answeredWith(status, body.instead())
      : words.replies.answeredInstead(status, body.instead(), format)
  return { body: undefined, duplicates, unreadable }
}

/** Whether the definition names this media type. */
function isListed({ headers }: HttpReply, plan: ReplyPlan | undefined): boolean {
  const essence = (headerOf(headers, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  return plan?.mediaTypes?.some((type) => type === essence) === true
}
