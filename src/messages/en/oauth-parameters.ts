// English texts about what goes into token requests: parameters, scopes, lifetimes, formats.

/** `place` is the flag or setting that sets it; empty where nothing but the flow decides. */
export const hasItsOwnPlace = (name: string, place: string) => ({
  message: `"${name}" is not a further parameter of a token request`,
  hint: place === '' ? 'the flow sets it by itself' : `give it with ${place}`,
})

export const givenTwice = (name: string, setting: string) =>
  name === ''
    ? `${setting} has a parameter without a name`
    : `${setting} has "${name}" twice, which only audience and resource may be`

export const notALifetime = (setting: string, given: string) => ({
  message: `${setting} "${given}" is not a duration`,
  hint: 'write it as 90s, 15m, 12h or 8d',
})

/** `listed`: by the server. */
export const wantsScopes = ([first, ...more]: readonly string[]) => ({
  message: 'the server wants to be asked for scopes',
  hint:
    first === undefined
      ? 'say which with --scope'
      : `say which: --scope ${first}${more.length === 0 ? '' : `; it also lists ${more.join(', ')}`}`,
})

/** `hint` where there is another; `listed` as above. */
export const orScopes = (
  hint: string | undefined,
  [first = 'SCOPE', ...more]: readonly string[],
) => {
  const listed = more.length === 0 ? '' : `; it also lists ${more.join(', ')}`
  const other = hint === undefined ? 'the' : `${hint}; or the`
  return `${other} server may want to be asked for scopes: --scope ${first}${listed}`
}

/** Of scopes that a narrower token was asked for, and has more than. */
export const widerThanAsked = (title: string, more: string) =>
  `${title} gave more scopes than asked for: ${more}`

export const sameToken = (title: string) =>
  `${title} gave the token of the session itself, and no narrower one`

export const nothingToNarrow = (title: string) => ({
  message: `${title} does not offer token exchange: a further token can only have fewer scopes than the session`,
  hint: 'say which: tokn issue --scope S',
})

export const noAudienceByRefresh = (title: string) => ({
  message: `${title} does not offer token exchange, and a refresh cannot ask for another audience`,
  hint: 'log in once more under another profile name: tokn login NAME --audience A',
})

export const wantsJson = () =>
  'if the server takes JSON alone: log in with --set token_request=json'

/** Of a server with a page to log out at, and nothing else. */
export const endsInBrowser = (title: string) => ({
  message: `${title} has no endpoint to revoke tokens; its page for that ends the login of the browser, and may leave the tokens alive`,
  hint: 'to erase it here: tokn logout --local-only',
})

/** Of a page where a person logs out in the browser. */
export const logOutAt = (url: string) => `log out in the browser at ${url}`
export const logoutOpened = (url: string) => `the browser was opened to log out at ${url}`
