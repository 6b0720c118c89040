import { readExpiry, type Expiry } from './expiry.ts'
import { isObject, ownString, textsIn } from './json.ts'
import type { Attachment } from './token.ts'

/** What of a session its token is handed out with. */
export interface HandedOut {
  readonly profileId: string
  readonly generation: number
  /** The token itself. */
  readonly access: string
  readonly expiry: Expiry
  readonly attach: Attachment
}

/** Reads it out of a stored session; `undefined` for what is none. */
export function readHandedOut(value: unknown): HandedOut | undefined {
  if (!isObject(value) || value['v'] !== 1) return undefined
  const [access, profileId] = ['access', 'profileId'].map((name) => ownString(value, name))
  const { generation } = value
  if (access === undefined || access === '' || profileId === undefined) return undefined
  if (typeof generation !== 'number' || !Number.isSafeInteger(generation)) return undefined
  const [expiry, attach] = [readExpiry(value['expiry']), readAttachment(value['attach'])]
  return { profileId, generation, access, expiry, attach }
}

function readAttachment(value: unknown): Attachment {
  if (!isObject(value)) return {}
  return {
    headers: textsIn(value['headers']),
    query: textsIn(value['query']),
    cookies: textsIn(value['cookies']),
    ...(value['bound'] === true ? { bound: true } : {}),
  }
}
