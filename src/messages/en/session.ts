// English texts about profiles and their sessions.
import { didYouMean } from './core.ts'

export const tokenOf = (name: string) => `the token of "${name}"`

export const tokenIn = (variable: string) => `the token in ${variable}`

export const tokenOfThisLogin = () => 'the token of this login'

export const sessionOf = (name: string) => `the session of "${name}"`

/** Whose a token is that a login from the environment has made. */
export const thisLogin = () => 'this login'

/** Stands for a variable whose name is not known. */
export const theEnvironment = () => 'the environment'

export const changeToken = (variable: string) => `give another one in ${variable}`

export const checkVariables = () =>
  'check the TOKN_ variables that this login is made of: tokn help environment'

export const twoProfiles = () => ({
  message: 'two profiles were named, one with -P and one without',
  hint: 'name one',
})

export const noneNamed = (names: readonly string[]) => ({
  message: 'no profile was named, and none is the default',
  hint: ['tokn profile use NAME', `or name one: ${names.join(', ')}`],
})

/** Where profiles are looked for, and the flag or variable that says so. */
interface Place {
  readonly folder: string
  readonly chosenBy: string | undefined
}

const inPlace = (place: Place | undefined) => {
  if (place === undefined) return ''
  const { folder, chosenBy } = place
  return ` in ${folder}${chosenBy === undefined ? '' : `, which ${chosenBy} names`}`
}

export const noProfiles = (place: Place | undefined) => ({
  message: `there is no profile yet${inPlace(place)}`,
  hint: 'tokn login NAME --provider PROVIDER',
})

/** `any`: there are others. */
export const unknownProfile = (
  name: string,
  near: readonly string[],
  any: boolean,
  place: Place | undefined,
) => ({
  message: any
    ? `there is no profile "${name}"${place?.chosenBy === undefined ? '' : inPlace(place)}`
    : `there is no profile "${name}", nor any other${inPlace(place)}`,
  hint:
    near.length === 0
      ? [
          `tokn login ${name} --provider PROVIDER`,
          ...(any ? ['or see those that there are: tokn profile list'] : []),
        ]
      : didYouMean(...near),
})

export const profilesUnread = (why: string) => `the profiles were not read: ${why}`

export const removedOrLocked = (name: string, store: string) => ({
  message: `the entry of "${name}" was removed from the ${store}, or the ${store} was locked a moment ago`,
  hint: `try again; if that does not help: tokn login ${name}`,
})

export const notLoggedIn = (name: string) => ({
  message: `"${name}" is not logged in`,
  hint: `tokn login ${name}`,
})

/** `usual` is the store that the profile names. */
export const inAnotherStore = (name: string, store: string, usual: string) => ({
  message: `there is no session of "${name}" in the ${store} store; by its profile it is in the ${usual} store`,
  hint: `leave out --store and TOKN_STORE; or to keep one there: tokn login ${name} --store ${store}`,
})

export const damaged = (name: string) => ({
  message: `the stored session of "${name}" is damaged`,
  hint: `tokn login ${name}`,
})

/** `part` is what has changed since the login: `base URL`. */
export const profileChanged = (
  name: string,
  part: string,
  kept: string | undefined,
  current: string | undefined,
) => {
  const now = current === undefined ? 'has no' : `now has "${current}" as`
  const then = kept === undefined ? 'was made without one' : `belongs to "${kept}"`
  return {
    message: `profile "${name}" ${now} ${part}, but its session ${then}`,
    hint: `if you made this change: tokn login ${name}`,
  }
}

export const definitionChanged = (provider: string, name: string) => ({
  message: `the definition of provider "${provider}" has changed since "${name}" logged in`,
  hint: `if this change is right: tokn login ${name}`,
})

export const originAdded = (provider: string, origin: string, name: string) => ({
  message: `provider "${provider}" now uses ${origin}, which the session of "${name}" is not bound to`,
  hint: `if this change is right: tokn login ${name}`,
})

export const credentialsInUrl = () =>
  'refusing to send the token to a URL with a user or password in it'

/**
 * `change` is how another origin is allowed: a command, or a variable. `owner` is the profile whose
 * token is sent there.
 */
export const foreignOrigin = (
  origin: string,
  allowed: readonly string[],
  change: string,
  owner: string | undefined,
) => ({
  message: `refusing to send the token to ${origin}`,
  hint:
    owner !== undefined
      ? `${origin.replace('https://', '')} is a host of the profile "${owner}": tokn curl ${owner} -- ...`
      : allowed.length === 0
        ? `say where it may be sent with ${change}`
        : `its session is bound to: ${allowed.join(', ')}; bind another with ${change}`,
})

