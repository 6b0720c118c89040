// A session in words, and the next command to type for it: it has the name of its profile or, where
// it comes from the environment, that of the variable which gave it.
import { ToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import { words } from '../messages/words.ts'
import type { Ports } from './ports.ts'

/** A profile, or its session. */
export type Named = Pick<Profile, 'id' | 'name'>

export type SessionSource = 'store' | 'environment' | 'login'

// What begins the id of a session that no profile has: the variable that gave its token follows,
// or nothing, where the environment gave the credentials of a login.
const prefix = 'environment'

/** What a store takes for an id. */
const longestId = 64

/** The id of a session out of the environment; `variable` is the one that gave its token. */
export function idInEnvironment(variable?: string): string {
  if (variable === undefined) return prefix
  const id = `${prefix}-${variable.toLowerCase()}`
  // The variable of a profile with a very long name: the words do without it.
  return id.length > longestId ? `${prefix}-` : id
}

/** Where a session comes from: a store, a token in the environment, or a login made of variables. */
export function sourceOf({ id }: Pick<Profile, 'id'>): SessionSource {
  if (id === prefix) return 'login'
  return id.startsWith(`${prefix}-`) ? 'environment' : 'store'
}

/** Whether a session is there for one command alone, out of the environment. */
export function isFromEnvironment(session: Pick<Profile, 'id'>): boolean {
  return sourceOf(session) !== 'store'
}

/** A token in words: `the token of "web"`, `the token in TOKN_TOKEN`. */
export function tokenInWords(session: Named): string {
  if (!isFromEnvironment(session)) return words.session.tokenOf(session.name)
  const variable = variableOf(session)
  return variable === undefined ? words.session.tokenOfThisLogin() : words.session.tokenIn(variable)
}

/** Whose a token is, in words: `"web"`, `this login`. */
export function holderInWords(session: Named): string {
  return isFromEnvironment(session) ? words.session.thisLogin() : `"${session.name}"`
}

/** What holds a session, in words: `the session of "web"`, `the token in TOKN_TOKEN`. */
export function sessionInWords(session: Named): string {
  return isFromEnvironment(session) ? tokenInWords(session) : words.session.sessionOf(session.name)
}

/**
 * What a provider calls a token of this profile where the user names none: in the list of a project
 * it says which program, machine and profile it belongs to.
 */
export function usualTokenName(
  { requester }: Pick<Ports, 'requester'>,
  { name }: Pick<Profile, 'name'>,
): string {
  return `tokn/${requester.host}/${name}`
}

/** What to type, or to change, for another session; `flags` are for a login of a profile. */
export function nextLogin(session: Named, flags = ''): string {
  if (!isFromEnvironment(session)) return `tokn login ${session.name}${flags}`
  const variable = variableOf(session)
  return variable === undefined
    ? words.session.checkVariables()
    : words.session.changeToken(variable)
}

/** ` web` in a command to type; nothing where the environment says the same again. */
export function wordOf(session: Named): string {
  return isFromEnvironment(session) ? '' : ` ${session.name}`
}

/**
 * `error` with the name of the session in its hint: what lies below a session knows no names, and
 * says `tokn login` or `tokn list`. An error that needs a login, and has no hint, gets that one. For a session
 * of variables the hint names the variable to change.
 */
export function withName(error: unknown, session: Named): unknown {
  if (!(error instanceof ToknError)) return error
  const { code, message, details } = error
  const [first, ...further] = [details.hint].flat()
  const usual = code === 'reauth_required' ? nextLogin(session) : undefined
  const login = isFromEnvironment(session) ? /^.*\btokn login$/ : /\btokn login(?=$| --client-)/
  const named =
    first
      ?.replace(login, () => nextLogin(session))
      .replace(/\btokn list(?=$| --remote$)/, `tokn list${wordOf(session)}`) ?? usual
  if (named === undefined || named === first) return error
  const hint = further.length === 0 ? named : [named, ...further.filter((one) => one !== undefined)]
  return new ToknError(code, message, { ...details, hint, cause: error })
}

/** Runs `work`, and throws what it throws `withName`. */
export async function withNamedHints<Result>(
  session: Named,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw withName(error, session)
  }
}

function variableOf({ id }: Named): string | undefined {
  if (!id.startsWith(`${prefix}-`)) return undefined
  const name = id.slice(prefix.length + 1)
  return name === '' ? words.session.theEnvironment() : name.toUpperCase()
}
