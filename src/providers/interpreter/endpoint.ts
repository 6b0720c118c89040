import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { RequestTemplate } from '../schema/definition.ts'
import { fillParameters, fillText } from '../templates/fill.ts'
import {
  howToGiveField,
  placeholderValue,
  type TemplateValues,
} from '../templates/placeholder-values.ts'
import type { ApiLocation } from './api-location.ts'
import { parseTemplate, splitName, type Placeholder } from '../templates/template.ts'
import { percentEncode } from '../templates/transforms.ts'

const absolute = /^(https?:\/\/[^/?#{}]+)(\/.*)?$/
const unsafeInPath = /[\u0000-\u001f\u007f-\u009f]/

/**
 * The URL of a request. Whatever is filled in, it is below the base URL, or at an origin that the
 * definition lists; anything else throws `usage`.
 */
export function endpointUrl(
  request: RequestTemplate,
  location: ApiLocation,
  values: TemplateValues,
): URL {
  const filled = fillText(request.path, values, encodeSegment)
  if (filled === undefined) throw missingIn(request.path, values)
  const foreign = absolute.exec(filled)
  const origin = foreign?.[1] ?? location.origin
  const path = foreign === null ? location.prefix + filled : (foreign[2] ?? '/')
  const url = assertWithin(
    origin,
    path,
    foreign === null ? location.prefix : '',
    location.reachable,
  )
  for (const [name, value] of fillParameters(request.query, values)) {
    url.searchParams.append(name, value)
  }
  return url
}

/** The error for a path with a placeholder that has no value. */
function missingIn(path: string, values: TemplateValues): ToknError {
  const name = parseTemplate(path)
    .flatMap((part) => (typeof part === 'string' ? [] : [part.name]))
    .find((one) => placeholderValue(one, values) === undefined)
  const [root = '', key = ''] = splitName(name ?? '')
  const said =
    root === 'fields'
      ? words.requests.fieldMissingInUrl(key, howToGiveField(key, values))
      : words.requests.valueMissingInUrl(name ?? '', root)
  return new ToknError('usage', said, { sent: false })
}

/** The URL of the next page; throws `provider_nonsense` when it is at another origin. */
export function followUrl(text: string, from: URL, location: ApiLocation): URL {
  const url = URL.canParse(text, from.href) ? new URL(text, from) : undefined
  const safe = url !== undefined && url.username === '' && url.password === ''
  if (safe && location.reachable.includes(url.origin)) {
    url.hash = ''
    return url
  }
  throw new ToknError('provider_nonsense', words.replies.nextPageElsewhere(), { sent: true })
}

function encodeSegment(text: string, { name }: Placeholder): string {
  const dots = text === '' || text === '.' || text === '..'
  if (dots || unsafeInPath.test(text)) {
    const said =
      name === 'target' ? words.requests.targetNotInUrl() : words.requests.valueNotInUrl(name)
    throw new ToknError('usage', said, { sent: false })
  }
  return percentEncode(text)
}

function assertWithin(
  origin: string,
  path: string,
  prefix: string,
  reachable: readonly string[],
): URL {
  const url = URL.canParse(origin + path) ? new URL(origin + path) : undefined
  const same =
    url !== undefined &&
    url.origin === origin &&
    reachable.includes(origin) &&
    url.username + url.password + url.hash + url.search === '' &&
    // Dot segments, backslashes and tabs would have been resolved or dropped.
    url.pathname === path &&
    path.startsWith(`${prefix}/`)
  if (same) return url
  throw new ToknError('usage', words.requests.urlOutsideBase(), {
    sent: false,
  })
}
