// English texts about what cannot be asked of a provider: said before anything is sent.

export const noBaseUrl = (title: string) => ({
  message: `${title} has no default address: a base URL is needed`,
  hint: 'give it with --base-url URL, or in TOKN_BASE_URL',
})

/** A value that would bring a second `{access}` into what is sent. */
export const containsMark = (name: string, mark: string) =>
  `the value for ${name} contains the text ${mark}`

// Addresses.

export const fieldMissingInUrl = (field: string, howToGive: string) => ({
  message: `the URL of the request needs "${field}", which was not given`,
  hint: howToGive,
})

const flags: Readonly<Record<string, string>> = {
  name: 'give it with --name NAME',
  scopes: 'give it with --scope SCOPE',
  lifetime: 'give it with --expires-in DURATION',
  expires: 'give it with --expires-in DURATION',
  audience: 'give it with --audience AUDIENCE',
}

/** `root` is the placeholder without what follows its dot. */
export const valueMissingInUrl = (placeholder: string, root: string) => ({
  message: `the URL of the request needs {${placeholder}}, which is not known`,
  hint:
    root === 'context'
      ? 'log in again: the value comes with a login'
      : (flags[root] ?? 'see: tokn provider show'),
})

export const targetNotInUrl = () => 'the id cannot be part of a URL'

export const valueNotInUrl = (placeholder: string) =>
  `the value of ${placeholder} cannot be part of a URL`

export const urlOutsideBase = () => 'the URL of the request would not be below the base URL'

// What a token is asked for.

export const noAudience = (title: string) => `${title} does not let you choose an audience here`

export const noResource = (title: string) => `${title} does not let you choose a resource`

export const noScopes = (title: string) => `${title} does not let you choose scopes here`

export const noLifetime = (title: string) => `${title} does not let you choose a lifetime here`

export const noName = (title: string) => `${title} does not let you name the token here`

const scopeForms = {
  any: 'a text of at most 512 characters',
  token: 'one word of visible ASCII characters',
  'method-path': 'a method and a path: "GET /objects/:id"',
}

export const notAScope = (scope: string, title: string, form: keyof typeof scopeForms) => ({
  message: `"${scope}" is not a valid scope of ${title}`,
  hint: `a scope is ${scopeForms[form]}`,
})

export const unknownScope = (
  scope: string,
  title: string,
  near: string | undefined,
  scopes: readonly string[],
) => ({
  message: `${title} has no scope "${scope}"`,
  hint: near === undefined ? `it has ${scopes.join(', ')}` : `did you mean "${near}"?`,
})

export const notATokenName = () => ({
  message: 'that is not a valid name for a token',
  hint: 'use one line of at most 256 characters',
})

export const lifetimeTooShort = (title: string, least: string) =>
  `a token of ${title} lasts ${least} at least`

export const lifetimeTooLong = (title: string, most: string) =>
  `a token of ${title} lasts ${most} at most`

export const lifetimeNotMultiple = (title: string, step: string) =>
  `a token of ${title} lasts a multiple of ${step}`

export const lifetimeNotAChoice = (title: string, choices: readonly string[]) =>
  `a token of ${title} lasts ${choices.join(', or ')}`

export const lifetimesInUnits = (unit: string) => `this provider takes lifetimes in whole ${unit}`

const askedFor = (title: string, length: string, until: string) =>
  `${title} was asked for a token for ${length}, until ${until}`

export const asLongAsFirst = (title: string, length: string, until: string) =>
  `${askedFor(title, length, until)}: as long as the first token of this session`

export const lessThanRequested = (title: string, length: string, until: string, less: string) =>
  `${askedFor(title, length, until)}, ${less} less than requested: it has no lifetime that ends closer before that`

export const moreThanRequested = (title: string, length: string, until: string, more: string) =>
  `${askedFor(title, length, until)}, ${more} more than requested: it has no shorter lifetime`

// Values.

export const fieldNeeded = (name: string, howToGive: string) => ({
  message: `"${name}" is needed`,
  hint: howToGive,
})

export const noRefreshToken = () => 'there is no refresh token'

export const noToken = () => 'there is no token'

export const targetNeeded = () => 'the id of a token is needed'

export const fieldNotAChoice = (name: string, choices: readonly string[]) =>
  `"${name}" must be one of ${choices.join(', ')}`

export const notANumber = () => 'this provider takes a number here'

export const notABoolean = () => 'this provider takes "true" or "false" here'

export const notADurationValue = () => 'the definition uses a value as a duration that is not one'

export const notAnInstantValue = () => 'the definition uses a value as an instant that is not one'

export const colonInUserName = () => 'a user name with a colon cannot be sent by HTTP Basic'

const unsendable = (what: string) => ({
  message: `the value for ${what} contains characters that cannot be sent there`,
  hint: 'a header cannot contain line breaks, other control characters, or blanks at either end',
})

export const unsendableHeader = (name: string) => unsendable(`the header ${name}`)

export const unsendableCookie = (name: string) => unsendable(`the cookie ${name}`)

export const notATokenId = (title: string) => ({
  message: `that is not a valid id of a token of ${title}`,
  hint: 'see the ids with: tokn list --remote',
})

export const tokenIdNotInUrl = (id: string, title: string) => ({
  message: `the id "${id}" cannot be part of a URL`,
  hint: `revoke it where ${title} shows its tokens`,
})
