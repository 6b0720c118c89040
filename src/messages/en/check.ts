// English texts about what `tokn check` finds. `token` is `the token of "web"` or the like.

export const good = (token: string, expires: string) => `${token} is good, ${expires}`

export const ended = (session: string, since: string, why: string) =>
  `${session} has ended (known since ${since}): ${why}`
export const clockWasSet = (token: string, obtained: string) =>
  `${token} was obtained at ${obtained}, which is in the future: the clock was set back since, and when the token expires is not known`
export const refreshPending = (token: string) =>
  `a refresh of ${token} was cut off, and its answer waits for the next command`
export const expired = (token: string, at: string) => `${token} expired at ${at}`
export const expiring = (token: string, left: string) => `${token} is about to expire: ${left} left`
export const tooShort = (token: string, left: string, needed: string) =>
  `${token} has ${left} left, less than the ${needed} asked for`

export const neverSoLong = (tooShort: string) => ({
  message: `${tooShort}; the next one of this session would not either`,
  hint: 'ask for less with --min-ttl, or log in with a longer --expires-in where the API takes one',
})

export const inactive = (token: string) => `the provider says that ${token} is no longer active`
export const olderCopy = (token: string, why: string) => `${token} is not the latest: ${why}`
export const saidInactive = () => 'the provider says that the token is no longer active'
export const notTold = (title: string) => ({
  message: `${title} does not say whether this token is active`,
  hint: 'leave --online out',
})

export const scopesUnknown = (token: string) => ({
  message: `the scopes of ${token} are not known`,
  hint: 'leave --scope out; some providers tell the scopes with --online',
})
export const scopesMissing = (token: string, scopes: string) => `${token} does not have: ${scopes}`

export const someFailed = (failed: number, all: number, worst: string) =>
  `${failed} of ${all} sessions failed the check: ${worst}`
export const nobodyLoggedIn = () => ({
  message: 'no profile is logged in',
  hint: 'tokn login NAME --provider PROVIDER',
})
export const noSession = () => ({
  message: 'there is no session to check: the variables are those of a login',
  hint: 'name a profile: tokn check PROFILE',
})
