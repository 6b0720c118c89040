import { isToknError, ToknError } from '../../core/errors.ts'
import { isGood } from '../../core/expiry.ts'
import type { Reach } from '../../core/provider.ts'
import type { Grant, TokenInfo, TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { nextLogin, tokenInWords, usualTokenName } from '../naming.ts'
import { neededTtl } from '../refresh-request.ts'
import { loginAnew } from '../standing.ts'
import type { RefreshRun } from './run.ts'

/**
 * A new token issued with the current one, where an API has no refresh. It has the same name and
 * scopes. The ids that carry the name are written down first, so that a token issued by a run that
 * was cut off can be told from the user's own, and is revoked.
 */
export async function reissueToken(run: RefreshRun, reach: Reach): Promise<TokenSet> {
  const { record, journal, provider } = run
  const grant = grantToRepeat(run, await rightsOf(run, reach))
  // With its reply kept, the token of that name is our own, and nothing is to be asked.
  if (journal.replies('reissue').length === 0) {
    await prepare(run, reach, grant)
  }
  const tokens = await provider.issue?.(reach, record, grant)
  if (tokens === undefined) throw new Error('a provider with an issue gave nothing')
  return {
    ...tokens,
    name: record.name ?? grant.name,
    scopes: tokens.scopes ?? record.scopes ?? grant.scopes,
  }
}

/**
 * The name and scopes of the current token. Nobody here has seen those of one that was pasted in:
 * without any, a replacement could be allowed more than it, so the list has to know them.
 */
async function rightsOf(
  { ports, provider, record, profile, journal }: RefreshRun,
  reach: Reach,
): Promise<Pick<Grant, 'name' | 'scopes'>> {
  const { name, scopes = record.grant?.scopes } = record
  const alone = record.fixed === true && isGood(record.expiry, ports.clock.now(), 0)
  const kept = journal.replies('reissue').length > 0
  if (!alone || scopes !== undefined || kept) return { name, scopes }
  const keep = (page: readonly TokenInfo[]) => page.filter(({ id }) => id === record.id)
  const listed = await provider.list?.(reach, record, { keep }).catch((error: unknown) => {
    if (isToknError(error, 'forbidden')) return []
    throw error
  })
  const [own, another] = listed ?? []
  if (own === undefined || another !== undefined) {
    throw new ToknError('reauth_required', words.pasted.scopesUnknown(tokenInWords(profile)), {
      hint: nextLogin(profile, ' --with-token --scope SCOPE'),
    })
  }
  return { name: name ?? own.name, scopes: own.scopes }
}

/** What the current token was asked for with. */
function grantToRepeat(
  { ports, record, profile }: RefreshRun,
  rights: Pick<Grant, 'name' | 'scopes'>,
): Grant {
  const name = rights.name ?? record.grant?.name ?? usualTokenName(ports, profile)
  const { until, ...grant } = record.grant ?? {}
  // What was to end by an instant has no replacement that outlives it. Where that is about to come,
  // a replacement lives as long as the first did, which is told.
  const due = until !== undefined && until - ports.clock.now() > 2 * neededTtl(record, {})
  return { ...grant, ...(due ? { until } : {}), name, scopes: rights.scopes ?? grant.scopes }
}

async function prepare(run: RefreshRun, reach: Reach, grant: Grant): Promise<void> {
  const { ports, provider, record, journal, profile } = run
  if (!isGood(record.expiry, ports.clock.now(), 0)) {
    const problem = words.refresh.expiredWithoutRefresh(tokenInWords(profile), provider.title)
    const hint = loginAnew(profile, record)
    throw new ToknError('reauth_required', problem, { hint })
  }
  const needed = provider.lacks?.('issue', record.scopes)
  if (needed !== undefined) {
    throw new ToknError(
      'forbidden',
      words.refresh.mayNotReissue(tokenInWords(profile), needed, false),
    )
  }
  await revokeOrphans(run, reach, grant)
  const present = await tokensNamed(run, reach, grant)
  await journal.note({ name: grant.name, ids: present?.map((token) => token.id) })
}

/** Revokes what a run that was cut off has issued, and nobody holds. */
async function revokeOrphans(run: RefreshRun, reach: Reach, grant: Grant): Promise<void> {
  const { provider, record, journal } = run
  const known = journal.facts()['ids']
  if (!Array.isArray(known) || provider.revoke === undefined) return
  for (const token of (await tokensNamed(run, reach, grant)) ?? []) {
    const orphan = token.id !== record.id && !known.includes(token.id)
    if (orphan) await provider.revoke(reach, record, { id: token.id })
  }
}

async function tokensNamed(
  { provider, record }: RefreshRun,
  reach: Reach,
  grant: Grant,
): Promise<readonly TokenInfo[] | undefined> {
  try {
    return await provider.list?.(reach, record, {
      keep: (page) => page.filter((token) => token.name === grant.name),
    })
  } catch (error) {
    // A token without the scope to list can still issue; an orphan then stays until it expires.
    if (isToknError(error, 'forbidden')) return undefined
    throw error
  }
}
