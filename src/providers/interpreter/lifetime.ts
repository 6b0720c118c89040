import { inWords, readDuration } from '../../core/duration.ts'
import { ToknError } from '../../core/errors.ts'
import type { Grant } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import type { Exchange, ProviderDefinition } from '../schema/definition.ts'
import { mentions, writings } from '../schema/mentions.ts'

const second = 1_000
const minute = 60_000
const hour = 3_600_000
const day = 86_400_000
const units: Readonly<Record<string, number>> = {
  milliseconds: 1,
  minutes: minute,
  hours: hour,
  days: day,
}

/** A grant with a lifetime that the API has, and what to warn of. */
export interface AdjustedGrant {
  readonly grant: Grant
  readonly warning?: string | undefined
}

/** What lifetimes an API takes: in milliseconds. */
interface Rule {
  readonly least: number | undefined
  readonly most: number | undefined
  readonly choices: readonly number[] | undefined
  /** Every lifetime is a multiple of this. */
  readonly grain: number
}

/** Throws `usage` where the API has no lifetimes, or not this one, and it was given exactly. */
export function checkLifetime(
  { title, lifetimes }: ProviderDefinition,
  exchanges: readonly Exchange[],
  { lifetime: asked = 0, roundable }: Grant,
): void {
  if (lifetimes === undefined || !mentions(exchanges, 'lifetime', 'expires')) {
    throw usage(words.requests.noLifetime(title))
  }
  if (roundable === true) return
  const [least, most, step] = [lifetimes.least, lifetimes.most, lifetimes.step].map(duration)
  if (least !== undefined && asked < least) {
    throw usage(words.requests.lifetimeTooShort(title, inWords(least)))
  }
  if (most !== undefined && asked > most) {
    throw usage(words.requests.lifetimeTooLong(title, inWords(most)))
  }
  if (step !== undefined && asked % step !== 0) {
    throw usage(words.requests.lifetimeNotMultiple(title, inWords(step)))
  }
  const { choices } = lifetimes
  if (choices !== undefined && !choices.some((choice) => duration(choice) === asked)) {
    throw usage(words.requests.lifetimeNotAChoice(title, choices))
  }
}

/**
 * The grant with a lifetime that the API has. For a lifetime up to an instant that is the longest
 * that ends by then, because a token that lives too long is worse than one that lives too short;
 * only if none is that short it is the shortest. An API that takes dates gets one by the same rule.
 * Warns of every difference.
 */
export function adjustLifetime(
  definition: ProviderDefinition,
  exchanges: readonly Exchange[],
  grant: Grant,
  now: number,
): AdjustedGrant {
  if (grant.lifetime === undefined) return { grant }
  const lasting = mentions(exchanges, 'lifetime')
  const dated = writings(exchanges, 'expires').some((transforms) => transforms[0] === 'date')
  const { until } = grant
  const requested = until !== undefined && until > now ? until - now : grant.lifetime
  const rule = ruleOf(definition, lasting ? exchanges : [], requested)
  const fitting = grant.roundable === true ? nearest(requested, rule) : requested
  if (lasting) return adjusted(definition, grant, requested, fitting, now)
  const end = fitting === requested && until !== undefined && until > now ? until : now + fitting
  return dated
    ? adjusted(definition, grant, requested, wholeDays(end, now) - now, now)
    : adjusted(definition, grant, requested, end - now, now)
}

function adjusted(
  { title }: ProviderDefinition,
  grant: Grant,
  requested: number,
  lifetime: number,
  now: number,
): AdjustedGrant {
  const until = now + lifetime
  const difference = Math.abs(lifetime - requested)
  const asked = [title, words.times.duration(lifetime), words.times.instant(until)] as const
  const fitting = { ...grant, lifetime, until }
  // A successor, after the instant that the first token was to last to: nothing to compare with.
  if (grant.roundable === true && (grant.until ?? 0) <= now) {
    return { grant: fitting, warning: words.requests.asLongAsFirst(...asked) }
  }
  if (difference < second) return { grant: fitting }
  const warning =
    lifetime < requested
      ? words.requests.lessThanRequested(...asked, words.times.duration(difference))
      : words.requests.moreThanRequested(...asked, words.times.duration(difference))
  return { grant: fitting, warning }
}

function ruleOf(
  { lifetimes }: ProviderDefinition,
  exchanges: readonly Exchange[],
  requested: number,
): Rule {
  const steps = writings(exchanges, 'lifetime').map(([unit = '']) =>
    unit === 'words' ? unitInWords(requested) : (units[unit] ?? second),
  )
  const step = duration(lifetimes?.step)
  return {
    least: duration(lifetimes?.least),
    most: duration(lifetimes?.most),
    choices: lifetimes?.choices?.map((choice) => duration(choice) ?? 0),
    grain: [...steps, ...(step === undefined ? [] : [step])].reduce(leastCommonMultiple, 1),
  }
}

/** The smallest unit in which the lifetime is a number of at most six digits. */
function unitInWords(lifetime: number): number {
  return [second, minute, hour].find((unit) => lifetime / unit < 1e6) ?? day
}

/** The longest lifetime of `rule` that is not above `requested`, else the shortest. */
function nearest(requested: number, { least, most, choices, grain }: Rule): number {
  if (choices !== undefined) {
    const sorted = choices.toSorted((one, other) => one - other)
    return sorted.findLast((choice) => choice <= requested) ?? sorted[0] ?? requested
  }
  const shortest = Math.max(grain, Math.ceil((least ?? 0) / grain) * grain)
  const longest = Math.floor((most ?? requested) / grain) * grain
  const below = Math.floor(Math.min(requested, longest) / grain) * grain
  return Math.max(shortest, below)
}

/** The beginning of the day (UTC) of `end`; of the next day, where that is past. */
function wholeDays(end: number, now: number): number {
  const begun = Math.floor(end / day) * day
  return begun > now ? begun : begun + day
}

function leastCommonMultiple(one: number, other: number): number {
  let [divisor, rest] = [one, other]
  while (rest > 0) [divisor, rest] = [rest, divisor % rest]
  return (one / divisor) * other
}

function duration(text: string | undefined): number | undefined {
  return text === undefined ? undefined : readDuration(text)
}

function usage(message: string): ToknError {
  return new ToknError('usage', message, { sent: false })
}
