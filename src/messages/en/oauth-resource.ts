// English texts of logins that start at a protected resource (RFC 9728), and of registered clients.

export const notAResource = (given: string) => ({
  message: `--resource "${given}" is not the address of a resource`,
  hint: 'write it as https://host/path, without a fragment',
})

export const oneResource = () => ({
  message: 'a login starts at one resource, and several are given',
  hint: 'give one --resource URL, or say where to log in as well: --issuer URL',
})

/** `scopes` is what the resource asks for, separated by spaces. */
export const found = (resource: string, server: string, scopes: string) =>
  `${resource} sends logins to ${server}${scopes === '' ? '' : `, for ${scopes}`}`

export const startsAt = (resource: string) =>
  `ask ${resource} where to log in for it, and log in there`

export const whichServer = (resource: string) => `Where to log in for ${resource}`

/** `lines` are command lines, one for each server. */
export const severalServers = (resource: string, lines: readonly string[]) => ({
  message: `${resource} takes logins of ${lines.length} authorization servers, and nobody can be asked which`,
  hint: lines,
})

/** The client id of the profile is one of `before`. */
export const anotherServer = (before: string, now: string) => ({
  message: `the resource sends logins to ${now} now, and the client id of this profile is one of ${before}`,
  hint: 'give the client id for the server of today: --client-id ID',
})

// What the resource says of itself.

export const noMetadata = (resource: string, origin: string, tried: readonly string[]) => ({
  message: `${resource} does not say where to log in: no metadata (RFC 9728) at ${tried.join(', ')}`,
  hint: `name the server that logs you in: --issuer URL --register --api-url ${origin}`,
})

export const foreignMetadata = (resource: string, named: string) =>
  `${resource} names metadata at another origin, which are not used: ${named}`

export const unreadableMetadata = (resource: string, address: string, why: string) =>
  `${resource} names its metadata at ${address}, and they cannot be read: ${why}`

export const notNow = (host: string, status: number) =>
  `${host} does not say for now where to log in (status ${status})`

/** `named` is what the metadata are about, if they say that; `plain` where it can be typed as it is. */
export const anotherResource = (
  resource: string,
  named: string | undefined,
  plain: string | undefined,
) => ({
  message: `the metadata of ${resource} are about ${named ?? 'nothing'}`,
  hint:
    plain === undefined
      ? 'check the address of the resource'
      : `if that is the resource you mean: --resource ${plain}`,
})

export const noServer = (resource: string, listed: readonly string[]) =>
  `the metadata of ${resource} name no authorization server${listed.length === 0 ? '' : ` that can be trusted: ${listed.join(', ')}`}`

export const serverNotThere = (why: string, resource: string) => ({
  message: why,
  hint: `${resource} names it as its authorization server`,
})

// What the authorization server offers.

export const noPkce = (title: string) =>
  `${title} does not offer PKCE with S256 (RFC 7636), without which a code can be stolen`

/** `documents`: whether the server takes the address of a document as a client id. */
export const noRegistration = (server: string, documents: boolean) => ({
  message: documents
    ? `${server} registers no clients, but reads their metadata at an https address`
    : `${server} registers no clients by itself`,
  hint: documents
    ? 'give the address of a client id metadata document, or a client id you were given: --client-id'
    : 'give the client id that you were given there: --client-id ID',
})

export const documentsUnknown = (title: string) =>
  `${title} does not say that it reads client id metadata documents: if its page refuses the client, use --register or another --client-id`

// Registration (RFC 7591).

export const noRegistrationHere = (title: string) => ({
  message: `${title} does not offer to register clients`,
  hint: 'give the client id that you were given there: --client-id ID',
})

export const needsInitialToken = (title: string, given: boolean) => ({
  message: given
    ? `${title} does not accept the initial access token`
    : `${title} registers clients only for who has an initial access token`,
  hint: 'set TOKN_INITIAL_ACCESS_TOKEN_FILE, or give a client id: --client-id ID',
})

export const unreadableRegistration = (title: string, why: string) =>
  `the answer of ${title} to a registration cannot be used: ${why}`

export const noId = () => 'it has no client id'

export const anotherRedirect = (title: string) =>
  `${title} has registered the client with another redirect URI than this machine's`

export const anotherMethod = (title: string, method: string) =>
  `${title} has registered the client for ${method === '' ? 'a secret' : `"${method}"`}, and gave nothing to do that with`

export const foreignManagement = (title: string) =>
  `${title} names another origin for managing the client, which is not used: it will stay registered`

export const notAskedToRemove = (address: string | undefined) =>
  `it was not asked to remove it${address === undefined ? '' : ` (${address})`}`

export const notRemovable = () => 'the server gave no address to remove it at'

export const staysRegistered = (title: string, id: string, why: string) =>
  `${title} still has the client ${id}: ${why}`
