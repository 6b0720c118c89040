// English texts about `tokn credential git`.

export const oneOperation = () => ({
  message: 'git names one operation: get, store, erase or capability',
  hint: 'git config credential.helper tokn',
})
export const noAttribute = () => 'a line of the input is not an attribute: each is NAME=VALUE'
export const notText = () => 'an attribute in the input has characters that are no text'
export const noUrl = () => 'the url in the input is not a URL'
export const tooMuch = (limit: number) =>
  `the input is too long: at most ${limit} characters are read`
/** `profile` is absent for a token out of the environment. */
export const cannotSend = (profile: string | undefined) =>
  `the token of ${profile === undefined ? 'the environment' : `"${profile}"`} does not travel in a way that this git can send: nothing is given`
