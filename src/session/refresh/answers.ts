import type { Clock, Http, HttpReply, HttpRequest } from '../../core/ports.ts'
import { isObject, ownString } from '../../core/json.ts'
import type { Way } from './turn.ts'

/**
 * What a provider answered to a request that may have granted tokens, as it came: kept before
 * anything in it is judged, so that whatever is odd about it costs no tokens.
 */
export interface KeptAnswer {
  readonly way: Way
  readonly method: string
  /** Origin and path: what else is in a URL may differ from one time to the next. */
  readonly place: string
  /** Epoch milliseconds at which the request went out, and at which the answer was there. */
  readonly sentAt: number
  readonly at: number
  readonly reply: HttpReply
}

/** `http`, with each answer that may grant tokens given to `keep` before anybody reads it. */
export function keepAnswers(
  http: Http,
  way: Way,
  clock: Clock,
  keep: (answer: KeptAnswer) => Promise<void>,
): Http {
  return async (request) => {
    if (!grants(request)) return await http(request)
    const sentAt = clock.now()
    const reply = await http(request)
    await keep({ way, ...addressOf(request), sentAt, at: clock.now(), reply })
    return reply
  }
}

/**
 * The same exchange once more: requests that were answered get the answers kept, at the time they
 * came; only what was never answered goes out through `http`. Nothing is spent twice.
 */
export function answerAgain(
  answers: readonly KeptAnswer[],
  http: Http,
  clock: Clock,
): { readonly http: Http; readonly clock: Clock } {
  const waiting = [...answers]
  let then = waiting[0]?.sentAt
  return {
    http: async (request) => {
      const { method, place } = addressOf(request)
      const at = grants(request)
        ? waiting.findIndex((one) => one.place === place && one.method === method)
        : -1
      const [answer] = at < 0 ? [] : waiting.splice(0, at + 1).slice(-1)
      if (answer === undefined) {
        if (grants(request)) then = undefined
        return await http(request)
      }
      then = answer.at
      return answer.reply
    },
    clock: {
      now: () => then ?? clock.now(),
      // Between two answers that are both here there is nothing to wait for.
      wait: async (duration) => (waiting.length > 0 ? undefined : await clock.wait(duration)),
    },
  }
}

export function writeAnswer(answer: KeptAnswer): string {
  return JSON.stringify(answer)
}

/** `undefined` for what `writeAnswer` did not write. */
export function readAnswer(text: string): KeptAnswer | undefined {
  const value: unknown = JSON.parse(text)
  const reply = isObject(value) ? value['reply'] : undefined
  if (!isObject(value) || !isObject(reply)) return undefined
  const { way, sentAt, at } = value
  const [method, place, body] = [
    ownString(value, 'method'),
    ownString(value, 'place'),
    ownString(reply, 'body'),
  ]
  if (way !== 'refresh' && way !== 'reissue' && way !== 'login') return undefined
  if (method === undefined || place === undefined || body === undefined) return undefined
  if (typeof sentAt !== 'number' || typeof at !== 'number') return undefined
  const { status, headers } = reply
  if (typeof status !== 'number' || !Array.isArray(headers)) return undefined
  const pairs = headers.filter(isPair)
  return { way, method, place, sentAt, at, reply: { status, headers: pairs, body } }
}

function addressOf({ method, url }: HttpRequest): Pick<KeptAnswer, 'method' | 'place'> {
  return { method, place: url.origin + url.pathname }
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'string')
}

function grants({ method, grants }: HttpRequest): boolean {
  return grants ?? method !== 'GET'
}
