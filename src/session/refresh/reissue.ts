import { isToknError, ToknError } from '../../core/errors.ts'
import { isGood } from '../../core/expiry.ts'
import type { Reach } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import type { Grant, TokenInfo, TokenSet } from '../../core/token.ts'
import type { Ports } from '../ports.ts'
import type { Turn } from './turn.ts'
import { tokenInWords } from '../naming.ts'
import { neededTtl } from '../refresh-request.ts'

/**
 * A new token issued with the held one, where an API has no refresh. It has the same name and
 * scopes. The ids that carry the name are written down first, so that a token issued by an attempt
 * that was cut off can be told from the user's own, and is revoked.
 */
export async function reissue(turn: Turn, reach: Reach): Promise<TokenSet> {
  const { ports, record, attempt, profile } = turn
  const grant = successorGrant(ports, record, profile.name)
  // With its answer kept, the token of that name is our own, and nothing is to be asked.
  if (!attempt.kept.some(({ way }) => way === 'reissue')) await prepare(turn, reach, grant)
  const tokens = await turn.provider.issue?.(reach, record, grant)
  if (tokens === undefined) throw new Error('a provider with an issue gave nothing')
  return { ...tokens, name: record.name ?? grant.name, scopes: tokens.scopes ?? record.scopes }
}

async function prepare(turn: Turn, reach: Reach, grant: Grant): Promise<void> {
  const { ports, provider, record, attempt, profile } = turn
  if (!isGood(record.expiry, ports.clock.now(), 0)) {
    throw new ToknError(
      'reauth_required',
      `${tokenInWords(profile)} has expired, and ${provider.title} has no refresh`,
    )
  }
  const needed = provider.lacks?.('issue', record.scopes)
  if (needed !== undefined) {
    throw new ToknError(
      'forbidden',
      `${tokenInWords(profile)} may not issue its successor: it lacks the scope "${needed}"`,
    )
  }
  await revokeOrphans(turn, reach, grant)
  const present = await tokensNamed(turn, reach, grant)
  attempt.note({ name: grant.name, ids: present?.map((token) => token.id) })
}

function successorGrant(ports: Ports, record: SessionRecord, profile: string): Grant {
  const name = record.name ?? record.grant?.name ?? `tokn/${ports.caller.host}/${profile}`
  const { until, ...grant } = record.grant ?? {}
  // What was to end by an instant has no successor that outlives it. Where that is about to come, a
  // successor lives as long as the first did, which is told.
  const due = until !== undefined && until - ports.clock.now() > 2 * neededTtl(record, {})
  return { ...grant, ...(due ? { until } : {}), name, scopes: record.scopes ?? grant.scopes }
}

async function revokeOrphans(turn: Turn, reach: Reach, grant: Grant): Promise<void> {
  const { provider, record, attempt } = turn
  const known = attempt.facts['ids']
  if (!Array.isArray(known) || provider.revoke === undefined) return
  for (const token of (await tokensNamed(turn, reach, grant)) ?? []) {
    const orphan = token.id !== record.id && !known.includes(token.id)
    if (orphan) await provider.revoke(reach, record, { id: token.id })
  }
}

async function tokensNamed(
  { provider, record }: Turn,
  reach: Reach,
  grant: Grant,
): Promise<readonly TokenInfo[] | undefined> {
  try {
    return (await provider.list?.(reach, record))?.filter((token) => token.name === grant.name)
  } catch (error) {
    // A token without the scope to list can still issue; an orphan then stays until it expires.
    if (isToknError(error, 'forbidden')) return undefined
    throw error
  }
}
