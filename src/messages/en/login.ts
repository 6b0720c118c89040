// English texts about logins.

export const leftEmpty = (label: string) => ({
  message: `"${label}" was left empty`,
  hint: 'run the command again',
})

/** A question that needs no answer. */
export const mayBeEmpty = (label: string) => `${label} (may be left empty)`

export const blanksLeftOut = (label: string) =>
  `tokn: the blanks around "${label}" are left out; one that has them can be given with --password-stdin or by its variable`

/** `how` says how a value can be given. */
export const missingValue = (label: string, how: string) => ({
  message: `no value for "${label}", and nobody to ask`,
  hint: `${how}, or run the command in a terminal`,
})

/** `ways` says of each how it can be given; `asks`: the command would ask in a terminal. */
export const missingValues = (
  labels: readonly string[],
  ways: readonly string[],
  asks: boolean,
) => ({
  message: `no value${labels.length === 1 ? '' : 's'} for ${labels.map((label) => `"${label}"`).join(', ')}, and nobody to ask`,
  hint: [asks ? 'set each of these, or run the command in a terminal:' : 'set:', ...ways],
})

const giveAddress = (asks: boolean) =>
  asks ? 'give it with --base-url URL, or in TOKN_BASE_URL' : 'give it in TOKN_BASE_URL'

/** `ways` says how each of the values can be given that are missing as well. */
export const noAddress = (title: string, ways: readonly string[], asks: boolean) => ({
  message: `${title} has no default address: a base URL is needed`,
  hint:
    ways.length === 0
      ? giveAddress(asks)
      : [`${giveAddress(asks)}; and what is missing besides:`, ...ways],
})

export const unknownField = (
  given: string,
  names: readonly string[],
  nearest: string | undefined,
) => ({
  message: `this provider has no field "${given}"`,
  hint:
    nearest === undefined ? `it has: ${names.join(', ') || 'none'}` : `did you mean "${nearest}"?`,
})

export const secretOnCommandLine = (name: string, how: string) => ({
  message: `"${name}" is secret and does not belong on a command line`,
  hint: `${how}, or answer the prompt`,
})

export const notLoginChoice = (
  title: string,
  name: string,
  given: string,
  choices: readonly string[],
) => ({
  message: `the login of ${title} makes no tokens for ${name} "${given}"`,
  hint: `log in with --set ${name}=${choices.join(' or ')}, or paste in a token made elsewhere: --with-token`,
})

export const notChoice = (name: string, given: string, choices: readonly string[]) => ({
  message: `"${given}" is not a value for "${name}"`,
  hint: `one of: ${choices.join(', ')}`,
})

/** `store` is one phrase: `the GNOME keyring`. */
export const notReadBack = (store: string) => ({
  message: `${store} did not give back what was stored in it`,
  hint: 'tokn doctor',
})

/** `number` is that of this login, where it is counted. */
export const loggedInForThis = (title: string, limit: number, number: number | undefined) => {
  const counted = number === undefined ? '' : `; this was number ${number} that is counted here`
  return `this command logged in by itself, and ${title} allows ${limit} logins of an account${counted}: log in once for a job, with: tokn ci start`
}
export const loggedInForJob = (title: string, limit: number, number: number | undefined) => {
  const counted = number === undefined ? '' : `; this was number ${number} that is counted here`
  return `this job logged in by itself, and ${title} allows ${limit} logins of an account${counted}`
}

export const notStoredYet = (why: string) => ({
  message: `the login was made, but its session could not be stored yet: ${why}`,
  hint: 'tokn doctor --fix',
})

export const sessionLost = (why: string, name: string) => ({
  message: `the login was made, and its session is lost, because it could not be stored anywhere: ${why}`,
  hint: `tokn login ${name}`,
})

export const earlierStays = (store: string, why: string) =>
  `the ${store} store still has the session before this one: ${why}; once it can be reached: tokn doctor --fix`

export const noLogin = (title: string) => `${title} has no login`

export const pasteInstead = (name: string) =>
  `paste a token made elsewhere: tokn login ${name} --with-token`

export const pastedExpired = () => 'the token given has already expired, going by its expiry'

export const noPastedTokens = (title: string) => ({
  message: `${title} does not take tokens that were made elsewhere`,
  hint: 'log in without --with-token',
})

export const nameTakenMeanwhile = (name: string) => ({
  message: `there is another profile "${name}" by now`,
  hint: `tokn profile rename ${name} OTHER, then: tokn doctor --fix`,
})

export const tooLongToKeep = (name: string) =>
  `what the provider gave as "${name}" is too long to keep`

/** `detail`: what the engine says of what it writes. */
export const mayLoseWrites = (engine: string, detail: string) =>
  `${engine} may lose what it has confirmed: ${detail}; a session that is lost has to be logged in to again (tokn doctor says what to set)`
