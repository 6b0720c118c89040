// English texts of logins to OAuth servers by a person: which flow, the browser, a code on another
// device.

/** `--flow device`, `--flow device or client`. */
const flowFlag = (flows: readonly string[]) => {
  const last = flows.at(-1) ?? ''
  const others = flows.slice(0, -1).join(', ')
  return `--flow ${others === '' ? last : `${others} or ${last}`}`
}

// Which flow.

/** `flows` are those that need nobody, as far as the server offers them. */
export const nobodyHere = (flows: readonly string[]) => ({
  message: 'this login needs a person, and nobody can be asked here',
  hint: `run it in a terminal${flows.length === 0 ? '' : `, or use ${flowFlag(flows)}`}`,
})

/** As `nobodyHere`, for a command other than `tokn login`. */
export const nobodyForVariables = (flows: readonly string[]) => ({
  message: 'this login needs a person, and nobody can be asked here',
  hint: `log in in a terminal first: tokn login NAME${flows.length === 0 ? '' : `; or, without a person: TOKN_${flowFlag(flows).replace('--flow ', 'FLOW=')}`}`,
})

export const noLoginOfPerson = (title: string, flows: readonly string[]) => ({
  message: `${title} has no page for a person to log in at, and gives no codes for another device`,
  hint:
    flows.length === 0
      ? 'name its page, if it has one: --authorization-endpoint URL'
      : `use ${flowFlag(flows)}`,
})

/** `endpoint`: `device_authorization_endpoint`. `others`: the flows that the server offers. */
export const noEndpointOfFlow = (endpoint: string, others: readonly string[]) => ({
  message: `the server has no ${endpoint.replaceAll('_', ' ')}`,
  hint: `${others.length === 0 ? '' : `use ${flowFlag(others)}; or `}name it, if there is one: --${endpoint.replaceAll('_', '-')} URL`,
})

/** `others`: the flows that the server offers and that were not tried. */
export const hintNotAllowed = (others: readonly string[]) =>
  `allow it where the client is registered${others.length === 0 ? '' : `, or use ${flowFlag(others)}`}`

export const hintNotSupported = (others: readonly string[]) =>
  others.length === 0
    ? 'it offers no other that tokn has: ask who runs it'
    : `use ${flowFlag(others)}`

export const triesInstead = (why: string, flow: string) => `${why}: going on with --flow ${flow}`

// In the browser.

/** `named`: the issuer that an answer to this login named; `issuer`: the one that it should have. */
export const answerOfAnother = (issuer: string, named: string | undefined) =>
  named === undefined
    ? `the answer to this login names no issuer, though ${issuer} says that its answers do (RFC 9207): it was not used`
    : `the answer to this login names ${named} as its issuer, not ${issuer} (RFC 9207): it was not used`

export const browserOpened = () => 'Log in in your browser. If no window opened, go to:'

export const goTo = () => 'Go to:'

const anyPort = (address: string, isAny: boolean) => `${address}${isAny ? ' (any port)' : ''}`

export const redirectToRegister = (address: string, isAny: boolean) =>
  `Redirect address that has to be registered for the client: ${anyPort(address, isAny)}`

export const hintRegister = (address: string, isAny: boolean) =>
  `register this redirect address for the client: ${anyPort(address, isAny)}`

/** `others` as above. */
export const hintAgain = (address: string, isAny: boolean, others: readonly string[]) =>
  `log in again, over SSH with --no-browser to paste the address${others.length === 0 ? '' : `, or use ${flowFlag(others)}`}; if the page complained about it, ${hintRegister(address, isAny)}`

export const notListening = (why: string) => `tokn: ${why}: the answer has to be pasted here`

export const waitOrPaste = () =>
  'Then wait, or paste the address that the browser ends up at, or the code in it'

export const paste = (address: string) =>
  `Then paste the address that the browser ends up at (${address}...), or the code`

export const pasteCode = () => 'Then paste the code that the page shows'

export const foreignAddress = () => 'That address does not belong to this login.'

export const startAddress = () =>
  'That is the address to log in at. Paste the one that the browser ends up at.'

export const notACode = () => 'That is neither such an address nor a code.'

export const unprotectedCode = () =>
  'Note: this server does not say that it ties a code to a login (PKCE): use only codes of the page above.'

export const noCode = () => ({
  message: 'the browser came back without a code',
  hint: 'log in again',
})

export const nothingPasted = () => 'no address of this login was pasted'

export const wrongRedirectUri = (given: string) => ({
  message: `redirect_uri "${given}" is not one that a login can end at`,
  hint: 'it is http:// at 127.0.0.1, [::1] or localhost, or, to be pasted back, https:// or a scheme of an application (com.example.app:/callback)',
})

export const wrongRedirectPort = (given: string) => ({
  message: `redirect_port "${given}" is not a port number`,
  hint: 'a number up to 65535',
})

export const twoPorts = (address: string, port: string) => ({
  message: `redirect_uri "${address}" and redirect_port ${port} do not go together`,
  hint: 'give one of them: --redirect-uri with its port, or --redirect-port',
})

// With a code on another device.

export const enterCode = (page: string, code: string) =>
  `Open ${page} on any device and enter the code ${code}`

export const completePage = (address: string) =>
  `Or open this address, which has the code: ${address}`

export const codeValidFor = (time: string) => `It is valid for ${time}.`

export const codeExpired = () => 'the code expired before anybody entered it'

export const codePageNotHttps = () => 'the page where the code is to be entered is not an https URL'
