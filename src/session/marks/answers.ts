import { ToknError } from '../../core/errors.ts'
import { isObject, ownString } from '../../core/json.ts'
import type { Clock, Http, HttpReply, HttpRequest } from '../../core/ports.ts'

/** An answer to a request that may have made a token, as it came. */
export interface Answer {
  readonly method: string
  /** Origin and path: what else is in a URL may differ from one time to the next. */
  readonly place: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly reply: HttpReply
}

/** Whether a request may make a token. Where nobody says so, everything but a GET may. */
export function mayMake({ method, grants }: HttpRequest): boolean {
  return grants ?? method !== 'GET'
}

export function addressOf({ method, url }: HttpRequest): Pick<Answer, 'method' | 'place'> {
  return { method, place: url.origin + url.pathname }
}

/**
 * The same exchange once more, at the time of its answers: a request that was answered gets the
 * answer kept. One that may make a token and was not answered is never sent again.
 */
export function answerAgain(
  answers: readonly Answer[],
  http: Http,
  clock: Clock,
): { readonly http: Http; readonly clock: Clock } {
  const waiting = [...answers]
  const then = answers.at(-1)?.at ?? clock.now()
  return {
    clock: { now: () => then, wait: async () => undefined },
    http: async (request) => {
      if (!mayMake(request)) return await http(request)
      const { method, place } = addressOf(request)
      const index = waiting.findIndex((one) => one.method === method && one.place === place)
      const [answer] = index < 0 ? [] : waiting.splice(index, 1)
      if (answer !== undefined) return answer.reply
      throw new ToknError('provider_nonsense', 'what the provider had answered is not all of it')
    },
  }
}

/** Answers as text, to be sealed. */
export function writeAnswers(answers: readonly Answer[]): string {
  return JSON.stringify(answers)
}

/** What `writeAnswers` wrote; nothing of what it did not. */
export function readAnswers(text: string): readonly Answer[] {
  const value: unknown = JSON.parse(text)
  return Array.isArray(value) ? value.flatMap((one) => readAnswer(one) ?? []) : []
}

function readAnswer(value: unknown): Answer | undefined {
  const reply = isObject(value) ? value['reply'] : undefined
  if (!isObject(value) || !isObject(reply)) return undefined
  const method = ownString(value, 'method')
  const place = ownString(value, 'place')
  const body = ownString(reply, 'body')
  const { status, headers } = reply
  const { at } = value
  if (method === undefined || place === undefined || body === undefined) return undefined
  if (typeof status !== 'number' || typeof at !== 'number') return undefined
  const pairs = Array.isArray(headers) ? headers.filter(isPair) : []
  return { method, place, at, reply: { status, headers: pairs, body } }
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'string')
}
