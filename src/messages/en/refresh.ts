// English texts about refreshes. `token`, `session` and `holder` are phrases that name those:
// `the token of "web"`, `the session of "web"`, `"web"`; `login` is the command for a new login.

export const keptInJournal = (problem: string) =>
  `the new token could not be stored yet (${problem}); it is kept, and the next command uses and stores it`

export const stillInJournal = (problem: string) =>
  `the token still could not be stored (${problem}); it is used from where it is kept`

export const endNotStored = (problem: string) =>
  `could not store that the session has ended (${problem})`

export const refusalNotRecorded = (problem: string) =>
  `could not record that the kept credentials were refused (${problem})`

export const failed = () => 'the refresh failed'

export const usingCurrent = (problem: string) =>
  `${problem}; using the current token, which has not expired`

export const mayBeReplaced = (holder: string) =>
  `a refresh of ${holder} got no answer; the current token has not expired, but may have been replaced`

export const noAnswer = (problem: string | undefined) =>
  `a refresh got no answer${problem === undefined ? '' : `: ${problem}`}`

export const refusedAfterLoss = (holder: string, problem: string) =>
  `an earlier refresh of ${holder} got no answer, and the provider no longer accepts its tokens: ${problem}`

export const lockLost = () => ({
  message: 'the lock of this session was lost to another process',
  hint: 'run the command again',
})

export const noTimeLeft = () => ({
  message: 'there was no time left to ask the provider',
  hint: 'try again, or wait longer with --timeout',
})

export const refreshTokenUnreadable = () =>
  'the provider gave a new refresh token that cannot be read'

export const refreshTokenNotReplaced = () =>
  'the provider replaces the refresh token at each refresh, and gave no new one'

export const previousStillValid = (id: string, problem: string) =>
  `the previous token (${id}) is still valid: ${problem}`

export const credentialsPaused = (problem: string, refusedAt: string, until: string) =>
  `${problem}; the kept credentials were refused at ${refusedAt} and are not tried again before ${until}`

/** As `credentialsPaused`, of secrets in variables and files. */
export const secretsPaused = (problem: string, refusedAt: string, until: string) =>
  `${problem}; what is given for a login was refused at ${refusedAt} and is not tried again before ${until}`

export const expiredWithoutRefresh = (token: string, provider: string) =>
  `${token} has expired, and ${provider} has no refresh`

/** What is said of a token, where it has `expired` too: somebody has to know that first. */
const subject = (token: string, expired: boolean) => (expired ? `${token} has expired; it` : token)

export const mayNotReissue = (token: string, scope: string, expired: boolean) =>
  `${subject(token, expired)} may not issue its own replacement: it lacks the scope "${scope}"`

export const noWayToRefresh = (provider: string) => `${provider} has no way to refresh a token`

export const noRefreshToken = (provider: string) => `${provider} gave no refresh token`

export const madeElsewhere = (token: string, expired: boolean) =>
  `${subject(token, expired)} was made elsewhere and cannot be refreshed`

export const pastedIn = (token: string, expired: boolean) =>
  `${subject(token, expired)} was pasted in and cannot be refreshed`

export const expiredAnd = (token: string, problem: string) => `${token} has expired, and ${problem}`

export const expiredAndStuck = (token: string) => `${token} has expired and cannot renew itself`

export const olderCopy = (stored: number, known: number) =>
  `what is stored is an older copy (generation ${stored}, and ${known} is known), and its refresh token is spent`
export const sessionEnded = (
  session: string,
  since: string | undefined,
  why: string | undefined,
) => {
  const known = since === undefined ? '' : ` (known since ${since})`
  return `${session} has ended${known}: ${why ?? 'the reason is not known'}`
}

export const lastOfItsKind = (token: string, why: string, login: string) =>
  `${token} has not expired, but cannot be refreshed: ${why}; before it expires: ${login}`

export const useThere = () =>
  'use it there; where that is a store of many machines, with TOKN_STORE_URL set to its address'

export const expiredAt = (token: string, at: string) => `${token} expired at ${at}`

export const expired = (token: string) => `${token} has expired`

export const shorterThanAsked = (session: string) => ({
  message: `the provider gives ${session} a shorter life than asked for`,
  hint: 'ask for less with --min-ttl',
})

export const obtainedInFuture = (profile: string, obtainedAt: string) => ({
  message: `the token of "${profile}" was obtained at ${obtainedAt}, which is in the future: the clock was changed since, and when the token expires is not known`,
  hint: `tokn refresh ${profile}`,
})

export const tooLittleLeft = (token: string, left: string | undefined, needed: string) =>
  `${token} has ${left ?? 'unknown'} left, less than the ${needed} asked for`

export const expiredOnArrival = (holder: string) => ({
  message: `the provider gave ${holder} a token that had already expired when it arrived`,
  hint: 'check whether the clocks differ: tokn doctor; if they do not, the provider has to fix it',
})

export const shortLived = (holder: string, life: string) => ({
  message: `the provider gave ${holder} a token that lived for no more than ${life}, and has expired`,
  hint: 'try again in a few seconds; if the provider can give tokens a longer life, set that there',
})

// The process that refreshes, and what is told when it does not.

/** `end` is an exit status, the name of a signal, or `not started`. */
export const refresherFailed = (end: number | string) => ({
  message: `the process that refreshes ${howItEnded(end)}`,
  hint: 'run the command again: whatever it had received is kept',
})

function howItEnded(end: number | string): string {
  if (end === 'not started') return 'could not be started'
  if (end === 0) return 'gave no answer'
  return typeof end === 'number' ? `ended with status ${end}` : `ended with ${end}`
}

export const tooLate = () => ({
  message: 'the refresh did not end in time',
  hint: 'run the command again: it goes on from there; or wait longer with --timeout',
})

export const notForUsers = () =>
  'this is for tokn itself: it refreshes a session for another process'

export const profileChanged = (profile: string) => `the profile "${profile}" has changed meanwhile`

export const bug = (where: string) => `the refresh failed because of a bug (${where})`

export const endedAfterRefresh = (signal: string) =>
  `ended by ${signal}, after the refresh under way`

export const moved = (profile: string, store: string) => ({
  message: `the session of "${profile}" has moved to the ${store} store meanwhile`,
  hint: 'run the command again',
})