/** `holder` is whose token it is: `"web"`, `this login`. */
export const noIdToken = (holder: string, request: string) => ({
  message: `the provider gave ${holder} no ID token`,
  hint: `ask for it with: ${request}`,
})

export const idTokenOld = (holder: string) => `the ID token of ${holder} is too old`

interface Use {
  readonly title: string
  readonly kind: 'logins' | 'refreshes'
  readonly used: number
  readonly limit: number
}

export const lastOfBudget = (use: Use, command: string) => ({
  message: `${allowance(use)}; ${use.used} are used, and the next one is the last`,
  hint: `to spend it all the same: ${command}`,
})

export const budgetSpent = (use: Use) =>
  `${allowance(use)}, and ${use.used} are used: ${use.kind === 'logins' ? 'no login is left' : 'no refresh is left for now'}`

export const freeAgain = (at: string) =>
  `one is free again when the oldest of its tokens ends: ${at}`

export const countKept = (why: string) =>
  `the count of refreshes goes on from the login before: ${why}`

function allowance({ title, kind, limit }: Use): string {
  const what = kind === 'logins' ? 'refresh tokens' : 'access tokens of this refresh token'
  return `${title} allows ${limit} ${what}`
}

type Operation = 'login' | 'refresh' | 'issue' | 'list' | 'revoke' | 'info' | 'logout'

const deeds: Readonly<Record<Operation, string>> = {
  login: 'log in',
  refresh: 'refresh a token',
  issue: 'issue a token',
  list: 'list tokens',
  revoke: 'revoke a token',
  info: 'ask about a token',
  logout: 'end a session',
}

export const unsupported = (title: string, operation: Operation) =>
  `${title} has no way to ${deeds[operation]}`

const purposes: Readonly<Record<Operation, string>> = {
  login: 'log in',
  refresh: 'refresh it',
  issue: 'issue tokens',
  list: 'list tokens',
  revoke: 'revoke tokens',
  info: 'ask about it',
  logout: 'end its session',
}

/** `token` is it in words: `the token of "web"`. */
export const lacksScope = (token: string, operation: Operation, scope: string) =>
  `${token} may not be used to ${purposes[operation]}: it lacks the scope "${scope}"`

export const notProlonged = (profile: string, why: string) =>
  `it could not be noted that use has prolonged the session of "${profile}": ${why}`
/** `profile` is one whose definition can be told where the scopes are. */
export const scopesNotListed = (title: string, docs: string, profile: string | undefined) => ({
  message: `nothing here says which scopes ${title} has; its documents may: ${docs}`,
  ...(profile !== undefined && {
    hint: `where it lists them at a path: tokn login ${profile} --override scopes.list=/PATH`,
  }),
})
export const noScopes = (title: string, docs: string) => ({
  message: `no scopes can be asked for of ${title}: what a token may do is decided where its user or key is set up; see ${docs}`,
})
/** `scopes` are those of `token`; undefined where they are not known, none where it has no limit. */
export const takesScope = (
  operation: Operation,
  scope: string,
  token: string,
  scopes: readonly string[] | undefined,
) => {
  const takes = `to ${deeds[operation]} takes the scope "${scope}"`
  if (scopes === undefined) return `${takes}; which ones ${token} has is not known`
  return scopes.length === 0
    ? `${takes}; ${token} was made without limits, so it is its user who may not`
    : `${takes}; ${token} has: ${scopes.join(', ')}`
}

export const limitedSession = (
  session: string,
  lacks: ReadonlyArray<{ readonly operations: readonly string[]; readonly scope: string }>,
  login: string,
) => {
  const parts = lacks.map(
    ({ operations, scope }) => `${operations.join(', ')} (it lacks the scope "${scope}")`,
  )
  return `${session} cannot be used for ${parts.join('; ')}; for that: ${login}`
}

export const widerToken = (scopes: string) => `make one that has it, or: TOKN_SCOPE="${scopes}"`

export const notAsked = () => 'not asked to'

export const notInList = (title: string) => `${title} does not list the token that is held`

export const saysNothing = (title: string) => `${title} says nothing about this token`

export const restIsUntold = (title: string) =>
  `${title} says it only to who shows the refresh token, which the process that holds this session keeps`

export const stillLoggedIn = (name: string) => ({
  message: `"${name}" is still logged in, and its tokens would be left behind`,
  hint: `tokn logout ${name} && tokn profile remove ${name}`,
})

export const damagedProfileRemoved = () =>
  'the profile was damaged, so the provider could not be told'

export const storeUnseen = (store: string, why: string) =>
  `whether the ${store} store has a session of it could not be seen: ${why}`

export const listCutShort = (count: number, why: string) =>
  `the list ends after ${count} tokens, and there may be more: ${why}`
