import { isToknError, type ErrorCode, type ToknError } from '../core/errors.ts'
import { serializeRecord, type SessionRecord } from '../core/record.ts'
import { timestamp } from '../core/data-text.ts'
import { attachToken, headerLines } from '../session/attach-token.ts'
import { withoutRest } from '../session/without-rest.ts'
import type { Found } from './sessions.ts'

/** What goes back: a status, names and values of headers one after the other, a body. */
export interface Answer {
  readonly status: number
  readonly headers?: readonly string[]
  readonly body?: string
}

export const nothingHere: Answer = { status: 404 }
export const notAllowed: Answer = { status: 403 }
/** Several profiles are meant alike. */
export const severalHere: Answer = { status: 409, headers: ['X-Tokn-Error', 'usage'] }

/** The statuses of what can go wrong with a session. After one of 503 it is said when to try again. */
const statuses: Partial<Record<ErrorCode, number>> = {
  usage: 409,
  not_found: 404,
  reauth_required: 401,
  forbidden: 409,
  unsupported: 409,
  check_failed: 409,
  quota: 409,
  provider_refused: 502,
  provider_nonsense: 502,
  network: 503,
  rate_limited: 503,
  busy: 503,
  store: 503,
}

/** Milliseconds after which to come again, where nobody has said. */
const soon = 5_000

/** An empty answer that says in its head what went wrong; `wait`: milliseconds in which that stays so. */
export function failure(error: unknown, wait?: number): Answer {
  const status = statusOf(error)
  return { status, headers: failureHeaders(error, status, wait) }
}

function statusOf(error: unknown): number {
  return isToknError(error) ? (statuses[error.code] ?? 500) : 500
}

function failureHeaders(error: unknown, status: number, wait?: number): readonly string[] {
  if (!isToknError(error)) return ['X-Tokn-Error', 'internal']
  const named = ['X-Tokn-Error', error.code]
  if (wait === undefined && status !== 503) return named
  const said = wait ?? error.details.retryAfter ?? soon
  return [...named, 'Retry-After', String(Math.ceil(said / 1_000))]
}

export function json(status: number, document: object, headers: readonly string[] = []): Answer {
  return {
    status,
    headers: ['Content-Type', 'application/json', ...headers],
    body: `${JSON.stringify(document)}\n`,
  }
}

/** The token and one newline. */
export function tokenAnswer({ access }: SessionRecord): Answer {
  return {
    status: 200,
    headers: ['Content-Type', 'text/plain; charset=utf-8'],
    body: `${access.reveal()}\n`,
  }
}

/** All with which a request is made to carry the token. */
export function headerAnswer(record: SessionRecord): Answer {
  if (record.attach.bound === true) return needsProof
  const carried = attachToken(record)
  return json(200, {
    schema: 'tokn.agent-header/v1',
    headers: Object.fromEntries(headerLines(carried)),
    query: Object.fromEntries(carried.query),
    expires_at: expiryOf(record) ?? null,
    generation: record.generation,
  })
}

/** The headers of the token as headers of the answer, for a proxy to pass on. */
export function authAnswer(record: SessionRecord): Answer {
  const lines = headerLines(attachToken(record))
  if (record.attach.bound === true || lines.length === 0) return needsProof
  const expiry = expiryOf(record)
  return {
    status: 200,
    headers: [
      ...lines.flat(),
      'X-Tokn-Generation',
      String(record.generation),
      ...(expiry === undefined ? [] : ['X-Tokn-Expires-At', expiry]),
    ],
  }
}

/** The shape of Bazel's credential helpers. */
export function helperAnswer(record: SessionRecord): Answer {
  const lines = headerLines(attachToken(record))
  if (record.attach.bound === true || lines.length === 0) return needsProof
  const expires = expiryOf(record)
  return json(200, {
    headers: Object.fromEntries(lines.map(([name, value]) => [name, [value]])),
    ...(expires === undefined ? {} : { expires }),
  })
}

/** The token is not all that a request needs, or no header says it. */
const needsProof: Answer = { status: 409, headers: ['X-Tokn-Error', 'usage'] }

function expiryOf({ expiry }: SessionRecord): string | undefined {
  return expiry.state === 'at' ? timestamp(expiry.at) : undefined
}

/** What another process of this program reads to go on as if it had asked the session itself. */
export function sessionAnswer(
  { session, record, refreshed }: Found,
  warnings: readonly string[],
): Answer {
  return json(200, {
    schema: 'tokn.agent-session/v1',
    record: JSON.parse(serializeRecord(withoutRest(record))) as unknown,
    refreshed,
    profile: session.profile,
    warnings,
  })
}

/** As `sessionAnswer`, for an error that the other process throws as its own. */
export function sessionFailure(error: ToknError, warnings: readonly string[]): Answer {
  const schema = 'tokn.agent-session/v1'
  return json(statusOf(error), { schema, error: describeError(error), warnings })
}

/** What another process needs to throw the same. */
export function describeError({ code, message, details }: ToknError): object {
  const { hint, http, sent, lasting, retryAfter, refusal, fault, exit } = details
  return {
    code,
    message,
    details: { hint, http, sent, lasting, retryAfter, refusal, fault, exit },
  }
}
