import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { aheadOf, readAhead } from '../../core/server-clock.ts'
import type { CurlArguments, CurlOption } from './arguments.ts'

/** The method of the request that curl makes for these options. */
export function methodOf(options: readonly CurlOption[]): string {
  const has = (pattern: RegExp) => options.some(({ name }) => pattern.test(name))
  const named = options.findLast(({ name }) => name === 'request')?.value
  if (named !== undefined) return named
  if (has(/^head$/)) return 'HEAD'
  if (has(/^get$/)) return 'GET'
  if (has(/^upload-file$/)) return 'PUT'
  return has(/^(data(-.+)?|json|form|form-string)$/) ? 'POST' : 'GET'
}

/** Throws `usage` for what cannot go with a proof, which holds for one request and may be refused. */
export function checkProvable({ urls, options }: CurlArguments): void {
  if (urls.length > 1) {
    throw new ToknError('usage', words.curl.oneAtATime())
  }
  const fixed = options.find(({ name }) => /^(no-clobber|skip-existing)$/.test(name))
  if (fixed === undefined) return
  throw new ToknError('usage', words.curl.mayNeedTwo(fixed.name))
}

/** What another proof needs that the one before it had not. */
export interface Amends {
  readonly nonce: string | undefined
  /** Milliseconds by which the clock of the API is ahead of ours. */
  readonly ahead: number
}

// What a date and the way may be wrong by.
const notable = 1_500

/**
 * What may help where an API refuses a proof: the nonce that it demands, and the time that it has
 * where ours is another one. `undefined` where neither is the reason. `now` is in epoch milliseconds.
 */
export function amendsFor(head: string, now: number): Amends | undefined {
  const nonce = demandedNonce(head)
  const headers = ['date', 'age'].flatMap((name) =>
    valuesOf(head, name).map((value) => [name, value] as const),
  )
  const ahead = aheadOf(readAhead(headers, { sentAt: now, receivedAt: now }, false))
  const late = Math.abs(ahead) > notable && refuses(head, 'invalid_dpop_proof|invalid_token')
  return nonce === undefined && !late ? undefined : { nonce, ahead }
}

/** Whether `head` is that of an answer which refuses a proof for one of `errors` (a pattern). */
function refuses(head: string, errors: string): boolean {
  const named = new RegExp(`\\berror\\s*=\\s*"?(?:${errors})\\b`, 'i')
  const challenges = valuesOf(head, 'www-authenticate')
  return (
    /^HTTP\/\S+ 401\b/.test(head) &&
    challenges.some((value) => /\bDPoP\b/i.test(value) && named.test(value))
  )
}

function valuesOf(head: string, name: string): readonly string[] {
  return head
    .split(/\r?\n/)
    .filter((line) => line.toLowerCase().startsWith(`${name}:`))
    .map((line) => line.slice(name.length + 1).trim())
}

/**
 * The nonce of an answer that refuses a proof for the lack of one (RFC 9449 section 9); `head` is its
 * status line and headers.
 */
export function demandedNonce(head: string): string | undefined {
  const [nonce, other] = valuesOf(head, 'dpop-nonce')
  if (!refuses(head, 'use_dpop_nonce') || other !== undefined) return undefined
  return /^[\x21\x23-\x5b\x5d-\x7e]{1,1024}$/.test(nonce ?? '') ? nonce : undefined
}
