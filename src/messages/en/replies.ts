// English texts about what a provider answered or refused.

/** The hint for a refusal that is for now; `time` is RFC 3339. */
export const notBefore = (time: string) => `not before ${time}`

// What an answer is, instead of what was expected.

export const encodedBody = (encoding: string) => `content encoded as ${encoding}`

export const emptyBody = () => 'an empty body'

export const noBody = () => 'nothing'

const media = (type: string) => (type === '' ? 'no media type' : type)

/** `type` is a media type, or empty. */
export const unlabelled = (type: string) => media(type)

export const labelledPage = (type: string) => `a page labelled ${media(type)}`

export const labelledText = (type: string) => `text labelled ${media(type)}`

export const cutBody = (kibibytes: number) => `more than ${kibibytes} KiB, and was cut off there`

export const brokenJson = (character: number, expected: string) =>
  `broken JSON, at character ${character}: expected ${expected}`

export const notAnObject = () => 'JSON that is not an object'

const formats = { json: 'JSON', form: 'a form', text: 'plain text', none: 'no page' }

export const answeredWith = (status: number, what: string) => `answered ${status} with ${what}`

export const answeredInstead = (status: number, what: string, format: keyof typeof formats) =>
  `answered ${status} with ${what}, expected ${formats[format]}`

export const insteadOfJson = (what: string) => `${what}, expected JSON`

export const insteadOfNothing = (what: string) => `${what}, expected none`

export const answeredStatus = (status: number) => `answered ${status}`

export const unexpectedStatus = (status: number) => `answered ${status}, which is not expected here`

export const unreadable = (title: string, what: string, checkPath: boolean) => ({
  message: `${title} ${what}`,
  hint: checkPath ? 'check the base URL and the path' : 'check the base URL',
})

export const noTokenInside = (title: string) => `${title} answered without a token`

// Access tokens that cannot be used.

const foundTypes = {
  nothing: 'nothing',
  array: 'a list',
  object: 'an object',
  number: 'a number',
  boolean: 'a boolean',
}

/** A token that is of another type than a text; see `typeOfToken`. */
export const tokenOfType = (type: string) =>
  `a token that is ${foundTypes[type as keyof typeof foundTypes] ?? `a ${type}`}, not a text`

export const emptyToken = () => 'an empty token'

export const longToken = (characters: number) => `a token of more than ${characters} characters`

export const lostToken = (word: string) => `the word "${word}" instead of a token`

export const unsendableToken = () =>
  'a token that contains characters that cannot be sent in a header'

export const unusableToken = (what: string) => `the provider answered with ${what}`

// Values, by where they were found.

export const places = {
  body: () => 'the body',
  bodyPath: (path: string) => `"${path}"`,
  header: (name: string) => `header ${name}`,
  cookie: (name: string) => `cookie ${name}`,
  cookieAttribute: (attribute: string, name: string) => `${attribute} of ${name}`,
  claim: (name: string) => `claim "${name}"`,
  request: () => 'the request',
  location: () => 'the Location header',
}

export const foundAt = (place: string, value: string) => `${place}: ${value}`

export const textOfLength = (characters: number) => `a text of ${characters} characters`

export const anArray = () => 'an array'

export const anObject = () => 'an object'

// What is odd about an answer that was used all the same.

const oddities = {
  lenient: 'with JSON that is not quite valid',
  trailing: 'with something after its JSON, which was ignored',
}

export const oddJson = (title: string, oddity: keyof typeof oddities) =>
  `${title} answered ${oddities[oddity]}`

export const keyTwice = (title: string, pointer: string) =>
  `${title} sent ${pointer} twice in one answer: the last one is used`

export const bornExpired = (title: string, value: string | undefined) =>
  `${title} sent a token that has already expired, going by its expiry${value === undefined ? '' : ` (${value})`}`

const whichToken = { access: 'token', refresh: 'refresh token' }

type TokenKind = keyof typeof whichToken

export const instantForLength = (title: string, kind: TokenKind, value: string, end: string) =>
  `${title} sent an instant where the lifetime of the ${whichToken[kind]} belongs (${value}): it is taken to end then, at ${end}`

export const longLifetime = (title: string, kind: TokenKind, value: string, length: string) =>
  `${title} says that the ${whichToken[kind]} lasts ${length} (${value}); that is used as it is`

export const unreadableExpiry = (title: string, kind: TokenKind, value: string) =>
  `${title} sent an expiry of the ${whichToken[kind]} that cannot be read (${value})`

export const zeroLifetime = (title: string) =>
  `${title} says that its token has a lifetime of zero, and sent nothing to renew it with: the expiry is taken as unknown`

export const unusableId = (title: string) =>
  `${title} sent no usable id with the token: tokn cannot revoke it by its id`

export const anotherUser = (title: string, before: string, after: string) =>
  `the user has changed: ${title} sent tokens of "${after}" in place of those of "${before}"; if that is not intended, log in again`

