import type { HttpReply, HttpRequest } from '../../core/ports.ts'
import { words } from '../../messages/words.ts'
import type { EndpointKind } from './replies/normalize-reply.ts'
import { extensionGrants } from './settings/extension-grants.ts'

/** Sections for a request, a reply that says yes, and one that says no. */
type Sections = readonly [request: string, yes: string, no: string]

const byPurpose = {
  keys: ['RFC 7517 5', 'RFC 7517 5', 'RFC 7517 5'],
  device: ['RFC 8628 3.1', 'RFC 8628 3.2', 'RFC 6749 5.2'],
  authorization: ['RFC 9126 2.1', 'RFC 9126 2.2', 'RFC 9126 2.3'],
  browser: ['RFC 6749 4.1.1', 'RFC 6749 4.1.2', 'RFC 6749 4.1.2.1'],
  revocation: ['RFC 7009 2.1', 'RFC 7009 2.2', 'RFC 7009 2.2.1'],
  introspection: ['RFC 7662 2.1', 'RFC 7662 2.2', 'RFC 7662 2.3'],
  userinfo: ['OpenID Connect Core 5.3.1', 'OpenID Connect Core 5.3.2', 'OpenID Connect Core 5.3.3'],
  // Without a token, for the challenge.
  resource: ['RFC 9728 5', 'RFC 9728 5', 'RFC 9728 5.1, RFC 6750 3'],
  'resource metadata': ['RFC 9728 3.1', 'RFC 9728 3.2', 'RFC 9728 3.2'],
  registration: ['RFC 7591 3.1', 'RFC 7591 3.2.1', 'RFC 7591 3.2.2'],
} as const satisfies Readonly<
  Record<Exclude<EndpointKind, 'discovery' | 'token'> | 'browser' | 'resource metadata', Sections>
>

/** What is asked of a client that is registered already, by method. */
const ofRegistered = {
  GET: ['RFC 7592 2.1', 'RFC 7592 3', 'RFC 7592 2.1'],
  DELETE: ['RFC 7592 2.3', 'RFC 7592 2.3', 'RFC 7592 2.3'],
} as const satisfies Readonly<Record<string, Sections>>

const byGrant = {
  authorization_code: ['RFC 6749 4.1.3', 'RFC 6749 4.1.4', 'RFC 6749 5.2'],
  client_credentials: ['RFC 6749 4.4.2', 'RFC 6749 4.4.3', 'RFC 6749 5.2'],
  password: ['RFC 6749 4.3.2', 'RFC 6749 4.3.3', 'RFC 6749 5.2'],
  refresh_token: ['RFC 6749 6', 'RFC 6749 5.1', 'RFC 6749 5.2'],
  [extensionGrants.device]: ['RFC 8628 3.4', 'RFC 8628 3.5', 'RFC 8628 3.5'],
  [extensionGrants.assertion]: ['RFC 7523 2.1', 'RFC 6749 5.1', 'RFC 7523 3.1'],
  [extensionGrants.exchange]: ['RFC 8693 2.1', 'RFC 8693 2.2.1', 'RFC 8693 2.2.2'],
} as const satisfies Readonly<Record<string, Sections>>

const openId = 'OpenID Connect Discovery'
const discovered: readonly [path: RegExp, sections: Sections][] = [
  [/openid-configuration/, [`${openId} 4.1`, `${openId} 4.2`, `${openId} 4.2`]],
  [/./, ['RFC 8414 3.1', 'RFC 8414 3.2', 'RFC 8414 3.2']],
]

/**
 * The section that a request is made by, or the reply to it; `undefined` for what no standard has.
 * `certified`: whether the connection shows a certificate for the client.
 */
export function sectionOf(
  request: HttpRequest,
  reply: Pick<HttpReply, 'status'> | undefined,
  certified: boolean,
): string | undefined {
  const sections = sectionsOf(request)
  if (reply === undefined) {
    const client = clientSection(request, certified)
    return (
      sections && (client === undefined ? sections[0] : words.show.byClient(sections[0], client))
    )
  }
  const { status } = reply
  // What any server may say, whatever it was asked.
  if (status === 415) return 'RFC 9110 15.5.16'
  if (status === 429) return 'RFC 6585 4'
  if (status >= 500) return 'RFC 9110 15.6'
  return status >= 200 && status < 400 ? sections?.[1] : sections?.[2]
}

function sectionsOf(request: HttpRequest): Sections | undefined {
  const { purpose = '', url } = request
  if (purpose === 'discovery') return discovered.find(([path]) => path.test(url.pathname))?.[1]
  if (purpose === 'registration' && has(ofRegistered, request.method)) {
    return ofRegistered[request.method]
  }
  if (purpose !== 'token') return has(byPurpose, purpose) ? byPurpose[purpose] : undefined
  const grant = parametersOf(request).get('grant_type') ?? ''
  return byGrant[has(byGrant, grant) ? grant : 'refresh_token']
}

function has<Name extends string>(
  table: Readonly<Record<Name, unknown>>,
  name: string,
): name is Name {
  return Object.hasOwn(table, name)
}

/** By what of a request the client proves itself. */
function clientSection(request: HttpRequest, certified: boolean): string | undefined {
  const { headers = [], purpose } = request
  if (purpose !== 'token' && purpose !== 'device' && purpose !== 'authorization') return undefined
  const parameters = parametersOf(request)
  const basic = headers.some(
    ([name, value]) => /^authorization$/i.test(name) && /^basic /i.test(value),
  )
  if (basic) return words.show.basic()
  if (parameters.has('client_assertion')) return words.show.assertion()
  if (parameters.has('client_secret')) return words.show.secretInBody()
  return certified ? words.show.certificate() : words.show.idAlone()
}

function parametersOf({ headers = [], body = '' }: HttpRequest): URLSearchParams {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  if (!type.includes('json')) return new URLSearchParams(body)
  try {
    return new URLSearchParams(JSON.parse(body) as Record<string, string>)
  } catch {
    return new URLSearchParams()
  }
}
