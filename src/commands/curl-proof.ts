import { ToknError } from '../core/errors.ts'
import type { CurlArguments, CurlOption } from './curl-arguments.ts'

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
    throw new ToknError('usage', 'a token that is bound to a key goes with one request at a time', {
      hint: 'run curl once for each URL',
    })
  }
  const fixed = options.find(({ name }) => /^(no-clobber|skip-existing)$/.test(name))
  if (fixed === undefined) return
  throw new ToknError(
    'usage',
    `curl is not run with --${fixed.name}: a token that is bound to a key may need two requests`,
    { hint: 'name a file that is not there yet' },
  )
}

/**
 * The nonce of an answer that refuses a proof for the lack of one (RFC 9449 section 9); `head` is its
 * status line and headers.
 */
export function demandedNonce(head: string): string | undefined {
  const lines = head.split(/\r?\n/)
  const valuesOf = (name: string) =>
    lines
      .filter((line) => line.toLowerCase().startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).trim())
  const demanded = valuesOf('www-authenticate').some(
    (value) => /\bDPoP\b/i.test(value) && /\berror\s*=\s*"?use_dpop_nonce\b/i.test(value),
  )
  const [nonce, other] = valuesOf('dpop-nonce')
  if (!/^HTTP\/\S+ 401\b/.test(head) || !demanded || other !== undefined) return undefined
  return /^[\x21\x23-\x5b\x5d-\x7e]{1,1024}$/.test(nonce ?? '') ? nonce : undefined
}
