// English texts about tokens that were made elsewhere and are pasted in.

export const quotes = () => 'the quotes around it'
export const label = (label: string) => `"${label}" before it`
export const tookOff = (removed: readonly string[]) => `took off ${removed.join(' and ')}`

/** `problem` completes "which". */
export const noToken = (what: string, problem: string) => ({
  message: `${what} is expected, and what was given ${problem}`,
  hint: "give the token alone, or the provider's whole reply as JSON",
})
export const isPem = () => 'is a key or a certificate'
export const isPage = () => 'is a page or markup'
export const isCommand = () => 'is a command line'
export const hasLines = () => 'has several lines'
export const isList = () => 'is a list, or JSON without an object'
export const isUrl = () => 'is a URL'
export const hasQuotes = () => 'has quotes in it'
export const isNothing = () => 'is the word for nothing'
export const isYesOrNo = () => 'is a word for yes or no'
export const isLabel = () => 'is what stands before a token, without one'
export const isPlaceholder = () => 'stands for a token and is none'
export const isAssignment = () => 'is a variable with its value'
export const hasBlanks = () => 'has blanks in it'
export const isCut = () => 'is cut short, or cut out of something'

/** `names` are those of fields in a reply. */
export const notAReply = (title: string, names: readonly string[]) => ({
  message: `the JSON is not a reply of ${title} with a token`,
  hint: names.length === 0 ? 'paste the token alone' : `it is looked for in: ${names.join(', ')}`,
})
export const boundToKey = (title: string) => ({
  message: `the token of ${title} is bound to a key (DPoP) that is not here`,
  hint: 'log in without --with-token',
})
export const onlyWhole = (title: string) => ({
  message: `a token of ${title} alone is not taken: there are none made by hand`,
  hint: "paste the API's whole reply to a login, as JSON; or log in without --with-token",
})

export const howToLogIn = (title: string) => `How to log in to ${title}?`
export const byLogin = () => 'with credentials'
export const byPage = () => 'as a person, in a browser or by a code'
export const byToken = () => 'paste a token that was made at the provider'
export const askToken = (title: string) => `Token of ${title} (or its whole reply, as JSON)`
export const askRefresh = () => 'Its refresh token (empty: none)'
export const askOnlyRefresh = (title: string) => `Refresh token of ${title}`
export const aRefreshToken = () => 'a refresh token'
export const documentForRefresh = () => ({
  message: 'the refresh token is expected alone',
  hint: 'a whole reply, as JSON, is the answer to the question before',
})
export const refreshTokenAlone = () => ({
  message: 'the refresh token is expected alone',
  hint: 'a whole reply, as JSON, is taken with --with-token',
})
export const partOfDocument = () => ({
  message: 'that is not a whole JSON document',
  hint: 'or from a file: tokn login NAME --with-token < FILE',
})
export const askEnd = () => 'When does it end: 90d, or 2027-01-31T00:00:00Z (empty: not known)'
export const cannotRefreshWithout = (names: readonly string[], how: string) =>
  `the session cannot be refreshed without ${names.join(', ')}: ${how}`

export const notAnEnd = () => 'that is neither a duration nor an instant that is to come'

/** `said` and `known` are instants. */
export const otherEnd = (said: string, known: string, taken: string) =>
  `the token is said to end at ${said}, and by itself ends at ${known}; ${taken} counts`

export const checked = (title: string) => `checked with ${title}: the token is accepted`
export const nothingToAsk = (title: string) => `not checked: ${title} has no way to ask`
export const notChecked = (title: string, why: string) =>
  `the token was not checked with ${title}: ${why}`
export const refused = (title: string, why: string | undefined) =>
  why?.startsWith(`${title} does not accept the token`) === true
    ? why
    : `${title} does not accept the token${why === undefined ? '' : `: ${why}`}`
export const notKept = (refused: string) => ({
  message: `${refused}; it was not stored`,
  hint: 'make another one at the provider',
})
export const keepAnyway = (refused: string) => `${refused}. Keep it anyway?`
export const notStored = () => 'nothing was stored'

export const moreNeeded = (title: string, name: string) => ({
  message: `a refresh at ${title} takes more of a session than its refresh token`,
  hint: `give the API's whole reply to a login, as JSON: tokn login ${name} --with-token < FILE`,
})
export const keptNowhere = (store: string) => ({
  message: `a refresh may end the refresh token, and the ${store} store would keep the next one nowhere`,
  hint: 'choose a store that lasts with --store, or set TOKN_REFRESH_TOKEN for one command',
})
export const waitsForAnswer = () =>
  'the refresh token is with the server: this ends as soon as what comes in its place is kept'

export const maybeSpent = () =>
  'the refresh token may be spent: give it once more, and where it is refused make another one'
export const noSuccessor = (title: string) =>
  `${title} gave no refresh token in place of the one that was spent: the session ends with its access token`

export const successorLost = (title: string) => ({
  message: `a refresh at ${title} ends the refresh token, and the next one would be kept nowhere: the one in TOKN_REFRESH_TOKEN is good for one command alone`,
  hint: 'keep the pair in a store: tokn login NAME --with-token',
})
export const successorNotKept = (title: string) =>
  `${title} gave a new refresh token, which is kept nowhere: the one in TOKN_REFRESH_TOKEN may be spent; keep the pair in a store: tokn login NAME --with-token`
export const refreshedForThis = (title: string, limit: number) =>
  `this command made an access token by itself, and ${title} allows ${limit} at a time: make one for a job, with TOKN_TOKEN="$(tokn token)"`

export const scopesUnknown = (token: string) =>
  `what ${token} may do is not known, and a replacement could be allowed more`
export const replacedAndRevoked = (id: string) =>
  `the token that was pasted in (${id}) was replaced and revoked`
export const replacedAndValid = () =>
  'the token that was pasted in was replaced and stays valid: its id is not known'
