// English texts of logins to OAuth servers.

/** `name` and `other` are fields: `client_secret`; `variables` are theirs. */
export const secretNeeded = (
  name: string,
  other: string | undefined,
  variables: readonly string[],
) => ({
  message: `this login needs a ${name.replaceAll('_', ' ')}${other === undefined ? '' : ` or ${other.replaceAll('_', ' ')}`}`,
  hint: `set ${variables.map((one) => `${one}_FILE`).join(' or ')}`,
})

const refusedGrants = {
  password: 'check the user name and the password',
  assertion: 'check the assertion (is it out of date, or for another audience or issuer?)',
  key: 'check the key, the client id and the subject (--set subject=NAME) that the server knows it by',
  'subject-token':
    'check the subject token (is it out of date, or of another type: --set subject_token_type=TYPE?)',
  'ci-token': 'check which CI jobs the server trusts (issuer, audience, subject)',
}

/** What was presented for a token was refused. */
export const hintRefused = (presented: keyof typeof refusedGrants) =>
  `${refusedGrants[presented]}: tokn login`

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
