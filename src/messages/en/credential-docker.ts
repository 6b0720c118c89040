// English texts about `tokn credential docker`: they go to standard output, in one line.

export const oneOperation = () => ({
  message: 'name one operation: store, get, erase, list or version',
  hint: 'set "credHelpers" of docker to "tokn"',
})
export const notText = () => 'the server URL has characters that are no text'
export const notJson = () => 'the input is not the JSON of credentials'
export const notKept = () => ({
  message: 'tokn keeps no password or token of a docker login: it gives those of its own sessions',
  hint: 'tokn login NAME',
})
/** `profile` is absent for a token out of the environment. */
export const cannotSend = (profile: string | undefined) =>
  `the token of ${profile === undefined ? 'the environment' : `"${profile}"`} does not travel in a way that docker can send`
