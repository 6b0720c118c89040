import { isFailure, isToknError, ToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import type { Sighting } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import { display } from '../core/text.ts'
import type { TokenInfo } from '../core/token.ts'
import { callWithToken, unsupported, type Call } from './call.ts'
import { endToken, holdersOf } from './condemn.ts'
import { checkProvider, readHeld } from './held.ts'
import type { Ports } from './ports.ts'
import { resolveTarget, type Target } from './revoke-target.ts'
import { compare, look, lookAgain } from './sight.ts'

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

export interface RevokeOptions {
  readonly dryRun: boolean
  /**
   * Asked before anything is sent where a name was given and the id behind it is that of other
   * tokens as well. `false`: nothing is revoked; `undefined`: nobody can be asked, and the same.
   */
  agree(target: Target): Promise<boolean | undefined>
}

/**
 * Revokes the tokens that `wanted` names: by id, by a name or a prefix of an id that only one has.
 * Nothing is sent unless every one of them is clear. Throws `not_found`, `usage`, `unsupported`,
 * `interrupted`.
 */
export async function revokeTokens(
  ports: Ports,
  profile: Profile,
  wanted: readonly string[],
  options: RevokeOptions,
): Promise<readonly Revocation[]> {
  const provider = await ports.provider(profile)
  if (provider.revoke === undefined) throw unsupported(provider, 'revoke')
  return await callWithToken(ports, profile, 'revoke', async (call) => {
    const before = await listIfAllowed(call)
    const targets = wanted.map((word) => resolveTarget(word, before))
    const unique = targets.filter(
      (target, index) => targets.findIndex((other) => other.id === target.id) === index,
    )
    const known = unique.map((target) => describe(ports, profile, call, target))
    if (options.dryRun) return known.map((one) => wouldRevoke(call, one))
    for (const target of unique.filter(isUnclear)) await agreeOn(target, options)
    const results: Revocation[] = []
    for (const one of known) {
      if (one.id !== call.record.id) results.push(await revokeOne(ports, profile, call, one))
    }
    const others = await verify(ports, call, before, results)
    // The token in use goes last: with it revoked, the others could not be, nor be looked for.
    const own = known.find(({ id }) => id === call.record.id)
    return own === undefined ? others : [...others, await revokeOne(ports, profile, call, own)]
  })
}

/** Whether a name stands for more than it says: others have the same id, and would go with it. */
function isUnclear({ byName, alsoNamed }: Pick<Target, 'byName' | 'alsoNamed'>): boolean {
  return byName && alsoNamed.length > 0
}

async function agreeOn(target: Target, { agree }: RevokeOptions): Promise<void> {
  const yes = await agree(target)
  if (yes === true) return
  if (yes === false) throw new ToknError('interrupted', 'nothing was revoked')
  const id = display(target.id, 256)
  const others = target.alsoNamed.map((name) => display(name, 64)).join(', ')
  throw new ToknError(
    'not_found',
    `the token called "${display(target.name ?? '', 80)}" has one id with others (${others}): ${id}`,
    { hint: `to revoke all that has this id: tokn revoke ${id}` },
  )
}

type Known = Omit<Revocation, 'status'> & Pick<Target, 'over'>

function describe(ports: Ports, profile: Profile, { record }: Call, target: Target): Known {
  const holders = holdersOf(ports, profile, target.id).filter(
    (one) => one.id !== profile.id || record.id === target.id,
  )
  return { ...target, heldBy: holders.map(({ name }) => name), verified: false }
}

function wouldRevoke({ provider }: Call, { over, ...one }: Known): Revocation {
  try {
    provider.checkTarget?.(one.id)
    return { ...one, status: over ? 'already_revoked' : 'would_revoke' }
  } catch (error) {
    if (!isFailure(error)) throw error
    return { ...one, status: 'failed', error }
  }
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

async function revokeOne(
  ports: Ports,
  profile: Profile,
  call: Call,
  { over, ...one }: Known,
): Promise<Revocation> {
  if (over) return { ...one, status: 'already_revoked' }
  const held = await findHolder(ports, profile, call, one.id)
  const before = held === undefined ? [] : await look(call.provider, call.reach, held)
  try {
    await endToken(ports, holdersOf(ports, profile, one.id), one.id, async () => {
      await call.provider.revoke?.(call.reach, call.record, { id: one.id })
    })
  } catch (error) {
    if (!isFailure(error)) throw error
    return { ...one, status: error.code === 'not_found' ? 'not_found' : 'failed', error }
  }
  const revoked = { ...one, status: 'revoked' as const }
  return held === undefined ? revoked : await tryUse(ports, call, held, before, revoked)
}

/** The session that holds the token `id`, if one on this machine does. */
async function findHolder(
  ports: Ports,
  profile: Profile,
  { provider, record }: Call,
  id: string,
): Promise<SessionRecord | undefined> {
  if (record.id === id) return record
  for (const other of holdersOf(ports, profile, id)) {
    if (other.id === profile.id) continue
    try {
      const held = await readHeld(ports, other)
      checkProvider(held, other, provider)
      if (held.id === id) return held
    } catch (error) {
      if (!isFailure(error)) throw error
    }
  }
  return undefined
}

/** Tries the token itself, which shows more than any list. */
async function tryUse(
  ports: Ports,
  { provider, reach }: Call,
  held: SessionRecord,
  before: readonly Sighting[],
  one: Revocation,
): Promise<Revocation> {
  const began = ports.clock.now()
  const { seen } = compare(before, await lookAgain(provider, reach, held), 'access')
  const verifyTime = ports.clock.now() - began
  if (seen === 'ended') return { ...one, verified: true, verifiedBy: 'use', verifyTime }
  if (seen !== 'alive') return one
  const message = `${provider.title} says that it is revoked, but the token still works`
  return { ...one, status: 'failed', error: new ToknError('provider_refused', message), verifyTime }
}

async function verify(
  ports: Ports,
  call: Call,
  before: readonly TokenInfo[] | undefined,
  results: readonly Revocation[],
): Promise<readonly Revocation[]> {
  const own = call.record.id
  const open = results.filter((one) => one.status === 'revoked' && !one.verified)
  if (before === undefined || open.length === 0) return results
  const began = ports.clock.now()
  let left = await listAfter(call)
  // Some lists are a moment behind.
  if (left !== undefined && open.some(({ id }) => countAlive(left, id) > 0)) {
    await ports.clock.wait(Math.min(1_000, ports.timeLeft()))
    left = await listAfter(call)
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
    const under = still > 1 ? `${still} tokens under this id` : 'a token under this id'
    const message = `${call.provider.title} says that it is revoked, and still lists ${under}`
    const error = new ToknError('provider_refused', message)
    return { ...one, status: 'failed' as const, error, verifyTime }
  })
}

/** What is asked afterwards may fail: that takes nothing back of what was done. */
async function listAfter(call: Call): Promise<readonly TokenInfo[] | undefined> {
  // What was odd in the list was told before.
  const quiet = { ...call.reach, warn: () => undefined }
  try {
    return await call.provider.list?.(quiet, call.record)
  } catch (error) {
    if (isToknError(error)) return undefined
    throw error
  }
}

function countAlive(tokens: readonly TokenInfo[] | undefined, id: string): number {
  return (tokens ?? []).filter((one) => one.id === id && one.revokedAt === undefined).length
}
