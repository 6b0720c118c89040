import type { HttpRequest } from '../../../core/ports.ts'
import { Secret } from '../../../core/secret.ts'
import type { TokenSet } from '../../../core/token.ts'
import type { EndpointKind } from '../replies/normalize-reply.ts'
import type { Settings } from '../settings/in-force.ts'
import { mayRepeat, readMoreParameters } from '../settings/more-parameters.ts'
import { writeScopes } from '../settings/scope-words.ts'

type Format = 'form' | 'json'

/** How the requests to one server differ from those of RFC 6749. */
export interface RequestShape {
  /** The request as this server wants it. */
  apply(request: HttpRequest, endpoint: EndpointKind): HttpRequest
  /**
   * Changes the format of token requests, after status 415: the server has not looked at what it
   * was sent. `false` where the profile names one, or both were tried.
   */
  changeFormat(): boolean
  /** The format of the last token request, or of the first. */
  format(): Format
  /** What a session has to remember of this. */
  remembered(): TokenSet['context']
}

const scoped: ReadonlySet<EndpointKind> = new Set(['token', 'device', 'authorization'])

/** Throws `usage` for further parameters that nobody but us may set. */
export function openRequestShape(
  settings: Settings,
  secretParameters: Secret | undefined,
  context: TokenSet['context'],
): RequestShape {
  const named = settings['token_request'] as Format | undefined
  const before = context['token_request'] === 'json' ? 'json' : undefined
  let format: Format = named ?? before ?? 'form'
  let changed = false
  const further = readMoreParameters(settings['token_parameters'], 'token_parameters')
  const secret = readMoreParameters(secretParameters?.reveal(), 'secret_token_parameters').map(
    ([name, value]) => [name, new Secret(value)] as const,
  )
  return {
    apply: (request, endpoint) => {
      if (request.body === undefined || !scoped.has(endpoint)) return request
      const form = new URLSearchParams(request.body)
      const scope = form.get('scope')
      if (scope !== null) form.set('scope', writeScopes(scope, settings))
      if (endpoint !== 'token') return { ...request, body: form.toString() }
      for (const [name, value] of further) addParameter(form, name, value)
      for (const [name, value] of secret) addParameter(form, name, value.reveal())
      return format === 'json' ? asJson(request, form) : { ...request, body: form.toString() }
    },
    changeFormat: () => {
      if (named !== undefined || changed) return false
      changed = true
      format = format === 'json' ? 'form' : 'json'
      return true
    },
    format: () => format,
    remembered: () =>
      named === undefined && (changed || before !== undefined) ? { token_request: format } : {},
  }
}

/** A token may be for several audiences: what is asked for elsewhere is not taken back here. */
function addParameter(form: URLSearchParams, name: string, value: string): void {
  if (!mayRepeat.includes(name)) form.set(name, value)
  else if (!form.getAll(name).includes(value)) form.append(name, value)
}

/** The form as an object: a name that is there more than once has an array. */
function asJson(request: HttpRequest, form: URLSearchParams): HttpRequest {
  const fields = [...new Set(form.keys())].map((name) => {
    const values = form.getAll(name)
    return [name, values.length > 1 ? values : values[0]] as const
  })
  const others = (request.headers ?? []).filter(([name]) => name.toLowerCase() !== 'content-type')
  return {
    ...request,
    headers: [...others, ['content-type', 'application/json']],
    body: JSON.stringify(Object.fromEntries(fields)),
  }
}
