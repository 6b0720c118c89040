import { isToknError, ToknError } from '../../core/errors.ts'
import { isObject, ownString } from '../../core/json.ts'
import type { Ports } from '../ports.ts'

/** What is not about whoever asks, but about the server, or the way to it. */
const codes = ['network', 'rate_limited', 'provider_refused', 'provider_nonsense'] as const

/**
 * A failure as a text for those who waited when the refresh began that came to it; `undefined` for
 * one that another might not have. `time` is what that refresh had, in milliseconds.
 */
export function tellFailure(
  { timeLeft, usualRoute }: Pick<Ports, 'timeLeft' | 'usualRoute'>,
  failure: unknown,
  time: number,
): string | undefined {
  if (!isToknError(failure, ...codes)) return undefined
  const { code, message, details } = failure
  const { hint, http, retryAfter } = details
  // Another proxy, or other authorities, may lead to an answer.
  if (http === undefined && usualRoute !== true) return undefined
  // It may be that it had too little time.
  const least = http === undefined && timeLeft() < time / 2 ? time : 0
  return JSON.stringify({ code, message, hint, http, retryAfter, least })
}

/** Throws the failure that `tellFailure` told, where it is one for this process as well. */
export function hearFailure(
  { timeLeft, usualRoute }: Pick<Ports, 'timeLeft' | 'usualRoute'>,
  told: string,
): void {
  const value = parse(told)
  if (!isObject(value)) return
  const { http, retryAfter, least } = value
  const code = codes.find((one) => one === value['code'])
  const message = ownString(value, 'message')
  if (code === undefined || message === undefined) return
  if (http === undefined && usualRoute !== true) return
  if (typeof least !== 'number' || (least > 0 && least < timeLeft())) return
  const status = isObject(http) && typeof http['status'] === 'number' ? http['status'] : undefined
  throw new ToknError(code, message, {
    hint: ownString(value, 'hint'),
    http: status === undefined ? undefined : { status },
    retryAfter: typeof retryAfter === 'number' ? retryAfter : undefined,
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
