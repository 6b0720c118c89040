import { parseDuration } from '../../core/duration.ts'
import { ToknError } from '../../core/errors.ts'
import { timestamp } from '../../core/data-text.ts'
import { display } from '../../core/text.ts'
import type { Grant } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import type { FlagName, FlagsOf } from './table.ts'

/** Say what a token is to be good for. */
export const grantFlags = [
  'name',
  'scope',
  'expiresIn',
  'expiresAt',
  'audience',
  'resource',
] as const satisfies FlagName[]

export type GrantFlags = FlagsOf<(typeof grantFlags)[number]>

/** Throws `usage` for text that could not be sent, or a lifetime that is none. */
export function readGrant(flags: GrantFlags, now: number): Grant {
  if (flags.expiresIn !== undefined && flags.expiresAt !== undefined) {
    throw new ToknError('usage', words.commands.notTogether('--expires-in', '--expires-at'))
  }
  for (const text of [
    flags.name,
    flags.audience,
    ...(flags.scope ?? []),
    ...(flags.resource ?? []),
  ]) {
    if (text !== undefined) checkText(text)
  }
  return {
    name: flags.name,
    scopes: flags.scope,
    ...(flags.expiresAt === undefined
      ? { lifetime: lifetimeOf(flags.expiresIn) }
      : lastingTo(flags.expiresAt, now)),
    audience: flags.audience,
    resource: flags.resource,
  }
}

function lifetimeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(text, '--expires-in')
}

function lastingTo(text: string, now: number): Grant {
  const day = /^(\d{4}-\d{2}-\d{2})(T?)/.exec(text)
  const at = day?.[2] === 'T' && isDay(day[1]) ? Date.parse(text) : Number.NaN
  if (Number.isFinite(at) && at > now) return { lifetime: at - now, until: at, roundable: true }
  const dateAlone = day?.[0] === text && isDay(day[1])
  const example = dateAlone ? `${text}T00:00:00Z` : timestamp(now + 86_400_000)
  throw new ToknError('usage', whyNot(text, at), { hint: words.loginFlags.writeItAs(example) })
}

function whyNot(text: string, at: number): string {
  const { noDay, noTime, other, past } = words.loginFlags.notALastInstant
  const shown = display(text, 40)
  const [all, day] = /^(\d{4}-\d{2}-\d{2})(T?)/.exec(text) ?? []
  if (day !== undefined && !isDay(day)) return noDay(shown)
  if (all === text && day === text) return noTime(shown)
  return Number.isFinite(at) ? past(shown) : other(shown)
}

/** Whether the calendar has `day`: what Date makes of 31 November is 1 December. */
function isDay(day: string | undefined): boolean {
  const at = Date.parse(`${day}T00:00:00Z`)
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(day ?? '-')
}

function checkText(text: string): void {
  if (text === '' || text.length > 1_024 || /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text)) {
    throw new ToknError('usage', words.loginFlags.tooLongOrOdd())
  }
}
