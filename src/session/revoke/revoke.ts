import { openSession, type Session } from '../session.ts'
import { isFailure, isToknError, ToknError } from '../../core/errors.ts'
import type { SessionRecord } from '../../core/record.ts'
import { display } from '../../core/text.ts'
import type { TokenInfo } from '../../core/token.ts'
import { callWithToken, unsupported, type Call } from '../call.ts'
import { endToken, holdersOf } from './mark-ended.ts'
import { checkProvider, readHeld } from '../stored-record.ts'
import { resolveTarget, type Target } from './named-token.ts'
import { tryUse, verify, type Revocation } from './verify.ts'
import { look } from './probe.ts'

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
  session: Session,
  wanted: readonly string[],
  options: RevokeOptions,
): Promise<readonly Revocation[]> {
  const { ports, profile } = session
  const provider = await ports.provider(profile)
  if (provider.revoke === undefined) throw unsupported(provider, 'revoke')
  const run = async (call: Call) => {
    const before = await listIfAllowed(call)
    const targets = wanted.map((word) => resolveTarget(word, before))
    const unique = targets.filter(
      (target, index) => targets.findIndex((other) => other.id === target.id) === index,
    )
    const known = unique.map((target) => describe(session, call, target))
    if (options.dryRun) return known.map((one) => wouldRevoke(call, one))
    for (const target of unique.filter(isUnclear)) await agreeOn(target, options)
    const results: Revocation[] = []
    for (const one of known) {
      if (one.id !== call.record.id) results.push(await revokeOne(session, call, one))
    }
    const others = await verify(ports, call, before, results)
    // The token in use goes last: with it revoked, the others could not be, nor be looked for.
    const own = known.find(({ id }) => id === call.record.id)
    return own === undefined ? others : [...others, await revokeOne(session, call, own)]
  }
  return await callWithToken(session, 'revoke', run, options.dryRun ? 'never' : 'auto')
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

function describe(session: Session, { record }: Call, target: Target): Known {
  const { profile } = session
  const holders = holdersOf(session, target.id).filter(
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
  session: Session,
  call: Call,
  { over, ...one }: Known,
): Promise<Revocation> {
  const { ports } = session
  if (over) return { ...one, status: 'already_revoked' }
  const held = await findHolder(session, call, one.id)
  const before = held === undefined ? [] : await look(call.provider, call.reach, held)
  try {
    await endToken(ports, holdersOf(session, one.id), one.id, async () => {
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
  session: Session,
  { provider, record }: Call,
  id: string,
): Promise<SessionRecord | undefined> {
  const { ports, profile } = session
  if (record.id === id) return record
  for (const other of holdersOf(session, id)) {
    if (other.id === profile.id) continue
    try {
      const held = await readHeld(openSession(ports, other))
      checkProvider(held, other, provider)
      if (held.id === id) return held
    } catch (error) {
      if (!isFailure(error)) throw error
    }
  }
  return undefined
}
