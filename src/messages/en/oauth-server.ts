// English texts about finding an OAuth server: its discovery document, its issuer, its endpoints.

export const endlessRedirects = (origin: string) =>
  `${origin} redirects from one address to the next, and never to a document`

export const redirectedNowhere = (origin: string, status: number) =>
  `${origin} answered with a redirect to nowhere (status ${status})`

/** `word` is `to` as a shell takes it. */
export const redirectedElsewhere = (from: string, to: string, word: string) => ({
  message: `${from} redirects to ${to}: a document is taken from the origin that was named, and no other`,
  hint: `if that is where the server is, name it: --issuer or --discovery with an address at ${word}`,
})

const ownFlags: Readonly<Record<string, string>> = {
  pushed_authorization_request_endpoint: '--par-endpoint',
}

/** The flag of an endpoint or an address, by its name in a discovery document. */
export const endpointFlag = (name: string) => ownFlags[name] ?? `--${name.replaceAll('_', '-')}`

/** `endpoint`, by its name in a discovery document. */
export const endpointMoved = (endpoint: string) =>
  `if its ${endpoint.replaceAll('_', ' ')} is another, name it: ${endpointFlag(endpoint)} URL`

/** `shown`: a file; `what`: what it is instead. */
export const notADocument = (shown: string, what: string) => ({
  message: `"${shown}" is no discovery document: it has ${what}`,
  hint: 'save what the server has at /.well-known/openid-configuration, or write a JSON object with issuer, token_endpoint and the like',
})

export const saysNothing = (shown: string) => ({
  message: `the discovery document "${shown}" names neither an issuer nor a token_endpoint`,
  hint: 'give --issuer URL, or --token-endpoint URL',
})

export const twice = (name: string) => `two values for ${name}`

export const secretAmongScopes = () =>
  'the server repeats a secret among the scopes that it granted: it is left out of them'

export const notADiscoveryUrl = (given: string) => ({
  message: `"${given}" is no address of a discovery document`,
  hint: 'give its whole https address without user name and fragment, or the path of a file',
})

export const checkDocument = () =>
  'check the address; a server without a document needs --token-endpoint URL and the like'

/** What a document at `address` names as its issuer, where another one was said. */
export const namesAnother = (address: string, named: string | undefined, said: string) => ({
  message: `the discovery document at ${address} names ${named ?? 'nothing'} as its issuer, not ${said}`,
  hint:
    named === undefined ? 'check the address' : `if that is the server you mean: --issuer ${named}`,
})

/** `named`: the issuer of the document at `address`, where another host was asked. */
export const underAnotherName = (named: string, address: string) =>
  `if that is the server you mean: --issuer ${named} --discovery ${address}`

export const issuerChanged = (before: string, now: string) => ({
  message: `the discovery document now names ${now} as its issuer; at the login it was ${before}`,
  hint: 'if the server has a new name, log in once more: tokn login',
})

export const issuerFound = (issuer: string, address: string) =>
  `the discovery document at ${address} names ${issuer} as its issuer: ID tokens are checked against that`

/** `why` nobody could be asked. */
export const issuerNotAsked = (issuer: string, why: string) =>
  `no discovery document could be had from ${issuer} (${why}): until the next login only the endpoints that you named are used`

/** `flags` to type where all of it is as it should be. */
export const foreignEndpoints = (origins: string, flags: readonly string[]) => ({
  message: `the discovery document has endpoints at origins that you did not name: ${origins}`,
  hint: `if they belong to the server: ${flags.join(' ')}`,
})

/** `origins` of the endpoints in `file`, which nothing else names. */
export const fileGoesTo = (file: string, origins: string) =>
  `by ${file} this login goes to ${origins}`

/** As `foreignEndpoints`, for a file that was another one at the login. */
export const fileChanged = (origins: string) => ({
  message: `the discovery document has endpoints at origins that it did not name at the login: ${origins}`,
  hint: 'if they belong to the server, log in once more: tokn login',
})

export const forgedIdToken = () => 'none of the keys at jwks_uri signed it'

/** `flag`: the issuer, where it can be typed. */
export const issuerUnconfirmed = (issuer: string, flag: string | undefined) =>
  `the ID token names ${issuer} as its issuer, and nothing here confirms that${flag === undefined ? '' : `; to have it checked, log in with --issuer ${flag}`}`

/** `endpoint`, by its name in a discovery document. */
export const isEndpoint = (endpoint: string) =>
  `if that is not its ${endpoint.replaceAll('_', ' ')}, name the right one: ${endpointFlag(endpoint)} URL`

export const variableElsewhere = (variable: string, there: string, here: string) => ({
  message: `${variable} is at ${there}, and this login names ${here}`,
  hint: `unset ${variable}, or give both as flags if they belong together`,
})
