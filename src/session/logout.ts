import { isFailure, isToknError, ToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import type { Provider } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import { reachFor } from './call.ts'
import { erase, lookAt, type Condition } from './condition.ts'
import { condemn } from './condemn.ts'
import { entryOf } from './held.ts'
import type { Ports } from './ports.ts'

export interface LogoutResult {
  /** Whether the provider ended the token. */
  readonly revoked: boolean
  /** What stays alive at the provider, in one sentence; absent when nothing does. */
  readonly alive?: string | undefined
  /** Whether `alive` is only possible: the session could not be read. */
  readonly unread?: boolean | undefined
  /** Whether there was a session to erase. */
  readonly erased: boolean
}

/**
 * Ends the session at the provider where that is possible, then erases it here. What the provider
 * cannot or does not do is told, and the erasing happens all the same; so it does, where only that is
 * asked for, with a session that cannot be read. Throws `store`.
 */
export async function logout(
  ports: Ports,
  profile: Profile,
  options: { readonly localOnly: boolean },
): Promise<LogoutResult> {
  if (!options.localOnly) await bringHome(ports, profile)
  const held = await (await ports.lock())(entryOf(profile), ports.timeout)
  try {
    const condition = await lookAt(ports, profile)
    if (condition.state === 'unreadable' && !options.localOnly) {
      const { code, message, details } = condition.why
      const hint = `tokn logout ${profile.name} --local-only`
      throw new ToknError(code === 'usage' ? 'store' : code, message, { ...details, hint })
    }
    const end = await endAtProvider(ports, profile, condition, options)
    const erased = await erase(ports, profile)
    return { ...end, erased: erased || condition.state === 'usable' }
  } finally {
    await held.release()
  }
}

/** Stores what a refresh got and could not store, so that those tokens are ended and not older ones. */
async function bringHome(ports: Ports, profile: Profile): Promise<void> {
  try {
    const left = (await ports.journal()).read(entryOf(profile))
    if (left === undefined || (left.record === undefined && left.answers.length === 0)) return
    await ports.courier(profile, { reason: 'recovered', minTtl: 0 })
  } catch (error) {
    if (!isFailure(error)) throw error
    ports.warn(
      `a refresh was answered, and the tokens in the answer, which may be alive, cannot be used: ${error.message}`,
    )
  }
}

type End = Pick<LogoutResult, 'revoked' | 'alive' | 'unread'>

async function endAtProvider(
  ports: Ports,
  profile: Profile,
  condition: Condition,
  { localOnly }: { readonly localOnly: boolean },
): Promise<End> {
  switch (condition.state) {
    case 'none':
      return { revoked: false }
    case 'unreadable':
      return { revoked: false, alive: condition.why.message, unread: true }
    case 'foreign':
      // A session that the profile no longer fits is erased, and nobody is told but the user.
      return { revoked: false, alive: condition.why.message }
    case 'usable':
      if (localOnly) return { revoked: false, alive: 'the token was not revoked, as asked' }
      return await endUsable(ports, profile, condition)
  }
}

async function endUsable(
  ports: Ports,
  profile: Profile,
  { provider, record }: Extract<Condition, { state: 'usable' }>,
): Promise<End> {
  try {
    return await revokeHeld(ports, profile, provider, record)
  } catch (error) {
    if (!isFailure(error)) throw error
    // The provider says that there is nothing any more that could be ended.
    const gone = isToknError(error, 'reauth_required', 'not_found')
    if (gone && error.details.http !== undefined) return { revoked: false }
    return { revoked: false, alive: `the provider did not revoke it: ${error.message}` }
  }
}

async function revokeHeld(
  ports: Ports,
  profile: Profile,
  provider: Provider,
  record: SessionRecord,
): Promise<End> {
  const { id } = record
  const ends = provider.logout !== undefined || (provider.revoke !== undefined && id !== undefined)
  if (!ends) {
    const why = provider.why.logout ?? provider.why.revoke
    return { revoked: false, alive: why ?? `${provider.title} keeps it alive until it expires` }
  }
  const reach = await reachFor(ports, profile, provider, record, 'logout')
  // Without the credentials: what was meant to end must not log in again by itself.
  const last = { ...record, credentials: undefined }
  await condemn(ports, profile, last, 'a logout that was cut off had asked the provider to end it')
  if (provider.logout !== undefined) await provider.logout(reach, record)
  else await provider.revoke?.(reach, record, { id: id ?? '' })
  return { revoked: true }
}