export const unusableRefreshToken = (title: string) =>
  `${title} sent a refresh token that cannot be used: when the access token expires, log in again`

export const unusableSigningKey = (title: string, part: 'id' | 'secret' | 'session') =>
  `${title} sent no usable ${part} of a signing key: \`tokn credential aws\` has none to give`

export const refusedButGranted = (refusal: string) =>
  `${refusal}, but sent a new token, which is used`

export const unknownEnvelope = (title: string) =>
  `${title} answered in an envelope that its definition does not describe`

export const laterRequestFailed = (why: string) =>
  `the new token is used, though a request after it failed: ${why}`

export const notGranted = (title: string, scopes: readonly string[]) =>
  `${title} did not grant the ${scopes.length === 1 ? 'scope' : 'scopes'} ${scopes.map((scope) => `"${scope}"`).join(', ')}`

/** `apart` is how far, `until` when the token was to end by the clock of this machine. */
export const clocksApart = (title: string, isAhead: boolean, apart: string, until: string) =>
  `the clock of this machine is ${apart} ${isAhead ? 'ahead of' : 'behind'} that of ${title}: by the latter, the token expires ${apart} ${isAhead ? 'before' : 'after'} ${until}`

// Lists.

/** Where something is looked for: paths and names, or the key of an entry. */
export const alternatives = (paths: readonly string[]) => paths.join(' or ')

export const entryKey = () => 'its key'

export const noList = (title: string, list: string, id: string) => ({
  message: `${title} answered without a readable list: expected a list${list === '' ? '' : ` at ${list}`}${id === '' ? '' : `, of entries with an id at ${id}`}`,
  hint: 'check the base URL',
})

const unreadableIds = {
  missing: 'without an id',
  text: 'with an id that is too long or contains control characters',
  type: 'with an id that is neither a text nor a number',
}

type UnreadableId = keyof typeof unreadableIds

export const unusableScopes = (title: string, count: number) =>
  `${title} lists ${count} scopes that cannot be asked for; they are left out`
export const scopesCut = (title: string, most: number) =>
  `${title} lists more scopes than are read: these are of the first ${most}`
export const noScopesListed = (title: string) => ({
  message: `${title} answered without a list of scopes`,
  hint: 'say where it is in the reply: scopes.list.reply.scopes of the definition',
})
export const hiddenEntries = (
  title: string,
  counts: ReadonlyArray<readonly [why: UnreadableId, count: number]>,
) => {
  const sum = counts.reduce((total, [, count]) => total + count, 0)
  const entries = sum === 1 ? '1 entry of the list is' : `${sum} entries of the list are`
  const parts = counts.map(([why, count]) => `${count} ${unreadableIds[why]}`)
  return `${entries} not shown, as ${title} sent ${sum === 1 ? 'it' : 'them'} ${parts.join(', ')}`
}

export const listTooLong = (title: string, count: number) => ({
  message: `${title} lists more than ${count} tokens: that is too many to look through`,
  hint: 'tokn list --json-lines prints them all',
})

export const endlessPages = () => 'the pages of the list do not end'

export const nextPageElsewhere = () => ({
  message: 'the provider says that the next page of the list is at another origin',
  hint: 'requests of this provider only go to the base URL',
})

// What a refusal means.

const refusals = {
  credentials: 'does not accept these credentials',
  expired: 'says that the token has expired',
  invalid: 'does not accept the token',
  'refresh-rejected': 'no longer accepts the refresh token',
  denied: 'says that access was denied',
  interaction: 'requires a person to log in',
  forbidden: 'forbids this',
  limit: 'allows no more tokens',
  'not-found': 'knows no such token',
  'rate-limited': 'asks to slow down',
  'route-missing': 'has nothing at this address',
  unavailable: 'is not available',
  refused: 'refused',
}

/** `reason` is the status and the provider's own words. */
export const refused = (title: string, kind: keyof typeof refusals, reason: readonly string[]) =>
  `${title} ${refusals[kind]} (${reason.join(': ')})`

export const tooManyTokens = () => ({
  hint: 'wait until some have expired, or remove some at the provider',
})

export const wrongAddress = () => ({ hint: 'check the base URL' })

export const checkFields = (names: readonly string[]) => ({
  hint: `check what was given for ${names.join(', ')}`,
})

export const tryLater = () => ({ hint: 'try again later' })

/** An answer that is most likely that of a proxy, or of a server at another address. */
export const answeredByAnother = (title: string, what: string) => ({
  message: `${title} ${what}: a proxy or a firewall on the way probably answered instead`,
  hint: 'try again; a proxy or a firewall may be in the way',
})

export const answeredAstray = (title: string, what: string) => ({
  message: `${title} ${what}`,
  hint: 'check the base URL and the path; otherwise a proxy or a firewall may be in the way',
})

// How it was found out whether a token is alive.

export const byInfo = () => 'asking about it'

export const byList = () => 'the list'
