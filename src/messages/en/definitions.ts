// English texts about what is wrong with a provider definition.
import { didYouMean as meantPerhaps } from './core.ts'

const didYouMean = (near: string | undefined) =>
  near === undefined ? '' : `: did you mean "${near}"?`

export const wrongDefinition = (problems: readonly string[]) => ({
  message: 'the definition of the provider is wrong',
  hint: problems,
})

/** `path` is dotted, and empty for the whole definition. */
export const problemAt = (line: number, column: number, path: string, problem: string) =>
  `line ${line}, column ${column}${path === '' ? '' : `, ${path}`}: ${problem}`

export const damagedTitle = () => 'a damaged definition'

export const notJson = (expected: string) => `this is not JSON: expected ${expected}`

export const keyTwice = () => 'this key is given twice'

// What the schema does not allow.

export const notAName = (key: string) => `"${key}" is not allowed as a name here`

const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const typeName = (type: string) => typeNames[type] ?? type

/** Types are those of JSON and of the schema: `string`, `int`, `array`, `null`. */
export const wrongType = (expected: string, found: string) =>
  `expected ${typeName(expected)}, found ${typeName(found)}`

export const notThis = (found: string) => `expected something other than ${typeName(found)}`

export const missing = () => 'this is missing'

export const missingType = (expected: string) => `this is missing: ${typeName(expected)}`

const choice = (values: readonly string[]) =>
  values.length === 1 ? values.join() : `one of ${values.join(', ')}`

export const missingChoice = (values: readonly string[]) => `this is missing: ${choice(values)}`

export const notAChoice = (values: readonly string[]) => `expected ${choice(values)}`

export const nearbyChoice = (near: string) => `did you mean "${near}"?`

/** `keys` are all that are allowed; empty where these are too many to list. */
export const unknownKey = (key: string, near: string | undefined, keys: readonly string[]) => {
  const some = keys.length === 0 ? '' : `; there are ${keys.join(', ')}`
  return `there is no "${key}" here${near === undefined ? some : didYouMean(near)}`
}

const amount = (of: string, count: number) => {
  if (of === 'string') return count === 1 ? '1 character' : `${count} characters`
  if (of === 'array') return count === 1 ? '1 entry' : `${count} entries`
  return `a number of ${count}`
}

/** `of` is `string` (characters), `array` (entries) or `number`. */
export const atMost = (of: string, count: number) => `expected ${amount(of, count)} at most`

export const atLeast = (of: string, count: number) => `expected ${amount(of, count)} at least`

export const notAHttpUrl = () => 'expected an http(s) URL'

export const notAFieldName = () => 'expected lower-case letters, digits and underscores'

export const notAProviderId = () => 'expected lower-case letters, digits and dashes'

export const notABasePath = () => 'expected a path that begins with a slash and ends without'

export const notAMediaType = () => 'expected a media type: text/plain'

// Fields.

export const fieldTwice = (name: string) => `there is already a field "${name}"`

export const reservedVariable = (variable: string) =>
  `${variable} already means something else: choose another name`

export const secretDefault = () => 'a secret cannot have a default'

export const defaultNotAChoice = () => 'the default is not one of the choices'

export const loginChoiceNotAChoice = () => 'one of these is not among the choices'

export const noField = (name: string, near: string | undefined) =>
  `there is no field "${name}"${didYouMean(near)}`

// Addresses.

export const urlNotEncrypted = () =>
  'expected https; http is only allowed for 127.0.0.1, [::1] and localhost'

export const urlWithMore = () => 'expected no user, query or fragment'

export const notAnOrigin = (origin: string) => `expected an origin without a path: ${origin}`

export const foreignOrigin = (origin: string) =>
  `${origin} is not among \`origins\`, and requests go nowhere else`

export const pathWithoutSlash = () => 'expected a path that begins with a slash'

export const pathWithQuery = () =>
  'a path contains no ? and no #: put query parameters under `query`'

export const pathWithDots = () => 'a path has no . and .. segments'

export const pathNotAscii = () =>
  'a path contains only ASCII characters: percent-encode others (%XX)'

// Operations.

export const notADuration = () => 'expected a duration: 90s, 15m, 12h, 8d, 2w, "90 days"'

export const tokenNeverSent = () => 'the token is never sent: {access} is missing'

export const tokenTransformed = () => '{access} cannot have a transform here'

export const noAccess = () => 'none of its replies has an `access`, which says where the token is'

const listParts = { items: 'the list is', id: 'the id of a token is' }

export const notAListPath = () => 'expected a path that begins with a slash: /methods'
export const scopeListWithoutScopes = () => '`reply.scopes` has to say where the scopes are'
export const listWithout = (key: keyof typeof listParts) =>
  `its reply has no \`${key}\`, which says where ${listParts[key]}`

export const revokeWithoutTarget = () =>
  'it does not say which token to revoke: {target} is missing'

