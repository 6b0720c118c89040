import { ToknError } from '../../../src/core/errors.ts'
import type { HttpReply, HttpRequest } from '../../../src/core/ports.ts'
import type { Reach } from '../../../src/core/provider.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { TokenSet } from '../../../src/core/token.ts'

export const now = Date.UTC(2026, 0, 15, 12, 0, 0)

/** A reply, an error to throw, or what makes one of the request. */
export type Scripted = HttpReply | Error | ((request: HttpRequest) => HttpReply)

export interface Recorded extends Reach {
  /** Requests in the order in which they left. */
  readonly requests: HttpRequest[]
  /** Milliseconds that were waited. */
  readonly waits: number[]
  /** What the user was told. */
  readonly warned: string[]
}

/** A way out that answers from a script and records what it was given. */
export function record(
  script: readonly Scripted[],
  answers: Readonly<Record<string, string>> = {},
): Recorded {
  const requests: HttpRequest[] = []
  const waits: number[] = []
  const warned: string[] = []
  let time = now
  return {
    requests,
    waits,
    warned,
    warn: (text) => void warned.push(text),
    answers: Object.fromEntries(
      Object.entries(answers).map(([key, value]) => [key, new Secret(value)]),
    ),
    clock: {
      now: () => time,
      wait: async (duration) => {
        waits.push(duration)
        time += duration
      },
    },
    http: async (request) => {
      const next = script[Math.min(requests.length, script.length - 1)]
      requests.push(request)
      if (next === undefined) throw new Error('nothing was to be sent')
      if (next instanceof Error) throw next
      return typeof next === 'function' ? next(request) : next
    },
  }
}

export function json(
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): HttpReply {
  const body = typeof value === 'string' ? value : JSON.stringify(value)
  return reply(body, status, { 'content-type': 'application/json', ...headers })
}

export function reply(
  body: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): HttpReply {
  return { status, body, headers: Object.entries(headers) }
}

export function html(status: number): HttpReply {
  return reply('<html><h1>nginx</h1></html>', status, { 'content-type': 'text/html' })
}

export function networkError(sent: boolean): ToknError {
  return new ToknError('network', 'the connection broke', { sent })
}

export function held(access: string, refresh?: string, more: Partial<TokenSet> = {}): TokenSet {
  return {
    access: new Secret(access),
    refresh: refresh === undefined ? undefined : new Secret(refresh),
    expiry: { state: 'unknown' },
    context: {},
    ...more,
  }
}

/** A request as text: `METHOD url`, headers in lower case, and the body. */
export function shown({ method, url, headers, body }: HttpRequest): {
  line: string
  headers: Record<string, string>
  body: unknown
} {
  return {
    line: `${method} ${url.href}`,
    headers: Object.fromEntries(headers ?? []),
    body: body?.startsWith('{') || body?.startsWith('[') ? JSON.parse(body) : body,
  }
}

/** What a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<ToknError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof ToknError) return error
    throw error
  }
  throw new Error('it should have failed')
}
