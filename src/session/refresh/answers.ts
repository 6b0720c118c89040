import { isObject } from '../../core/json.ts'
import type { Clock, Http } from '../../core/ports.ts'
import { askFor, readAnswered, type Answered } from '../kept-reply.ts'
import type { Way } from './turn.ts'

/** An answer to a refresh, and the way that it belongs to. */
export interface KeptAnswer extends Answered {
  readonly way: Way
}

/** `http`, with each answer that may grant tokens given to `keep` before anybody reads it. */
export function keepAnswers(
  http: Http,
  way: Way,
  clock: Clock,
  keep: (answer: KeptAnswer) => Promise<void>,
): Http {
  return async (request) => {
    if (request.grants !== true) return await http(request)
    const answer = await askFor(http, request, clock)
    await keep({ way, ...answer })
    return answer.reply
  }
}

export function writeAnswer(answer: KeptAnswer): string {
  return JSON.stringify(answer)
}

/** `undefined` for what `writeAnswer` did not write. */
export function readAnswer(text: string): KeptAnswer | undefined {
  const value: unknown = JSON.parse(text)
  const way = isObject(value) ? value['way'] : undefined
  const answer = readAnswered(value)
  if (answer === undefined) return undefined
  return way === 'refresh' || way === 'reissue' || way === 'login' ? { way, ...answer } : undefined
}
