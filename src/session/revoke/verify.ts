import { isFailure, ToknError } from '../../core/errors.ts'
import type { ProbeResult } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import type { TokenInfo } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import type { Call } from '../call.ts'
import { listIds } from './list-named.ts'
import { compare, probeAgain } from './probe.ts'

export interface Revocation {
  readonly id: string
  readonly name?: string | undefined
  readonly status: 'revoked' | 'already_revoked' | 'not_found' | 'failed' | 'would_revoke'
  /** How many tokens the provider lists under this id, where there is a list. */
  readonly listed?: number | undefined
  /** Names of the other tokens that the provider lists under this id. */
  readonly alsoNamed: readonly string[]
  /** Whether it was a name that stood for it. */
  readonly byName: boolean
  /** The profiles on this machine that hold it. */
  readonly heldBy: readonly string[]
  /** Whether it was seen alive before and is not any more, in the same way. */
  readonly verified: boolean
  /** Whether the provider's list showed it before and does not any more. */
  readonly unlisted?: boolean | undefined
  /** `use`: a request with the token was tried. `list`: the provider's list shows it no longer. */
  readonly verifiedBy?: 'use' | 'list' | undefined
  /** Milliseconds until that was known. */
  readonly verifyTime?: number | undefined
  readonly error?: ToknError | undefined
}

/** Tries the token itself, which shows more than any list. */
export async function tryUse(
  { provider, reach, session }: Call,
  holder: SessionRecord,
  before: readonly ProbeResult[],
  one: Revocation,
): Promise<Revocation> {
  const { clock } = session.ports
  const began = clock.now()
  const { liveness } = compare(before, await probeAgain(provider, reach, holder), 'access')
  const verifyTime = clock.now() - began
  if (liveness === 'ended') return { ...one, verified: true, verifiedBy: 'use', verifyTime }
  if (liveness !== 'alive') return one
  const error = new ToknError('provider_refused', words.tokens.stillWorks(provider.title))
  return { ...one, status: 'failed', error, verifyTime }
}

/** Looks in the list, as it was `before` and as it is now, for what was said to be revoked. */
export async function verify(
  call: Call,
  before: readonly TokenInfo[] | undefined,
  results: readonly Revocation[],
): Promise<readonly Revocation[]> {
  const { ports } = call.session
  const own = call.record.id
  const open = results.filter((one) => one.status === 'revoked' && !one.verified)
  if (before === undefined || open.length === 0) return results
  const began = ports.clock.now()
  const ids = open.map(({ id }) => id)
  let left = await listAfter(call, ids)
  // Some lists are a moment behind.
  if (left !== undefined && open.some(({ id }) => countAlive(left, id) > 0)) {
    await ports.clock.wait(Math.min(1_000, ports.timeLeft()))
    left = await listAfter(call, ids)
  }
  if (left === undefined) return results
  const verifyTime = ports.clock.now() - began
  // A list that does not show the token in use, which works, shows nothing by what it leaves out.
  const counts = own !== undefined && countAlive(before, own) > 0 && countAlive(left, own) > 0
  return results.map((one) => {
    if (!open.includes(one)) return one
    const still = countAlive(left, one.id)
    if (still === 0) {
      return counts
        ? { ...one, unlisted: true, verified: true, verifiedBy: 'list' as const, verifyTime }
        : { ...one, unlisted: true, verifyTime }
    }
    const message = words.tokens.stillListed(call.provider.title, still)
    const error = new ToknError('provider_refused', message)
    return { ...one, status: 'failed' as const, error, verifyTime }
  })
}

/** This check may fail: what was done is done. */
async function listAfter(
  call: Call,
  ids: readonly string[],
): Promise<readonly TokenInfo[] | undefined> {
  // Warnings about the list were given before.
  const quiet = { ...call.reach, warn: () => undefined }
  try {
    return await listIds({ ...call, reach: quiet }, ids)
  } catch (error) {
    if (!isFailure(error)) throw error
    return undefined
  }
}

function countAlive(tokens: readonly TokenInfo[] | undefined, id: string): number {
  return (tokens ?? []).filter((one) => one.id === id && one.revokedAt === undefined).length
}
