import { ToknError } from '../core/errors.ts'
import type { Clock, HttpReply } from '../core/ports.ts'
import { display } from '../core/text.ts'
import type { ReplyPlan } from './definition.ts'
import { JsonError, readJsonText } from '../core/json-text.ts'

/** A reply with its body read. Instants are epoch milliseconds by our clock. */
export interface Answer {
  readonly status: number
  readonly headers: HttpReply['headers']
  readonly url: URL
  /** `undefined` where there is none, or none that could be read. */
  readonly body: unknown
  /** JSON Pointers of keys that were given twice. */
  readonly duplicates: ReadonlySet<string>
  /** Why the body is not what was expected; the body is then `undefined`. */
  readonly unreadable?: string | undefined
  readonly sentAt: number
  /** To be added to the provider's instants to have ours. */
  readonly skew: number
}

const tolerated = 60_000
const expectations = { json: 'JSON', form: 'a form', text: 'plain text' } as const
const none: ReadonlySet<string> = new Set()

/** Reads a reply to a request that was sent at `sentAt`. Never throws: see `unreadable`. */
export function readAnswer(
  reply: HttpReply,
  plan: ReplyPlan | undefined,
  url: URL,
  sentAt: number,
  clock: Clock,
): Answer {
  const { status, headers } = reply
  const answer = { status, headers, url, sentAt, skew: skewOf(reply, clock) }
  return { ...answer, ...readBody(reply, plan) }
}

/** How the body of a reply is read. One of which nothing is wanted is looked at for errors alone. */
function formatOf(plan: ReplyPlan | undefined): NonNullable<ReplyPlan['format']> {
  return plan === undefined ? 'none' : (plan.format ?? 'json')
}

/** Whether the reply is a web page: a portal or a proxy answered, not the API. */
export function isPage(answer: Answer): boolean {
  return headerOf(answer.headers, 'content-type')?.toLowerCase().startsWith('text/html') === true
}

/** The first header called `name`, in lower case. */
export function headerOf(headers: HttpReply['headers'], name: string): string | undefined {
  return headers.find(([header]) => header.toLowerCase() === name)?.[1]
}

/** The error for a body that is not what was expected; `refusal` names what its status means. */
export function unreadableError(answer: Answer, title: string, refusal?: string): ToknError {
  const what = answer.unreadable ?? `answered ${answer.status}, which means nothing here`
  return new ToknError('provider_nonsense', `${title} ${what}`, {
    http: { status: answer.status },
    sent: true,
    refusal,
    hint: 'check the base URL',
  })
}

function readBody(
  reply: HttpReply,
  plan: ReplyPlan | undefined,
): Pick<Answer, 'body' | 'duplicates' | 'unreadable'> {
  const format = formatOf(plan)
  const nothing = { body: undefined, duplicates: none }
  const type = mediaTypeOf(reply)
  const listed = plan?.mediaTypes?.includes(type.essence) === true
  if (type.essence === 'text/html' && !listed && reply.body !== '') {
    const expected = format === 'none' ? 'no page' : expectations[format]
    const shown = `answered ${reply.status} with ${type.shown}, expected ${expected}`
    return { ...nothing, unreadable: shown }
  }
  if (format === 'text') return { ...nothing, body: reply.body.trim() }
  if (format === 'form') return readForm(reply.body)
  if (reply.body.trim() === '') {
    return format === 'none'
      ? nothing
      : { ...nothing, unreadable: `answered ${reply.status} with an empty body, expected JSON` }
  }
  if (!isJson(type) && !listed) {
    return { ...nothing, unreadable: `answered ${reply.status} with ${type.shown}, expected JSON` }
  }
  try {
    const { value, duplicates } = readJsonText(reply.body)
    return { body: value, duplicates }
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    const where = `at character ${error.offset + 1}: expected ${error.message}`
    return { ...nothing, unreadable: `answered ${reply.status} with broken JSON, ${where}` }
  }
}

function readForm(body: string): Pick<Answer, 'body' | 'duplicates'> {
  const values = Object.create(null) as Record<string, string>
  const duplicates = new Set<string>()
  for (const [name, value] of new URLSearchParams(body.trim())) {
    if (Object.hasOwn(values, name)) duplicates.add(`/${name}`)
    values[name] = value
  }
  return { body: values, duplicates }
}

interface MediaType {
  readonly essence: string
  readonly charset: string | undefined
  readonly shown: string
}

function mediaTypeOf(reply: HttpReply): MediaType {
  const header = headerOf(reply.headers, 'content-type') ?? ''
  const [essence = '', ...parameters] = header.toLowerCase().split(';')
  const charset = parameters
    .map((parameter) => parameter.trim())
    .find((parameter) => parameter.startsWith('charset='))
  return {
    essence: essence.trim(),
    charset: charset?.slice('charset='.length).replace(/^"(.*)"$/, '$1'),
    shown: display(header, 80) || 'no media type',
  }
}

function isJson({ essence, charset }: MediaType): boolean {
  // RFC 8259 section 8.1: JSON between systems is UTF-8.
  if (charset !== undefined && !['utf-8', 'utf8', 'us-ascii'].includes(charset)) return false
  return (
    essence === '' ||
    essence === 'application/json' ||
    essence === 'text/json' ||
    /^[a-z0-9.!#$&^_-]+\/[a-z0-9.!#$&^_-]*\+json$/.test(essence)
  )
}

function skewOf(reply: HttpReply, clock: Clock): number {
  const date = Date.parse(headerOf(reply.headers, 'date') ?? '')
  if (!Number.isFinite(date)) return 0
  const skew = clock.now() - date
  return Math.abs(skew) > tolerated ? skew : 0
}
