import type { Profile } from '../core/profile.ts'

// What begins the id of a session that no profile has: the variable that gave its token follows,
// or nothing, where the environment gave the credentials of a login.
const mark = 'environment'

/** What a store takes for an id. */
const longestId = 64

type Named = Pick<Profile, 'id' | 'name'>

/** The id of a session out of the environment; `variable` is the one that gave its token. */
export function idInEnvironment(variable?: string): string {
  if (variable === undefined) return mark
  const id = `${mark}-${variable.toLowerCase()}`
  // The variable of a profile with a very long name: the words do without it.
  return id.length > longestId ? `${mark}-` : id
}

/** Whether a session is there for one command alone, out of the environment. */
export function isFromEnvironment({ id }: Pick<Profile, 'id'>): boolean {
  return id === mark || id.startsWith(`${mark}-`)
}

/** A token in words: `the token of "web"`, `the token in TOKN_TOKEN`. */
export function tokenInWords(profile: Named): string {
  if (!isFromEnvironment(profile)) return `the token of "${profile.name}"`
  const variable = variableOf(profile)
  return variable === undefined ? 'the token of this login' : `the token in ${variable}`
}

/** Whose a token is, in words: `"web"`, `this login`. */
export function holderInWords(profile: Named): string {
  return isFromEnvironment(profile) ? 'this login' : `"${profile.name}"`
}

/** What holds a session, in words: `the session of "web"`, `the token in TOKN_TOKEN`. */
export function sessionInWords(profile: Named): string {
  return isFromEnvironment(profile) ? tokenInWords(profile) : `the session of "${profile.name}"`
}

/** What to type, or to change, for another session; `flags` are for a login of a profile. */
export function nextLogin(profile: Named, flags = ''): string {
  if (!isFromEnvironment(profile)) return `tokn login ${profile.name}${flags}`
  const variable = variableOf(profile)
  return variable === undefined
    ? 'check the TOKN_ variables that this login is made of: tokn help environment'
    : `give another one in ${variable}`
}

/** ` web` in a command to type; nothing where the environment says the same again. */
export function wordOf(profile: Named): string {
  return isFromEnvironment(profile) ? '' : ` ${profile.name}`
}

function variableOf({ id }: Named): string | undefined {
  if (!id.startsWith(`${mark}-`)) return undefined
  return id.length > mark.length + 1 ? id.slice(mark.length + 1).toUpperCase() : 'the environment'
}
