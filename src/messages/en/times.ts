// English texts about instants, durations and expiries: all that is said of them is said here.
// Instants are epoch milliseconds, durations milliseconds.

/** When a token ends, in the shape of `Expiry` in core. */
export type End =
  | {
      readonly state: 'at'
      readonly at: number
      readonly sliding?: boolean
      readonly assumed?: true
    }
  | { readonly state: 'never' }
  | { readonly state: 'unknown' }

const units = [
  ['y', 31_536_000],
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const

/** RFC 3339 in UTC, whole seconds: `2026-02-20T10:53:31Z`. */
export const instant = (at: number) => new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z')

/** `2h 5m`, `41s`, `89d`: two units at most. Takes the absolute value. */
export function duration(time: number): string {
  const whole = Math.floor(Math.abs(time) / 1_000)
  const at = units.findIndex((one) => whole >= one[1])
  const larger = units[at]
  if (larger === undefined) return '0s'
  const first = `${Math.floor(whole / larger[1])}${larger[0]}`
  const smaller = units[at + 1]
  const rest = whole % larger[1]
  if (smaller === undefined || rest < smaller[1]) return first
  return `${first} ${Math.floor(rest / smaller[1])}${smaller[0]}`
}

/** When something ends, as seen from `now`: `in 2h 5m`, `3d ago`, `never`, `unknown`. */
export function when(end: End, now: number): string {
  if (end.state !== 'at') return end.state
  const left = end.at - now
  return left > 0 ? `in ${duration(left)}` : `${duration(left)} ago`
}

function ends(end: End & { readonly state: 'at' }, now: number): string {
  return `${end.at <= now ? 'expired' : 'expires'} ${when(end, now)}`
}

/** `expires in 2h 5m`, `expires in 2h 5m (assumed)`, `expired 3d ago`, `does not expire`, `expiry unknown`. */
export function expires(end: End | undefined, now: number): string {
  if (end === undefined || end.state === 'unknown') return 'expiry unknown'
  if (end.state === 'never') return 'does not expire'
  return `${ends(end, now)}${end.assumed === true ? ' (assumed)' : ''}`
}

/** As `expires`, with the instant: `expires in 2h 5m (2026-02-20T10:53:31Z); use prolongs it`. */
export function expiresExactly(end: End | undefined, now: number): string {
  if (end?.state !== 'at') return expires(end, now)
  const sliding = end.sliding === true ? '; use prolongs it' : ''
  const assumed = end.assumed === true ? ', assumed: the reply did not say' : ''
  return `${ends(end, now)} (${instant(end.at)}${assumed})${sliding}`
}

/** Of what is left of a life: `2h 5m left`, `expired`. */
export const remaining = (left: number) => (left > 0 ? `${duration(left)} left` : 'expired')

/** For `when` of a token that, by the clock of this machine, was made in the future. */
export const clockWasSet = () => 'unknown: the clock was set since'

/** For a life that is asked for or given in seconds, and was shorter than that. */
export const wholeSeconds = (time: number) => duration(Math.ceil(time / 1_000) * 1_000)
