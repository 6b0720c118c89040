// English texts about tokens that are listed, issued and revoked.

export const beingIssued = (name: string) => ({
  message: `another process is issuing the token of "${name}"`,
  hint: 'wait for it to end, then look: tokn profile list',
})

export const nameTaken = (name: string) => ({
  message: `there is a profile "${name}" already`,
  hint: `choose another name, or: tokn logout ${name} && tokn profile remove ${name}`,
})

export const nothingKept = () => ({
  message: 'nothing of this session is kept, and neither would the token be',
  hint: 'log in with: tokn login, or leave out --save-as',
})

export const finishedEarlier = () =>
  'this is the token of an issue that was cut off; no other was made'

export const cannotLookUp = (name: string) =>
  `an issue of "${name}" was cut off, and whether it made a token cannot be looked up; see: tokn doctor`

export const otherGrant = (name: string) => ({
  message: `an issue of "${name}" was cut off that asked for something else`,
  hint: 'tokn doctor --fix',
})

export const issuedNotStored = (why: string) => ({
  message: `the token was issued, but could not be stored yet: ${why}`,
  hint: 'tokn doctor --fix',
})

export const issuedLost = (why: string) => ({
  message: `the token was issued, and is lost, because it could not be stored anywhere: ${why}`,
  hint: 'tokn list',
})

export const nothingNamed = () => ({ message: 'that names no token', hint: 'tokn list' })

export const ambiguous = (word: string, ids: readonly string[]) => ({
  message: `"${word}" could be ${ids.length} tokens: ${ids.join(', ')}`,
  hint: 'name one of them by its full id',
})

export const nameless = () => 'one without a name'

export const notSentAsId = (word: string) =>
  `"${word}" is not sent as the id of a token, since no list shows that it is one`

export const notIdOrName = (word: string) => ({
  message: `"${word}" is neither an id nor the name of a token`,
  hint: 'tokn list',
})

/** `short`: as a beginning of an id it has too few characters. */
export const noSuchToken = (word: string, short: boolean) => ({
  message: `no token is called "${word}", by id or by name${short ? '; a beginning of an id has two characters or more' : ''}`,
  hint: 'tokn list',
})

export const nothingRevoked = () => 'nothing was revoked'

/** `word` is `id` as a shell takes it. */
export const sharedId = (names: string, id: string, word: string, profile: string) => ({
  message: `several tokens have the id ${id}, and would be revoked together: ${names}`,
  hint: `to revoke all that has this id: tokn revoke ${word}${profile} --yes`,
})

export const stillWorks = (title: string) =>
  `${title} says that it is revoked, but the token still works`

export const stillListed = (title: string, count: number) =>
  `${title} says that it is revoked, and still lists ${count > 1 ? `${count} tokens` : 'a token'} under this id`

/** Why a session is over, for whoever reads its record. */
export const wasRevoked = () => 'its token was revoked'

export const endRequested = () => 'a logout that was cut off had asked the provider to end it'

export const endNotRecorded = (name: string, why: string) =>
  `what becomes of the session of "${name}" could not be written down: ${why}`

export const ofOneId = (count: number) => `${count} tokens of one id`

export const oneAtATime = (title: string) => ({
  message: `${title} ends every token of a session when it gives another one: the session was refreshed, and the further token is dead`,
  hint: 'log in once more under another profile name with fewer scopes: tokn login NAME --scope S',
})
