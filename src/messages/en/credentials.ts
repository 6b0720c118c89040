// English texts about the credentials of a login that are kept with its session.

/** What is kept with a session, beside its access token; `proofs` are names of fields. */
export const kept = (credentials: boolean, refresh: boolean, proofs: readonly string[] = []) => {
  const parts = [
    ...(refresh ? ['a refresh token'] : []),
    ...(credentials ? ['the credentials of the login'] : []),
    ...proofs.map((name) => `the ${name.replaceAll('_', ' ')} that it is useless without`),
  ]
  return parts.length === 0 ? 'the token alone' : parts.join(' and ')
}

/** `renewal` says what still renews the session, if anything does. */
const after = {
  refresh: 'the session refreshes itself',
  reissue: 'the session renews itself as long as its token is good',
  login: 'the session renews itself',
}
const renewed = (renewal: keyof typeof after | undefined, name: string) =>
  renewal === undefined
    ? `it lasts as long as its token; after that: tokn login ${name}`
    : `${after[renewal]}; once it has ended: tokn login ${name}`
export const forgotten = (name: string, renewal: keyof typeof after | undefined) =>
  `the credentials of "${name}" are forgotten; ${renewed(renewal, name)}`
export const noneKept = (name: string, renewal: keyof typeof after | undefined) =>
  `no credentials were kept of "${name}"; ${renewed(renewal, name)}`

export const stillSealed = () =>
  'a refresh has kept its tokens, and the credentials with them, where the store does not have them'

export const unchanged = (why: string) => `${why}; what is kept is as it was`
