import { ToknError } from '../../../core/errors.ts'
import { isObject } from '../../../core/json.ts'
import { pointerSegment } from '../../../core/json-text.ts'
import { display } from '../../../core/text.ts'
import { words } from '../../../messages/words.ts'
import { describeInstead, readBody, type Body } from '../../replies/body.ts'
import { endpointNames } from '../settings/fields.ts'
import { splitList } from '../settings/in-force.ts'

/** What a server says of itself (RFC 8414 section 2), by the types that it should have. */
export type Metadata = Readonly<Record<string, unknown>>

/** Endpoints that requests of ours go to, and no browser. */
const asked: ReadonlySet<string> = new Set(
  endpointNames.filter((name) => !/^(authorization|end_session)_endpoint$/.test(name)),
)
const texts: ReadonlySet<string> = new Set(['issuer', ...endpointNames])

/**
 * The metadata in a file. Throws `usage`; `shown` is the file's name.
 */
export function readMetadataFile(text: string, shown: string): Metadata {
  const body = readBody({ headers: [], body: text })
  const instead = insteadOfMetadata(body)
  if (instead !== undefined) {
    throw new ToknError('usage', words.oauthServer.notADocument(shown, display(instead, 200)))
  }
  return tidyMetadata(body.value as Metadata)
}

/** What a body is, where it is no metadata. */
export function insteadOfMetadata(body: Body): string | undefined {
  if (body.kind !== 'data') return describeInstead(body)
  if (!isObject(body.value)) return words.replies.notAnObject()
  // Two readers could take two different ones.
  const twice = [...texts].find((name) => body.duplicates.has(pointerSegment(name)))
  return twice === undefined ? undefined : words.oauthServer.twice(twice)
}

/**
 * Metadata as real servers write them: an absent value as `null` or an empty text, one text as a list
 * of one, a list as a text with blanks, yes and no as texts.
 */
export function tidyMetadata(document: Metadata): Metadata {
  const entries = Object.entries(document).flatMap(([name, value]) => {
    const tidy = tidyValue(name, value)
    return tidy === undefined ? [] : [[name, tidy] as const]
  })
  return Object.fromEntries(entries)
}

function tidyValue(name: string, value: unknown): unknown {
  if (value === null || value === '') return undefined
  if (name === 'mtls_endpoint_aliases') return isObject(value) ? tidyMetadata(value) : undefined
  if (texts.has(name)) {
    const [only, ...more] = Array.isArray(value) ? (value as unknown[]) : [value]
    if (more.length > 0) return value
    // RFC 6749 section 3.2: none has a fragment, and none is ever sent.
    return typeof only === 'string' && asked.has(name)
      ? only.replace(/#.*$/s, '')
      : (only ?? undefined)
  }
  if (!name.endsWith('_supported') || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.filter((one) => typeof one === 'string')
  if (typeof value !== 'string') return undefined
  if (/^(true|false)$/i.test(value)) return value.toLowerCase() === 'true'
  return splitList(value)
}
