import { isObject } from '../../core/json.ts'
import type { Body } from './body.ts'
import { valueAt } from '../schema/path.ts'

/** The codes and sentences of a refusal, wherever APIs put them. */
export interface RefusalText {
  /** Codes, the most telling first: texts, and numbers as texts. */
  readonly codes: readonly string[]
  /** For people; not made harmless. */
  readonly texts: readonly string[]
}

// RFC 6749 section 5.2; RFC 9457 (`type`, `title`, `detail`); JSON:API and SCIM (`errors`); Google,
// Meta, Microsoft Graph (`error.*`); Apigee (`fault`); AWS (`__type`); Matrix (`errcode`); Okta
// (`errorCode`, `errorSummary`); Salesforce (a list of `errorCode`); HubSpot (`status`); Kubernetes
// (`reason`); Entra (`suberror`) and Google (`error_subtype`) beside an error that says less.
const codePlaces = `error error.code error.type error.status error.errorCode error.error
  error.error_subcode suberror error_subtype code error_code errorCode errcode errorType error_type
  __type Code status reason errors.0.code errors.0.error errors.0.errorCode errors.0.type errors.0
  0.errorCode 0.code fault.detail.errorcode type error_codes.0 meta.error_type`.split(/\s+/)

const textPlaces = `error_description error_message errorDescription error.message error.description
  error.detail error.error_description message msg detail details title errorSummary reason
  errors.0.message errors.0.detail errors.0.title errors.0 0.message fault.faultstring
  error.errors.0.message description Message error`.split(/\s+/)

/** Every code and every sentence in a body, in the order of what they are likely to mean. */
export function refusalTextOf({ value, plain }: Pick<Body, 'value' | 'plain'>): RefusalText {
  const texts = plain === undefined ? gather(value, textPlaces, asText) : [plain]
  // Firebase has its codes where others have sentences.
  const words = texts.filter((text) => /^[A-Za-z]+([_-][A-Za-z0-9]+)+$/.test(text))
  return { codes: [...new Set([...gather(value, codePlaces, asCode), ...words])], texts }
}

/** Whether a body says that it is an error: then it is one under any status. */
export function saysError(body: unknown): boolean {
  if (!isObject(body)) return false
  return namesError(body) || body['ok'] === false || body['success'] === false
}

/** Whether a body has a key for an error, with a value. */
export function namesError(body: unknown): boolean {
  if (!isObject(body)) return false
  return ['error', 'errors', 'errorCode', 'error_code', 'errcode'].some((key) =>
    saysSome(body[key]),
  )
}

function saysSome(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value)
}

function gather(
  body: unknown,
  places: readonly string[],
  read: (value: unknown) => string | undefined,
): readonly string[] {
  if (!isObject(body) && !Array.isArray(body)) return []
  return [...new Set(places.flatMap((place) => read(valueAt(body, place)) ?? []))]
}

function asCode(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  if (typeof value !== 'string' || value === '') return undefined
  // A problem type (RFC 9457) is a URI, the name of an exception may be one: their ends say it.
  const last = /^(https?:|urn:)|#/.test(value) ? (value.split(/[/#:]/).at(-1) ?? value) : value
  return last.length <= 80 ? last : undefined
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 2_000) : undefined
}
