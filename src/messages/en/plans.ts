// English texts about what a command would do (`--dry-run`): a verb and its object.

export const keepTokens = () => 'keep the tokens: they live long enough'

export const skip = (why: string) => `skip it: ${why}`

export const refresh = (title: string) => `refresh the tokens at ${title}`

export const reissue = (title: string) =>
  `issue a successor of the token at ${title}, and revoke the old one`

export const logInAgain = (title: string) => `log in again at ${title}`

export const issue = (title: string) => `issue a token at ${title}`

export const both = (first: string, second: string) => `${first}, and ${second}`

export const nothing = () => 'do nothing: it is not logged in'

export const eraseUnread = () => 'erase the session here, which cannot be read'

export const eraseUntold = (why: string) => `erase the session here, and tell nobody: ${why}`

export const eraseHere = () => 'erase the session here, and leave it alive at the provider'

export const eraseWithoutScope = (scope: string) =>
  `erase the session here; the token may not end itself: it lacks the scope "${scope}"`

export const endAndErase = (title: string) => `end the session at ${title}, and erase it here`

export const eraseAlone = (why: string) => `erase the session here; ${why}`
