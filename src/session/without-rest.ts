import type { SessionRecord } from '../core/record.ts'
import { Secret } from '../core/secret.ts'

/** Stands for a secret that is stored, and not told. */
const untold = new Secret('')

/**
 * Which facts of a login those need who use its token alone: how it was made, and what is handed out
 * beside the token. What a provider keeps there for itself may be secret: its clients, their proofs.
 */
const told = ['flow', 'id_token']

/** The key that makes the proof of each request (RFC 9449), at whoever makes the request. */
const proving = 'dpop_key'

/**
 * The record for those who use its token alone: what renews it is seen to be there, and has no value.
 * Its text (`serializeRecord`) is read back as it is.
 */
export function withoutRest(record: SessionRecord): SessionRecord {
  const { refresh, credentials, attach } = record
  const names = attach.bound === true ? [...told, proving] : told
  const context = Object.entries(record.context).filter(([name]) => names.includes(name))
  return {
    ...record,
    context: Object.fromEntries(context),
    refresh: refresh && untold,
    credentials:
      credentials &&
      Object.fromEntries(Object.keys(credentials).map((name) => [name, untold] as const)),
  }
}