export const noSourceOfTokens = () =>
  'there is neither a `login` nor a `pasted`: one of them says where tokens come from'

export const reissueWithoutIssue = () => '"reissue" needs an `issue`'

export const reissueWithRefresh = () => '"reissue" is for an API without a `refresh`'

export const scopesNeverSent = () => 'no request sends them: {scopes} is missing'

export const scopesUndescribed = () =>
  '{scopes} is sent, but `scopes` does not say what a scope looks like'

export const lifetimeNeverSent = () => 'no request sends one: {lifetime} is missing'

export const lifetimeUndescribed = () =>
  '{lifetime} is sent, but `lifetimes` does not say which are allowed'

export const attachElsewhere = () => '`attach` is only for login and issue'

export const twoBodies = () => 'a request has one body: `json` or `form`'

export const bodyOfGet = () => 'a GET has no body: use `query`'

export const pagesElsewhere = () => '`pages` is only for `list`'

export const needsQuery = () => 'it needs a `query`: the name of the query parameter'

export const needsSize = () => '`sizeQuery` needs a `size`'

const exactlyOne = (keys: readonly string[], found: readonly string[]) =>
  `expected exactly one of ${keys.join(', ')}; found ${found.length === 0 ? 'none' : found.join(' and ')}`

export const notOneOf = exactlyOne

// Places and conditions.

export const onlyForInstants = (key: string) => `\`${key}\` is only for \`"as": "instant"\``

export const signingKeyAlone = () =>
  'a signing key comes beside an `access` token, and ends with it'

export const notATimeZone = () => 'expected a time zone: "Europe/Minsk", "UTC+3"'

export const unreadableFormat = () =>
  'a date in this format cannot be read back: expected something like "dd.MM.yyyy HH:mm"'

export const keyElsewhere = () => '`key` is only for the entries of a list'

export const needsCookie = () => '`cookieAttribute` needs a `cookie`'

export const needsClaim = () => '`of` needs a `claim`'

export const emptyCondition = () => 'this condition is empty'

export const conditionWithoutPlace = (keys: readonly string[]) =>
  `\`${keys.join('`, `')}\` needs an \`at\`: the place to look at`

// Headers and templates.

export const headerValueNotAscii = () => 'a header value contains only ASCII characters'

export const cookieHeader = () => 'put cookies under `cookies`'

export const reservedHeader = (name: string) => `a definition cannot set the header ${name}`

export const notInHeaderName = (character: string) => `a header name cannot contain "${character}"`

/** `code` is that of the character: `U+0425`. */
export const lookalikeInHeaderName = (character: string, code: string) =>
  `a header name is ASCII, and this has "${character}" (${code}), which may only look like a Latin letter`

export const unmatchedBrace = () => 'an unmatched brace; write braces as {{ and }}'

/** `text` is with its braces. */
export const notAPlaceholder = (text: string) =>
  `${text} is not a placeholder; write braces as {{ and }}`

export const placeholderElsewhere = (name: string) => `{${name}} cannot be used here`

export const noPlaceholder = (name: string, near: string | undefined) =>
  `there is no placeholder "${name}"${didYouMean(near)}`

export const noContextValue = (name: string, near: string | undefined) =>
  `there is no value "${name}" in the \`context\` of any reply${didYouMean(near)}`

export const noTransform = (name: string, near: string | undefined) =>
  `there is no transform "${name}"${didYouMean(near)}`

export const orWithoutText = () => '"or" needs a text: {name|or:tokn}'

const valueKinds = {
  text: 'a text',
  list: 'a list',
  duration: 'a duration',
  instant: 'an instant',
}

type ValueKind = keyof typeof valueKinds

export const wrongTransform = (
  transform: string,
  takes: ValueKind,
  placeholder: string,
  kind: ValueKind,
) =>
  `"${transform}" takes ${valueKinds[takes]}, but {${placeholder}} is ${valueKinds[kind]} at that point`

// Overrides of a profile.

export const fixedSetting = (path: string) => ({
  message: `"${path}" cannot be set for one profile`,
  hint: 'the addresses of a profile are set with --base-url and --api-url',
})

export const wrongSetting = (path: string, problem: string | undefined) => ({
  message: `the setting "${path}" is not valid`,
  hint: problem,
})

export const settingProblem = (path: string, problem: string) => `${path}: ${problem}`

export const unknownSetting = (path: string, near: string | undefined) => ({
  message: `a definition has no "${path}"`,
  hint: near === undefined ? 'see the names with: tokn provider schema' : `did you mean "${near}"?`,
})

// Which definition.

export const noProviderNamed = () => ({
  message: 'the provider of this token is not known',
  hint: 'set TOKN_PROVIDER to one of: tokn provider list',
})

export const noSuchProvider = (id: string, near: readonly string[]) => ({
  message: `there is no provider "${id}"`,
  hint: near.length === 0 ? 'see them with: tokn provider list' : meantPerhaps(...near),
})
