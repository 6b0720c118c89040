// English texts about logins and issues that were cut off, and about sessions that no profile has.
// Most are findings of `tokn doctor`; the fix of one is its hint.
import { instant } from './times.ts'

interface CutOff {
  readonly kind: 'login' | 'issue' | 'move'
  /** Of the profile that it was for, or of the token. */
  readonly name: string | undefined
  /** The profile with whose session a token was issued. */
  readonly parent: string | undefined
  /** Epoch milliseconds. */
  readonly at: number
}

/** `a login of "web" was cut off at 2026-02-20T10:53:31Z`: the others begin with this. */
export function cutOff({ kind, name, parent, at }: CutOff): string {
  const of = name === undefined ? '' : ` of "${name}"`
  const by = parent === undefined ? '' : ` with the session of "${parent}"`
  const what = { login: 'a login', issue: 'an issue', move: 'a move of the session' }[kind]
  return `${what}${of}${by} was cut off at ${instant(at)}`
}

export const beforeSending = (what: string) => `${what}, before anything was sent`

export const clientSent = (what: string, origin: string) =>
  `${what}, after the registration of a client was sent to ${origin}, and before a token was asked for`

export const clientTakenBack = (what: string) => `${what}; the client is removed there`

export const explained = (what: string, why: string) => `${what}: ${why}`

export const because = (what: string, why: string) => `${what}; ${why}`

export const loginLost = (what: string, end: string) =>
  `${what}: the provider may hold a session that tokn does not; ${end}`

export const givenLost = (what: string, end: string) =>
  `${what}: the refresh token that it was given may be spent, and what came in its place is lost: give it once more, and where it is refused make another one, and ${end}`

export const loginStored = (what: string) => `${what}: its session is stored`

export const loginReplaced = (what: string, end: string) =>
  `${what}: there was another login since, and the provider may hold the session of this one; ${end}`

export const loginNotStored = (what: string) => `${what}: its session was given, and is not stored`

export const loginStoredNow = (what: string, name: string) =>
  `${what}: its session is stored now, as "${name}"`

export const endAt = (origin: string, why: string | undefined) =>
  `end it at ${origin}${why === undefined ? '' : ` (${why})`}`

export const parentGone = (what: string, origin: string) =>
  `${what}: it may have made a token at ${origin}, and the profile that it was made with is gone`

export const parentEnded = (what: string, origin: string, parent: string) =>
  `${what}: it may have made a token at ${origin}, and the session of "${parent}", which could look it up, has ended`

export const parentNeeded = (what: string, parent: string) => ({
  message: `${what}: its reply is kept, and the session of "${parent}" is needed to read it`,
  hint: `tokn login ${parent} && tokn doctor --fix`,
})

export const notLookedUp = (what: string) => `${what}; whether it made a token was not looked up`

export const cannotLookUp = (what: string, origin: string) =>
  `${what}: it may have made a token at ${origin}, which does not list them`

export const madeNothing = (what: string) => `${what}: it made no token that is alive`

export const tokenKept = (what: string, name: string) => `${what}: its token is kept as "${name}"`

export const tokenKeptNow = (what: string, name: string) =>
  `${what}: its token is kept now, as "${name}"`

export const tokenNotKept = (what: string) => `${what}: its token was given, and not kept`

export const tokenNotAlive = (what: string) => `${what}: its token is no longer alive`

export const tokenUnheld = (what: string, id: string | undefined, origin: string) =>
  `${what}: it made a token${id === undefined ? '' : ` (${id})`} at ${origin} that nobody holds`

/** `name` is that of the token; `word` is its id as a shell takes it. */
export const mayHaveMade = (
  name: string | undefined,
  id: string,
  word: string,
  parent: string,
) => ({
  message: `an issue that was cut off may have made the token${quoted(name)} (${id}); if it did, its value is lost; if you hold it, it is another one, and must not be revoked`,
  hint: `tokn revoke ${word} -P ${parent}`,
})

export const mayHaveMadeOneOf = (
  name: string | undefined,
  tokens: ReadonlyArray<{ readonly id: string; readonly at: number | undefined }>,
  parent: string,
) => {
  const dated = tokens.map(({ id, at }) =>
    at === undefined ? id : `${id}, made at ${instant(at)}`,
  )
  return {
    message: `an issue that was cut off may have made a token${quoted(name)} whose value is lost; if it did, it may be one of: ${dated.join('; ')}`,
    hint: `compare with the tokens that you hold before you revoke any: tokn list ${parent}`,
  }
}

export const hasMade = (name: string | undefined, id: string, word: string, parent: string) => ({
  message: `an issue that was cut off has made the token${quoted(name)} (${id}), and its value is lost`,
  hint: `tokn revoke ${word} -P ${parent}`,
})

export const hasMadeOneOf = (ids: readonly string[], parent: string) => ({
  message: `an issue that was cut off has made one of the tokens ${ids.join(', ')}, and its value is lost`,
  hint: `tokn list ${parent}`,
})

export const notCleared = (why: string) => `${why}; what is left is cleared by: tokn doctor --fix`

export const replyIncomplete = () => 'the kept reply of the provider is not complete'

export const sessionsLeft = (count: number) =>
  `${count === 1 ? 'a session' : `${count} sessions`} of profiles that are gone; at the provider they may still be alive`

export const sessionsErased = (what: string) => `${what}; they are erased here`

export const restoreProfiles = (path: string) =>
  `restore the profiles (${path}.bak), or log in again`

export const sessionMoved = (name: string, store: string, former: string) =>
  `"${name}" keeps its session in the ${store} store, and the ${former} store has an earlier one`

export const onlyOne = (name: string, store: string, former: string) =>
  `"${name}" keeps its session in the ${store} store, where none is seen; the ${former} store has one`

export const sessionMissing = (name: string, store: string) =>
  `the session of "${name}" is no longer in the ${store} store`

export const missingForgotten = (what: string) => `${what}; it counts as logged out now`

export const movedErased = (what: string) => `${what}; it is erased`

export const sessionsOfOthers = (count: number, stores: readonly string[]) =>
  `${count === 1 ? 'a session is' : `${count} sessions are`} in ${stores.map((store) => `the ${store} store`).join(' and ')} that no profile here has: of another configuration, or of one that was lost`

export const sameSession = (name: string, other: string) =>
  `"${name}" and "${other}" have one and the same session`

export const separated = (what: string, name: string, owner: string) =>
  `${what}; it stays with "${owner}"; for the other one: tokn login ${name}`

function quoted(name: string | undefined): string {
  return name === undefined ? '' : ` "${name}"`
}
