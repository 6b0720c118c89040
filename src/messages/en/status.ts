// English texts about how sessions stand and when they end, for `tokn status` and warnings.
import { duration, instant } from './times.ts'

/** `next` is a command line. */
export const withNext = (sentence: string, next: string) => `${sentence}; next: ${next}`

/** `session` is `the session of "web"` or the like, `left` a duration, `until` an instant. */
export const endsAlone = (session: string, left: string, until: string) =>
  `${session} ends in ${left} (${until}) and cannot renew itself`
export const renewalEnds = (session: string, left: string, until: string) =>
  `what renews ${session} ends in ${left} (${until})`
export const credentialsEnd = (session: string, left: string, until: string) =>
  `the refresh token that renews ${session} ends in ${left} (${until}), and so may the credentials of its login: make new ones`
export const renewableUntil = (token: string, left: string, until: string) =>
  `${token} ends in ${left} (${until}); until then it can be renewed`

// What is wrong, as `tokn status` says it below a profile.

export const notLoggedIn = () => 'no session is known here'
export const indexUnread = () => 'what is known of the session cannot be read'
export const expired = (at: number) => `expired at ${instant(at)}, and cannot renew itself`
export const expiryUnknown = (at: number) =>
  `the token expired at ${instant(at)}; whether the session renews itself is not known`
export const clockWasSet = (at: number) =>
  `the token was obtained at ${instant(at)}, which is in the future: the clock was set back since`
export const refreshPending = () => 'a refresh is under way, or was cut off'

// The columns, and what stands in them.

export const titles = {
  profile: 'PROFILE',
  state: 'STATE',
  bar: 'LIFE',
  life: 'LEFT',
  provider: 'PROVIDER',
  where: 'WHERE',
  store: 'STORE',
  kept: 'KEPT',
}
export const states = {
  alive: 'alive',
  expiring: 'expiring',
  expired: 'expired',
  doubtful: 'doubtful',
  dead: 'dead',
  logged_out: 'logged out',
  unknown: 'unknown',
}
/** What is left of the token held; `renews` where another one is got when it is asked for. */
export const left = (time: number, renews: boolean) => {
  if (time > 0) return duration(time)
  return renews ? 'renews at next use' : `ended ${duration(time)} ago`
}
export const endless = 'does not expire'
export const endUnknown = 'not known'
/** `given` are the variables that a session is renewed by, if any. */
export const keeps = (kept: boolean | undefined, given: readonly string[] = []) =>
  kept === undefined
    ? 'not known'
    : [kept ? 'credentials' : 'tokens', ...given.map((one) => `renewed by ${one}`)].join(', ')

export const noSuchPlaceholder = (name: string, valid: string) => ({
  message: `--format knows nothing called {${name}}`,
  hint: `it has: ${valid}`,
})
export const unclosedPlaceholder = () => ({
  message: '--format has a { without a }',
  hint: 'write {{ for a brace: tokn status --help',
})
export const unopenedPlaceholder = () => ({
  message: '--format has a } without a {',
  hint: 'write }} for a brace: tokn status --help',
})
