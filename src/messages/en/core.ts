// English texts about values that a user gives: durations, URLs, texts.

/** What gave a value, and the value where it may be shown: `--min-ttl "soon"`. */
const given = (name: string, value: string | undefined) =>
  value === undefined ? name : `${name} "${value}"`

/** What may have been meant: one word, or several. */
export const didYouMean = (...near: readonly string[]) =>
  `did you mean ${near.map((one) => `"${one}"`).join(' or ')}?`

export const notADuration = (name: string, value: string | undefined) => ({
  message: `${given(name, value)} is not a valid duration`,
  hint: 'write it as 90s, 15m, 12h, 8d, 2w, or in words: "30 minutes", "90 days", "5 years"',
})

export const notAUrl = (name: string, given: string) => ({
  message: `${name} "${given}" is not a valid URL`,
  hint: 'write it as https://host',
})

export const moreThanAPlace = (name: string) => ({
  message: `${name} may only have a host and a path`,
  hint: 'leave out user names, queries and fragments',
})

export const notEncrypted = (name: string, given: string) => ({
  message: `${name} "${given}" is not encrypted`,
  hint: 'use https; plain http is only allowed for 127.0.0.1, [::1] and localhost',
})

export const damagedSession = () => ({
  message: 'the stored session is damaged',
  hint: 'tokn login',
})

export const notAProfileName = (given: string) => ({
  message: `"${given}" is not a valid profile name`,
  hint: 'use lower-case letters, digits, dots, dashes and underscores, at most 64, starting with a letter or digit',
})

export const notAToken = () => ({
  message: 'the token given contains blanks, line breaks or other characters that no token has',
  hint: 'give the token alone, without quotes and without a word before it',
})

/** `longest` counts characters. */
export const tokenTooLong = (longest: number) => ({
  message: `the token given is too long: a token has at most ${longest} characters`,
  hint: 'check that it is the token, and not a whole file',
})

export const notUtf8 = (name: string, instead: string) => ({
  message: `${name} is ${instead}`,
  hint: 'save it as UTF-8',
})

export const emptyValue = (name: string) => `${name} is empty`

export const severalLines = (name: string) => `${name} has more than one line`

/** `code` is that of the character: `U+0007`. */
export const controlCharacter = (name: string, code: string) =>
  `${name} contains a control character (${code})`
