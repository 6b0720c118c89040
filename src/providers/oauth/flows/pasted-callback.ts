import { quoteForeign } from '../../../core/secret.ts'
import { withoutMark } from '../../../core/value-text.ts'
import { words } from '../../../messages/words.ts'
import type { Connection } from '../server/connect.ts'
import { isAnswerOf } from '../server/issuers.ts'
import type { Authorization } from './authorization.ts'

/** What a person pasted where the browser could not come back by itself. */
export type PastedCallback =
  /** `tied`: it has the state of this login, which nobody else knows. */
  | { readonly answer: URLSearchParams; readonly tied: boolean }
  /** An address of another login; the one that the browser was to start at; neither address nor code. */
  | { readonly problem: 'foreign' | 'start' | 'unreadable' }

type Asked = Pick<Authorization, 'state'>
type Server = Pick<Connection, 'server' | 'issuer'>

/** Longest text that is looked at, in characters. */
const longest = 65_536

/**
 * The address that the browser ended at, its query, or the code alone, as it comes out of a browser,
 * a messenger or a terminal: quoted, or broken into lines. A wrong state is refused. None is needed:
 * who pastes here has begun this login, the code is of use only with the verifier of this login
 * (RFC 7636), and it goes to no other server than the one whose page was opened.
 */
export function readPastedCallback(text: string, asked: Asked, server: Server): PastedCallback {
  const trimmed = unwrap(text)
  const joined = trimmed.replace(/\s+/g, '')
  if (joined === '' || text.length > longest) return { problem: 'unreadable' }
  const isAddress = /^[a-z][a-z0-9+.-]*:(\/|[a-z]+:)/i.test(joined)
  const parameters = parametersIn(joined)
  if (parameters !== undefined) return readParameters(parameters, asked, server, isAddress)
  if (isAddress) return { problem: isStart(joined, asked) ? 'start' : 'foreign' }
  const code = readCode(trimmed, asked)
  if (code === undefined) return { problem: 'unreadable' }
  return { answer: answerOf(new URLSearchParams({ code }), asked, server), tied: false }
}

/** A callback from the browser itself: all of it is there, and there once. */
export function isOurs(callback: URLSearchParams, { state }: Asked, server: Server): boolean {
  const states = callback.getAll('state')
  if (states.length !== 1 || states[0] !== state || !isOfServer(callback, server, true))
    return false
  return ['code', 'error'].every((name) => callback.getAll(name).length < 2)
}

/** What is said of an answer to this login that names another server (RFC 9207), or none though ours always does. */
export function misnamedIn(
  callback: URLSearchParams,
  { state }: Asked,
  { server, issuer }: Server,
): string | undefined {
  if (callback.get('state') !== state || isOfServer(callback, { server, issuer }, true))
    return undefined
  const named = callback.get('iss')
  const shown = named === null ? undefined : quoteForeign(named, 200)
  return words.oauthPerson.answerOfAnother(quoteForeign(server.issuer, 200), shown)
}

function readParameters(
  parameters: URLSearchParams,
  asked: Asked,
  server: Server,
  isAddress: boolean,
): PastedCallback {
  const states = parameters.getAll('state')
  const isOther = states.length > 1 || (states.length === 1 && states[0] !== asked.state)
  if (isOther || !isOfServer(parameters, server, isAddress && states.length === 1)) {
    return { problem: 'foreign' }
  }
  return { answer: answerOf(parameters, asked, server), tied: states.length === 1 }
}

/** Whether it comes from our server (RFC 9207); `whole`: nothing of it was cut off. */
function isOfServer(parameters: URLSearchParams, { server, issuer }: Server, whole: boolean) {
  if (issuer === undefined) return true
  const named = parameters.getAll('iss')
  if (named.length > 0) return named.length === 1 && isAnswerOf(server.issuer, named[0] ?? '')
  return !whole || server.authorization_response_iss_parameter_supported !== true
}

/** In the form in which the browser would have brought it. */
function answerOf(
  parameters: URLSearchParams,
  { state }: Asked,
  { server, issuer }: Server,
): URLSearchParams {
  const answer = new URLSearchParams(parameters)
  answer.set('state', state)
  const isNamed = server.authorization_response_iss_parameter_supported === true
  if (issuer !== undefined && isNamed) answer.set('iss', server.issuer)
  return answer
}

/** Blanks and quotes around it are of what it was copied from. */
function unwrap(text: string): string {
  return withoutMark(text).replace(/^[\s"'`<\u201c\u2018\u00ab]+|[\s"'`>\u201d\u2019\u00bb]+$/g, '')
}

/** The parameters of an address, or of its query alone, where they are an answer. */
function parametersIn(text: string): URLSearchParams | undefined {
  const [before = '', fragment = ''] = text.split('#', 2)
  const query = before.includes('?') ? before.slice(before.indexOf('?') + 1) : before
  return [query, fragment].map((part) => new URLSearchParams(part)).find(isAnswer)
}

function isAnswer(parameters: URLSearchParams): boolean {
  return [...parameters.getAll('code'), ...parameters.getAll('error')].some((one) => one !== '')
}

/** The address at which a login begins has its state as well. */
function isStart(address: string, { state }: Asked): boolean {
  return address.includes(state) || /[?&](client_id|request_uri|response_type)=/.test(address)
}

/** RFC 6749 appendix A.11; some pages show it with the state behind it, or as it is in an address. */
function readCode(text: string, { state }: Asked): string | undefined {
  const lines = text.split(/[\r\n]+\s*/).join('')
  const alone = lines.endsWith(`#${state}`) ? lines.slice(0, -state.length - 1) : lines
  if (!/^[\x21-\x7e]+$/.test(alone) || /^(code|state|error)=/.test(alone)) return undefined
  if (!/%[0-9a-f]{2}/i.test(alone)) return alone
  try {
    const decoded = decodeURIComponent(alone)
    return /^[\x21-\x7e]+$/.test(decoded) ? decoded : alone
  } catch {
    return alone
  }
}
