import { refuseReader } from '../fleet/reader.ts'
import { isFailure, ToknError } from '../../core/errors.ts'
import type { SessionRecord } from '../../core/record.ts'
import { quoteWord } from '../../core/quoting.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { callWithToken, unsupported, type Call } from '../call.ts'
import { isFromEnvironment } from '../naming.ts'
import type { Session } from '../session.ts'
import { listNamed } from './list-named.ts'
import { endToken, holdersOf } from './mark-ended.ts'
import { checkProvider } from '../stored-record.ts'
import { resolveToken, type NamedToken } from './named-token.ts'
import { tryUse, verify, type Revocation } from './verify.ts'
import { probeTokens } from './probe.ts'

export interface RevokeOptions {
  readonly dryRun: boolean
  /**
   * Asked before anything is sent where the id is that of other tokens as well, which would go
   * with it. `false`: nothing is revoked; `undefined`: nobody can be asked, and the same.
   */
  agree(token: NamedToken): Promise<boolean | undefined>
}

/**
 * Revokes the tokens that `named` names: by id, by a name or a prefix of an id that only one has.
 * Nothing is sent unless every one of them is clear. Throws `not_found`, `usage`, `unsupported`,
 * `interrupted`.
 */
export async function revokeTokens(
  session: Session,
  named: readonly string[],
  options: RevokeOptions,
): Promise<readonly Revocation[]> {
  await refuseReader(session, 'revoke')
  const provider = await session.provider()
  if (provider.revoke === undefined) throw unsupported(provider, 'revoke')
  const run = async (call: Call) => {
    const before = await listNamed(call, named)
    const tokens = named.map((word) => resolveToken(word, before))
    const unique = tokens.filter(
      (token, index) => tokens.findIndex((other) => other.id === token.id) === index,
    )
    const known = unique.map((token) => describe(call, token))
    if (options.dryRun) return known.map((one) => wouldRevoke(call, one))
    for (const token of unique.filter(isUnclear)) await agreeOn(session, token, options)
    const results: Revocation[] = []
    for (const one of known) {
      if (one.id !== call.record.id) results.push(await revokeOne(call, one))
    }
    const others = await verify(call, before, results)
    // The token in use goes last: with it revoked, the others could not be, nor be looked for.
    const own = known.find(({ id }) => id === call.record.id)
    return own === undefined ? others : [...others, await revokeOne(call, own)]
  }
  return await callWithToken(session, 'revoke', run, options.dryRun ? 'never' : 'auto')
}

/** Whether it is more than one token: others have the same id, and would go with it. */
function isUnclear({ alsoNamed, over }: Pick<NamedToken, 'alsoNamed' | 'over'>): boolean {
  return alsoNamed.length > 0 && !over
}

async function agreeOn(
  session: Session,
  token: NamedToken,
  { agree }: RevokeOptions,
): Promise<void> {
  const yes = await agree(token)
  if (yes === true) return
  if (yes === false) throw new ToknError('interrupted', words.tokens.nothingRevoked())
  const names = [token.name ?? words.tokens.nameless(), ...token.alsoNamed]
  const shown = names.map((name) => display(name, 64)).join(', ')
  const profile = isFromEnvironment(session) ? '' : ` -P ${session.name}`
  const id = display(token.id, 256)
  throw new ToknError('usage', words.tokens.sharedId(shown, id, quoteWord(id), profile))
}

type Known = Omit<Revocation, 'status'> & Pick<NamedToken, 'over'>

function describe({ session, record }: Call, token: NamedToken): Known {
  const holders = holdersOf(session, token.id).filter(
    (one) => one.id !== session.id || record.id === token.id,
  )
  return { ...token, heldBy: holders.map(({ name }) => name), verified: false }
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

async function revokeOne(call: Call, { over, ...one }: Known): Promise<Revocation> {
  if (over) return { ...one, status: 'already_revoked' }
  const { session, provider, reach, record } = call
  const holder = await findHolder(call, one.id)
  const before = holder === undefined ? [] : await probeTokens(provider, reach, holder)
  try {
    await endToken(holdersOf(session, one.id), one.id, async () => {
      await provider.revoke?.(reach, record, { id: one.id })
    })
  } catch (error) {
    if (!isFailure(error)) throw error
    return { ...one, status: error.code === 'not_found' ? 'not_found' : 'failed', error }
  }
  const revoked = { ...one, status: 'revoked' as const }
  return holder === undefined ? revoked : await tryUse(call, holder, before, revoked)
}

/** The record that holds the token `id`, if one on this machine does. */
async function findHolder(
  { session, provider, record }: Call,
  id: string,
): Promise<SessionRecord | undefined> {
  if (record.id === id) return record
  for (const other of holdersOf(session, id)) {
    if (other.id === session.id) continue
    try {
      const found = await other.readRecord()
      checkProvider(found, other.profile, provider)
      if (found.id === id) return found
    } catch (error) {
      if (!isFailure(error)) throw error
    }
  }
  return undefined
}
