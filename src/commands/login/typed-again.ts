import { isToknError, ToknError } from '../../core/errors.ts'
import { quoteWord } from '../../core/quoting.ts'
import { display } from '../../core/text.ts'
import type { Context } from '../context.ts'
import type { Draft } from './draft.ts'

/** The command line that was typed, to be typed once more; secrets are in no command line. */
export function typedAgain({ words: typed }: Pick<Context, 'words'>): string {
  const same = typed.filter((word) => word !== '--no-input' && word !== '--json')
  return display(['tokn', ...same.map(quoteWord)].join(' '), 1_000)
}

/**
 * `error` of a login whose profile is not kept: `tokn login NAME` alone would be refused there, so its
 * hint is what was typed.
 */
export function withTypedHint(
  context: Pick<Context, 'words'>,
  { before, profile }: Pick<Draft, 'before' | 'profile'>,
  error: unknown,
): unknown {
  if (before !== undefined || !isToknError(error)) return error
  const short = `tokn login ${profile.name}`
  const replace = (line: string) => {
    const at = line.indexOf(short)
    const rest = line.slice(at + short.length)
    const isWhole = at >= 0 && (rest === '' || rest.startsWith(' --client-'))
    return isWhole ? `${line.slice(0, at)}${typedAgain(context)}${rest}` : line
  }
  const { hint } = error.details
  if (hint === undefined) return error
  const named = typeof hint === 'string' ? replace(hint) : hint.map(replace)
  return new ToknError(error.code, error.message, { ...error.details, hint: named, cause: error })
}
