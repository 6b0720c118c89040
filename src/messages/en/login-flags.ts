// English texts about the flags and questions of a login, before anything is sent.

export const tooLongOrOdd = () => 'a name, scope or audience is one line of 1 to 1024 characters'

export const notALastInstant = {
  noDay: (given: string) => `--expires-at "${given}" is not a day of the calendar`,
  noTime: (given: string) => `--expires-at "${given}" needs a time of day as well`,
  past: (given: string) => `--expires-at "${given}" is in the past`,
  other: (given: string) => `--expires-at "${given}" is not a valid time`,
}
export const writeItAs = (example: string) => `write it as ${example}`

export const notARedirectPort = (given: string) => ({
  message: `--redirect-port "${given}" is not a port number`,
  hint: 'a number up to 65535',
})
export const halfAPair = () => ({
  message: 'a client certificate and its key belong together',
  hint: 'give both --cert FILE and --key FILE; for private_key_jwt --cert and --private-key-file',
})
export const notAPair = (flag: string, form: string) => `${flag} takes ${form}`
export const emptyProvider = () => ({
  message: '--provider is empty',
  hint: 'give it one of: tokn provider list',
})

export const whichApi = () => 'Which API?'
/** Asked where a default profile is there, and nothing says whether that is meant. */
export const whereTo = () => 'Log in to what?'
export const usualProfile = (name: string) => `again to the default profile "${name}"`
export const noProviderNamed = (name: string, known: string) => ({
  message: 'no provider was named',
  hint: [
    `tokn login ${name} --provider ID, with one of: ${known}`,
    `an OAuth server: tokn login ${name} --issuer URL; an API that names its own: tokn login ${name} --resource URL`,
  ],
})
export const baseUrl = () => 'the base URL'
export const apiUrl = () => 'the API URL'
export const askBaseUrl = (title: string) => `Base URL of ${title}`
export const baseUrlTaken = (url: string) => `base URL taken as ${url}`

/** Where a login goes and what becomes of it; `host` is not known where that is asked for next. */
export const announcement = (
  title: string,
  host: string | undefined,
  profile: string,
  kept: { readonly store: string; readonly isUsual: boolean } | undefined,
) =>
  `to ${title}${host === undefined ? '' : ` at ${host}`}, as profile ${profile}, kept ${keptAt(kept)}`
const keptAt = (kept: { readonly store: string; readonly isUsual: boolean } | undefined) => {
  if (kept === undefined) return 'nowhere: it ends with this command'
  return kept.isUsual ? `in the ${kept.store}` : `in the ${kept.store} store`
}

/** What stays as it was answered while something is asked for again. */
export const keptAnswers = (answers: string) => `kept: ${answers}`
export const spendsAnother = (title: string) =>
  `each login spends one of those that ${title} allows, a refused one too, going by our own count`
export const notAgain = (why: string) => `it is not asked again: ${why}`

export const askProfileName = () => 'Name of the profile'

export const runInTerminal = () => 'run it in a terminal'
export const aToken = () => 'the token'
export const aPassword = () => 'the password'
export const noSecretAsked = () => 'this provider asks for no secret'
export const keepCredentials = () => 'Keep the credentials too, to log in again unattended?'
/** `why` ends a question or a writing that came after the session was stored. */
export const keptWithout = (why: string, profile: string) =>
  `${why}; the session of "${profile}" is kept, without the credentials`
export const notKept = () =>
  'the credentials are not kept: another login has replaced this session in the meantime'
export const keepFlags = () => '--remember or --no-remember'

export const sameTwice = (name: string) =>
  `--username and --set ${name}=... say the same: give one of them`
/** `flag` is one that this login does not read, and `purpose` what it is for. */
export const unread = (flag: string, purpose: string, hint: string = `leave ${flag} out`) => ({
  message: `${flag} is for ${purpose}`,
  hint,
})
export const purposes = {
  login: () => 'a login, and --with-token takes a token that is made already',
  loginAgain: () => 'a login that can be made again, and a refresh token was made by another one',
  accessToken: () => 'a token that is taken as it is, and this one is refreshed at once',
  budget: (title: string) => `a provider that allows a number of logins; ${title} counts none`,
  definition: (title: string) =>
    `a provider that is made by a definition; ${title} is made by none`,
  userName: (title: string) => `a login with a username or an email; ${title} has no such field`,
  browser: (title: string) => `a login in a browser; that of ${title} opens none`,
  person: () => 'a login by a person, which this one is not',
  flow: () => 'another flow than that of this login',
}
export const asksFor = (fields: string) => `it asks for ${fields}`
export const choosePersonFlow = () => 'leave it out, or choose --flow code or device'
export const chooseItsFlow = () => 'leave it out, or choose the flow that reads it with --flow'

export const replaces = (name: string, place: string) => `"${name}" holds a session of ${place}`
export const askToReplace = (what: string, other: string) =>
  `${what}. Replace it by one of ${other}?`
export const notAgreedToReplace = () => ({
  message: 'nothing was changed',
  hint: 'to replace it without a question: --yes; else name another profile',
})
export const wouldReplace = (what: string, other: string, name: string) => ({
  message: `${what}, which a login to ${other} would replace`,
  hint: `name another profile, or end it first: tokn logout ${name}; --yes replaces it all the same`,
})
/** `resource` is the one that the login began at. */
export const place = (provider: string, origin: string | undefined, resource: string | undefined) =>
  `"${provider}"${origin === undefined ? '' : ` at ${origin}`}${resource === undefined ? '' : ` for ${resource}`}`

/** `until` says when it ends by itself, where that is known. */
export const askToEndReplaced = (title: string, until: string | undefined) =>
  `The token that this login replaced is still alive at ${title}${until === undefined ? '' : ` (it ${until})`}. Revoke it?`
/** After a question that nobody answered; the session was stored before. */
export const replacedUnanswered = (why: string, profile: string, title: string) =>
  `${why}; the new session of "${profile}" is kept, and the token before is still alive at ${title}`
/** Where nobody can be asked. `command` is one that ends it. */
export const replacedAlive = (title: string, until: string | undefined, command: string) =>
  `the token that this login replaced is still alive at ${title}${until === undefined ? '' : ` (it ${until})`}; to end it: ${command}`
export const replacedEnded = ({
  revoked,
  verified,
  unverified,
  alive,
}: {
  readonly revoked: boolean
  readonly verified: boolean
  readonly unverified?: string | undefined
  readonly alive?: string | undefined
}) => {
  if (alive !== undefined) return `the token before may still be alive: ${alive}`
  if (!revoked) return 'the token before had ended already'
  const proof = verified ? ', and seen to work no more' : `, not verified: ${unverified ?? ''}`
  return `the token before is revoked${proof.replace(/: $/, '')}`
}
export const replacedStays = (why: string) => `the token before was not revoked: ${why}`
export const nextEnded = (profile: string) =>
  `its provider has ended the new session as well: tokn login ${profile}`

export const nextCommand = (profile: string) => `next: tokn token ${profile}`
