// English texts of the credential helpers of build tools and of what fetches packages.

import { asItTravels } from './credential-helpers.ts'

export const nothing = (tool: string) => `there is no token for what ${tool} asks for`
export const whereTo = () => [
  'where no profile answers for it: tokn login PROFILE --api-url URL',
  'where several do, name one: -P PROFILE',
]

/** `headers` names those in which the token travels; none where it travels in none. */
export const notAuthorization = (tool: string, headers: string) => ({
  message:
    `this token travels in ${headers === '' ? 'no header' : `the header ${headers}`}, ` +
    `and ${tool} can only send it in Authorization`,
  hint: asItTravels(),
})
export const needsScheme = (tool: string) =>
  `${tool} puts "Bearer" in front of a token that travels without such a word, as this one does`
export const notHeadersAlone = (tool: string) => ({
  message: `${tool} can send headers alone, and this token travels in the URL`,
  hint: asItTravels(),
})
export const notPassword = () => ({
  message:
    'pip and uv send a user and a password, and this token travels neither as Bearer nor as Basic',
  hint: asItTravels(),
})
export const needsProof = () => ({
  message: 'this token is bound to a key, and each request needs a proof of its own',
  hint: 'to send a request with it: tokn curl URL',
})
export const notOneLine = () => 'this token has a character that no header can have'

export const noRequest = (tool: string) => `what ${tool} asks is no JSON object with its fields`

export const cargoAlone = () => 'this is for cargo to run, with --cargo-plugin and nothing else'
export const howCargo = () =>
  'in the configuration of cargo: credential-provider = ["cargo-credential-tokn"]'
export const cargoVersion = () => 'cargo asks in a version of its protocol that is not known here'
export const cargoArguments = () =>
  'cargo-credential-tokn takes the name of a profile, and nothing else'
/** `profile` is the one that the configuration of cargo names. */
export const cargoProfile = (profile: string) =>
  `cargo is to use the profile "${profile}", and that does not answer for this registry`
export const cargoOperation = () =>
  'cargo only reads tokens from tokn; "tokn login" and "tokn logout" are for the rest'

export const bazelUsage = () =>
  '"get" is all that can be asked, with {"uri": URL} on standard input'
export const goHttps = (origin: string) =>
  `go is given nothing for ${origin}: GOAUTH takes https URLs alone`
export const oneUrl = () => 'it takes one URL at most'
export const keyringUsage = () => 'it takes "get URL [USER]", and "--mode creds"'
export const keyringReadOnly = () =>
  'tokn keeps what "tokn login" brings, and takes no password from another tool'
