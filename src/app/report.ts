import { showJson } from '../core/data-text.ts'
import { isToknError, ToknError } from '../core/errors.ts'
import { writeLines } from '../io/terminal/output.ts'
import { words as texts } from '../messages/words.ts'
import type { Hints } from './hints.ts'

/** The one place where an error becomes words, or JSON, and an exit status. */
export function report(
  error: unknown,
  words: readonly string[],
  warnings: readonly string[],
  hints: Hints,
): number {
  if (isToknError(error) && error.details.fault === 'reader-gone') return 0
  const known = isToknError(error)
    ? withHints(error, hints)
    : asKnown(error, words.includes('--debug'))
  const json = words.some((word) => /^--(json(-lines)?$|fields)/.test(word))
  writeLines(...(json ? inJson(known, warnings).split('\n') : inWords(known)))
  return known.exit
}

function withHints(error: ToknError, { complete }: Hints): ToknError {
  const { hint } = error.details
  if (hint === undefined) return error
  const completed = typeof hint === 'string' ? complete(hint) : hint.map(complete)
  return new ToknError(error.code, error.message, { ...error.details, hint: completed })
}

function inWords({ message, details: { hint } }: ToknError): readonly string[] {
  const [first, ...further] = hint === undefined || typeof hint === 'string' ? [hint] : hint
  return [
    `tokn: error: ${message}`,
    ...(first === undefined ? [] : [`tokn: hint: ${first}`]),
    // Set in, so that none can pass for a message of its own.
    ...further.map((line) => `  ${line}`),
  ]
}

function inJson(error: ToknError, warnings: readonly string[]): string {
  const { http, retryAfter } = error.details
  // A hint may go on behind the command that it begins with.
  const command = /^tokn .+?(?=[;,:] |\n|$)/.exec(error.hint ?? '')?.[0]
  return showJson({
    schema: 'tokn.error/v1',
    code: error.code,
    exit: error.exit,
    message: error.message,
    hint: error.hint ?? null,
    retryable: error.retryable,
    retry_after: retryAfter === undefined ? null : Math.ceil(retryAfter / 1_000),
    next: command === undefined ? [] : [{ command }],
    warnings,
    http:
      http === undefined ? null : { status: http.status, provider_code: http.providerCode ?? null },
  })
}

/** What was not expected, in words. */
function asKnown(error: unknown, debug: boolean): ToknError {
  // A relative path, wherever it was given, means nothing in a folder that was removed.
  if (error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd') {
    return new ToknError('usage', texts.folders.noFolder())
  }
  const again = 'run it again with --debug and report what it says'
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return new ToknError('internal', 'this is a bug in tokn', {
    hint: debug ? stack.split('\n') : again,
  })
}

export function unsettled(): ToknError {
  return new ToknError(
    'internal',
    'the command stopped before it was done, and what it waited for can never come: this is a bug in tokn',
    { hint: 'run it again with --debug and report what it says' },
  )
}
