// English texts about what `tokn provider test` finds.

export const givenTokenUsed = () => 'the given token is used instead'

export const listed = (count: number, hasCurrent: boolean) =>
  `${count} tokens${hasCurrent ? '' : ', and the one in use is not among them'}`

export const revokedAndUnlisted = () =>
  'the provider says that the token just issued is revoked, and no longer lists it'
export const stillListed = () =>
  'the provider says that the token just issued is revoked, and lists it as before'
export const revoked = () => 'the provider says that the token just issued is revoked'

export const ended = () => 'the provider says that the session is ended'

export const nothingToTest = () => 'nothing to test it with'

export const noToken = () => 'there is no token to test it with'

export const notDefined = () => 'the definition has none'

export const failed = (message: string, hint: string | undefined) =>
  `${message}${hint === undefined ? '' : ` (${hint.replaceAll('\n', '; ')})`}`

export const alive = (active: boolean) =>
  `the provider says that the token is ${active ? 'alive' : 'dead'}`

export const saysNothing = () => 'the provider says nothing about the token'

export const doesNotSay = () => 'the provider answers, and does not say whether the token is alive'

interface Tokens {
  /** Characters of the access token. */
  readonly length: number
  readonly refresh: boolean
  readonly expiry: 'at' | 'never' | 'unknown'
  readonly id: boolean
  readonly signingKey: boolean
  readonly scopes: number | undefined
  readonly context: readonly string[]
}

export function tokens({
  length,
  refresh,
  expiry,
  id,
  signingKey,
  scopes,
  context,
}: Tokens): string {
  const found = [
    `access token of ${length} characters`,
    refresh ? 'refresh token' : 'no refresh token',
    expiry === 'at' ? 'expiry known' : `expiry ${expiry}`,
    id ? 'id' : '',
    signingKey ? 'signing key' : '',
    scopes === undefined ? '' : `${scopes} scopes`,
    ...context.map((name) => `context ${name}`),
  ]
  return found.filter((part) => part !== '').join(', ')
}

export const endsNoToken = (title: string) => `${title} cannot end a token`

export const noReply = () => 'no reply'

export const noBody = (status: number) => `${status}, no body`

export const textOf = (length: number) => `text of ${length} characters`

/** Stands for a text in the shape of a JSON value. */
export const textValue = (length: number) => `text(${length})`

export const numberValue = () => 'number'

export const nothingValue = () => 'nothing'

export const inAll = (count: number) => `${count} in all`
