// English texts of logins to OAuth servers.

export const nobodyHere = () => ({
  message: 'this login needs a person, and nobody can be asked here',
  hint: 'run it in a terminal, or use --flow client, jwt, exchange or ci',
})

/** `name` and `other` are fields: `client_secret`; `variable` is that of `name`. */
export const secretNeeded = (name: string, other: string | undefined, variable: string) => ({
  message: `this login needs a ${name.replaceAll('_', ' ')}${other === undefined ? '' : ` or ${other.replaceAll('_', ' ')}`}`,
  hint: `set ${variable}_FILE`,
})

// In the browser.

export const browserOpened = () => 'Log in in your browser. If no window opened, go to:'

export const goTo = () => 'Go to:'

export const waitOrPaste = () => 'Then wait, or paste the address that the browser ends up at'

export const foreignAddress = () => 'That address does not belong to this login.'

export const nothingPasted = () => 'no address of this login was pasted'

// With a code on another device.

export const enterCode = (page: string, code: string) =>
  `Open ${page} on any device and enter the code ${code}`

export const codeValidFor = (time: string) => `It is valid for ${time}.`

export const codeExpired = () => 'the code expired before anybody entered it'

export const codePageNotHttps = () => 'the page where the code is to be entered is not an https URL'

// From a CI job.

const askCi = (variable: string) => `is ${variable} the address of the CI service?`

export const notAJwt = () => 'the ID token of the CI job is not a JWT'

export const noCiToken = () => ({
  message: 'this CI job has no ID token to log in with',
  hint: 'GitHub Actions: "permissions: id-token: write"; GitLab: "id_tokens:" and TOKN_CI_ID_TOKEN',
})

export const ciUrlNotHttps = () => 'the URL for the ID token of the CI job is not an https URL'

export const ciGaveNone = () => 'the CI service gave no ID token'

export const ciAnswerUnreadable = (why: string, variable: string) => ({
  message: `the CI service gave no ID token: ${why}`,
  hint: askCi(variable),
})

export const ciNotNow = (status: number) =>
  `the CI service gives no ID token for now (status ${status})`

export const ciRejected = (variable: string, status: number) => ({
  message: `the CI service does not accept ${variable} (status ${status}), and gives no ID token`,
  hint: 'it is valid for one job and ends with it; on GitHub the job needs "permissions: id-token: write"',
})

export const ciRefused = (status: number, variable: string) => ({
  message: `the CI service gives no ID token (status ${status})`,
  hint: askCi(variable),
})
