import { isToknError, ToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import type { Provider } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import { reachFor } from './call.ts'
import { checkProvider, entryOf, readHeld } from './held.ts'
import type { Ports } from './ports.ts'

export interface LogoutResult {
  /** Whether the provider ended the token. */
  readonly revoked: boolean
  /** What stays alive at the provider, in one sentence; absent when nothing does. */
  readonly alive?: string | undefined
  /** Whether there was a session to erase. */
  readonly erased: boolean
}

/**
 * Ends the session at the provider where that is possible, then erases it here. What the provider
 * cannot or does not do is told, and the erasing happens all the same. Throws `store`.
 */
export async function logout(
  ports: Ports,
  profile: Profile,
  options: { readonly localOnly: boolean },
): Promise<LogoutResult> {
  const held = await (await ports.lock())(entryOf(profile), ports.timeout)
  try {
    const { record, unusable } = await findSession(ports, profile)
    const end =
      record === undefined
        ? { revoked: false }
        : await endAtProvider(ports, profile, record, options)
    const erased = await (await ports.store(profile.store)).remove(profile.id)
    ;(await ports.journal()).remove(entryOf(profile))
    ports.index.remove(profile.id)
    // A session that the profile no longer fits is erased, and nobody is told of it but the user.
    const alive = erased && unusable !== undefined ? { alive: unusable } : {}
    return { ...end, ...alive, erased: erased || record !== undefined }
  } finally {
    await held.release()
  }
}

async function findSession(
  ports: Ports,
  profile: Profile,
): Promise<{ readonly record?: SessionRecord; readonly unusable?: string }> {
  try {
    return { record: await readHeld(ports, profile) }
  } catch (error) {
    if (isToknError(error, 'reauth_required')) return { unusable: error.message }
    throw error
  }
}

async function endAtProvider(
  ports: Ports,
  profile: Profile,
  record: SessionRecord,
  { localOnly }: { readonly localOnly: boolean },
): Promise<Pick<LogoutResult, 'revoked' | 'alive'>> {
  if (localOnly) return { revoked: false, alive: 'the token was not revoked, as asked' }
  try {
    const provider = await ports.provider(profile)
    checkProvider(record, profile, provider)
    return await revokeHeld(ports, profile, provider, record)
  } catch (error) {
    if (isToknError(error, 'reauth_required', 'not_found')) return { revoked: false }
    if (!(error instanceof ToknError)) throw error
    return { revoked: false, alive: `the provider did not revoke it: ${error.message}` }
  }
}

async function revokeHeld(
  ports: Ports,
  profile: Profile,
  provider: Provider,
  record: SessionRecord,
): Promise<Pick<LogoutResult, 'revoked' | 'alive'>> {
  const reach = await reachFor(ports, profile, provider, record, 'logout')
  if (provider.logout !== undefined) {
    await provider.logout(reach, record)
    return { revoked: true }
  }
  if (provider.revoke !== undefined && record.id !== undefined) {
    await provider.revoke(reach, record, { id: record.id })
    return { revoked: true }
  }
  const why = provider.why.logout ?? provider.why.revoke
  return { revoked: false, alive: why ?? `${provider.title} keeps it alive until it expires` }
}
