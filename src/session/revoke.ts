import { isFailure, isToknError, ToknError, type ErrorCode } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import { display } from '../core/text.ts'
import type { TokenInfo } from '../core/token.ts'
import { callWithToken, unsupported, type Call } from './call.ts'
import { endToken, holdersOf } from './condemn.ts'
import type { Ports } from './ports.ts'

export interface Revocation {
  readonly id: string
  readonly name?: string | undefined
  readonly status: 'revoked' | 'already_revoked' | 'not_found' | 'failed' | 'would_revoke'
  /** Whether the provider's list no longer shows it. */
  readonly verified: boolean
  /** Milliseconds until that was known. */
  readonly verifyTime?: number | undefined
  readonly error?: { readonly code: ErrorCode; readonly message: string } | undefined
}

/**
 * Revokes the tokens that `wanted` names: by id, by a name or a prefix of an id that only one has.
 * Nothing is sent unless every one of them is clear. Throws `not_found`, `usage`, `unsupported`.
 */
export async function revokeTokens(
  ports: Ports,
  profile: Profile,
  wanted: readonly string[],
  options: { readonly dryRun: boolean },
): Promise<readonly Revocation[]> {
  const provider = await ports.provider(profile)
  if (provider.revoke === undefined) throw unsupported(provider, 'revoke')
  return await callWithToken(ports, profile, 'revoke', async (call) => {
    const listed = await listIfAllowed(call)
    const targets = wanted.map((word) => resolveTarget(word, listed))
    const unique = targets.filter(
      (target, index) => targets.findIndex((other) => other.id === target.id) === index,
    )
    if (options.dryRun) {
      return unique.map((one) => ({ ...one, status: 'would_revoke' as const, verified: false }))
    }
    // The token in use goes last: with it revoked, the others could not be.
    const ordered = unique.toSorted(
      (a, b) => Number(a.id === call.record.id) - Number(b.id === call.record.id),
    )
    const results: Revocation[] = []
    for (const target of ordered) results.push(await revokeOne(ports, profile, call, target))
    return await verify(ports, call, results)
  })
}

async function listIfAllowed(call: Call): Promise<readonly TokenInfo[] | undefined> {
  try {
    return await call.provider.list?.(call.reach, call.record)
  } catch (error) {
    // Revoking by a full id needs no list, and some tokens may revoke but not list.
    if (isToknError(error, 'forbidden')) return undefined
    throw error
  }
}

function resolveTarget(
  word: string,
  listed: readonly TokenInfo[] | undefined,
): { readonly id: string; readonly name?: string | undefined } {
  if (word === '' || word === '*')
    throw new ToknError('usage', 'that names no token', { hint: 'tokn list' })
  if (listed === undefined) return { id: word }
  const exact = listed.filter((token) => token.id === word)
  const byName = listed.filter((token) => token.name === word)
  const byPrefix = word.length < 4 ? [] : listed.filter((token) => token.id.startsWith(word))
  const found = [exact, byName, byPrefix].find((tokens) => tokens.length > 0) ?? []
  if (found.length === 1 && found[0] !== undefined) return { id: found[0].id, name: found[0].name }
  if (found.length === 0 && /[/\\?#%*]|\.\./.test(word)) {
    throw new ToknError(
      'usage',
      `"${display(word, 80)}" is neither an id nor the name of a token`,
      {
        hint: 'tokn list',
      },
    )
  }
  if (found.length === 0) {
    throw new ToknError(
      'not_found',
      `no token is called "${display(word, 80)}", by id or by name`,
      {
        hint: 'tokn list',
      },
    )
  }
  const ids = found.map((token) => display(token.id, 64)).join(', ')
  throw new ToknError(
    'not_found',
    `"${display(word, 80)}" could be ${found.length} tokens: ${ids}`,
    {
      hint: 'name one of them by its full id',
    },
  )
}

async function revokeOne(
  ports: Ports,
  profile: Profile,
  call: Call,
  target: { readonly id: string; readonly name?: string | undefined },
): Promise<Revocation> {
  try {
    await endToken(ports, holdersOf(ports, profile, target.id), target.id, async () => {
      await call.provider.revoke?.(call.reach, call.record, target)
    })
    return { ...target, status: 'revoked', verified: false }
  } catch (error) {
    if (!isFailure(error)) throw error
    if (error.code === 'not_found') return { ...target, status: 'not_found', verified: false }
    return {
      ...target,
      status: 'failed',
      verified: false,
      error: { code: error.code, message: error.message },
    }
  }
}

async function verify(
  ports: Ports,
  call: Call,
  results: readonly Revocation[],
): Promise<readonly Revocation[]> {
  const ownGone = results.some((one) => one.id === call.record.id && one.status === 'revoked')
  const began = ports.clock.now()
  const left = ownGone ? undefined : await listIfAllowed(call)
  if (left === undefined) return results
  const verifyTime = ports.clock.now() - began
  const alive = new Set(
    left.filter((token) => token.revokedAt === undefined).map((token) => token.id),
  )
  return results.map((one) =>
    one.status === 'revoked' ? { ...one, verified: !alive.has(one.id), verifyTime } : one,
  )
}
