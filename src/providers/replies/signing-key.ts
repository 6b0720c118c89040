import { rememberSecret, isUsableAccess } from './token-values.ts'
import { findValue, type ReplyView } from './place.ts'
import type { ReplyPlan } from '../schema/definition.ts'
import type { SigningKey } from '../../core/token.ts'

/** The key of a reply; where one was expected that cannot be used, the name of what it lacks. */
export interface FoundSigningKey {
  readonly value?: SigningKey | undefined
  readonly lacks?: 'id' | 'secret' | 'session' | undefined
}

/** A key is whole or none: half of it signs nothing, and half of another one is refused. */
export function readSigningKey(plan: ReplyPlan['signingKey'], view: ReplyView): FoundSigningKey {
  if (plan === undefined) return {}
  const [id, given] = [findValue(plan.id, view), findValue(plan.secret, view)]
  const secret = isUsableAccess(given) ? rememberSecret(given) : undefined
  if (!isUsableAccess(id) || id.length > longestId) return { lacks: 'id' }
  if (secret === undefined) return { lacks: 'secret' }
  if (plan.session === undefined) return { value: { id, secret } }
  const token = findValue(plan.session, view)
  const session = isUsableAccess(token) ? rememberSecret(token) : undefined
  return session === undefined ? { lacks: 'session' } : { value: { id, secret, session } }
}

/** In characters; those of AWS have at most 128. */
const longestId = 128
