import { ToknError, type Said } from '../../core/errors.ts'
import type { HttpRequest } from '../../core/ports.ts'
import type { Operation } from '../../core/provider.ts'
import { fillAccess } from '../../core/fill-access.ts'
import { words } from '../../messages/words.ts'
import { fillAttachment } from './attachment.ts'
import type { ProviderDefinition, ReplyPlan, RequestTemplate } from '../schema/definition.ts'
import { endpointUrl } from './endpoint.ts'
import { fillBody, fillParameters, fillText, fillTexts } from '../templates/fill.ts'
import {
  requirePlaceholder,
  type RequestValues,
  type TemplateValues,
} from '../templates/placeholder-values.ts'
import type { ApiLocation } from './api-location.ts'

/** Everything that the requests of one operation have in common. */
export interface ApiOperation {
  readonly definition: ProviderDefinition
  readonly location: ApiLocation
  readonly operation: Operation
}

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const listLimit = 4 * 1024 * 1024

/**
 * A request with everything filled in. Throws `usage` for a value that cannot be sent where the
 * definition puts it, `reauth_required` where there is no token to send.
 */
export function buildRequest(
  api: ApiOperation,
  request: RequestTemplate,
  withToken: boolean,
  plan: ReplyPlan | undefined,
  values: RequestValues,
): HttpRequest {
  const { definition, location } = api
  const url = endpointUrl(request, location, values)
  const headers = new Headers()
  headers.put('accept', plan?.format === 'text' ? '*/*' : 'application/json')
  const body = buildBody(request, headers, values)
  headers.putAll(fillTexts(definition.headers, values))
  const cookies = [...fillTexts(request.cookies, values)]
  if (withToken) attachToken(definition, values, url, headers, cookies)
  if (request.basic !== undefined) headers.put('authorization', basic(request.basic, values))
  headers.putAll(fillTexts(request.headers, values))
  if (cookies.length > 0) headers.put('cookie', cookies.map(cookiePair).join('; '))
  return {
    method: request.method,
    url,
    headers: headers.list(),
    body,
    limit: api.operation === 'list' ? listLimit : undefined,
    grants: mayGrant(api, request, plan) ? true : undefined,
  }
}

/** Whether the replies to an operation are expected to have tokens. */
export function isGranting(operation: Operation): boolean {
  return operation === 'login' || operation === 'refresh' || operation === 'issue'
}

/** Whether the reply may have tokens, or a step towards them. */
function mayGrant(
  { operation }: ApiOperation,
  { method }: RequestTemplate,
  plan: ReplyPlan | undefined,
): boolean {
  if (!isGranting(operation)) return false
  return method !== 'GET' || plan?.access !== undefined || plan?.refresh !== undefined
}

function attachToken(
  definition: ProviderDefinition,
  values: RequestValues,
  url: URL,
  headers: Headers,
  cookies: Array<readonly [string, string]>,
): void {
  requirePlaceholder('access', values)
  const access = values.access
  if (access === undefined) return
  const attachment = fillAttachment(definition, values, values)
  headers.putAll(fillAccess(attachment.headers, access))
  for (const [name, value] of fillAccess(attachment.query, access))
    url.searchParams.set(name, value)
  cookies.push(...fillAccess(attachment.cookies, access))
}

function buildBody(
  request: RequestTemplate,
  headers: Headers,
  values: TemplateValues,
): string | undefined {
  if (request.json !== undefined) {
    headers.put('content-type', 'application/json')
    const empty = Array.isArray(request.json) ? [] : {}
    return JSON.stringify(fillBody(request.json, values) ?? empty)
  }
  if (request.form === undefined) return undefined
  headers.put('content-type', 'application/x-www-form-urlencoded')
  return encodeForm(fillParameters(request.form, values))
}

function basic(template: NonNullable<RequestTemplate['basic']>, values: TemplateValues): string {
  const encode = template.encoded === true ? encodeURIComponent : (text: string) => text
  const user = encode(fillText(template.user, values) ?? '')
  const password = encode(fillText(template.password, values) ?? '')
  if (user.includes(':')) {
    throw new ToknError('usage', words.requests.colonInUserName(), {
      sent: false,
    })
  }
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

function cookiePair([name, value]: readonly [string, string]): string {
  if (headerName.test(name) && /^[\x21-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/.test(value)) {
    return `${name}=${value}`
  }
  throw unsendable(words.requests.unsendableCookie(name))
}

function unsendable(said: Said): ToknError {
  return new ToknError('usage', said, { sent: false })
}

/**
 * A header value as it is sent. RFC 9110 section 5.5 leaves the meaning of octets beyond ASCII open;
 * current clients send UTF-8. The HTTP library takes one character per octet.
 */
function octets(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1')
}

/** Headers by name, in any case; the last value put under a name is the one sent. */
class Headers {
  readonly #entries = new Map<string, readonly [string, string]>()

  put(name: string, value: string): void {
    if (
      !headerName.test(name) ||
      !/^[^\x00-\x20\x7f]([^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?$/.test(value)
    ) {
      throw unsendable(words.requests.unsendableHeader(name))
    }
    this.#entries.set(name.toLowerCase(), [name, octets(value)])
  }

  putAll(pairs: ReadonlyArray<readonly [string, string]>): void {
    for (const [name, value] of pairs) this.put(name, value)
  }

  list(): ReadonlyArray<readonly [string, string]> {
    return [...this.#entries.values()]
  }
}

function encodeForm(pairs: ReadonlyArray<readonly [name: string, value: string]>): string {
  const form = new URLSearchParams()
  for (const [name, value] of pairs) form.append(name, value)
  return form.toString()
}
