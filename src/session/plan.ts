import type { Profile } from '../core/profile.ts'
import type { Provider } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import { lookAt } from './condition.ts'
import { checkProvider, readHeld } from './held.ts'
import type { Ports } from './ports.ts'
import { unrenewable } from './refresh/renewable.ts'
import { refuseCondemned } from './standing.ts'
import { satisfies } from './wanted.ts'

/**
 * What a refresh of `profile` would do, as a verb and its object; nothing is sent. `minTtl` is in
 * milliseconds; with `passing`, what can never be refreshed is passed over. Throws what the refresh would throw before it sends anything.
 */
export async function planRefresh(
  ports: Ports,
  profile: Profile,
  minTtl: number | undefined,
  passing = false,
): Promise<string> {
  const record = await readHeld(ports, profile)
  const wanted = { reason: 'min-ttl', minTtl } as const
  if (minTtl !== undefined && satisfies(record, wanted, ports.clock.now())) {
    return 'keep the tokens: they live long enough'
  }
  refuseCondemned(profile, record)
  const provider = await ports.provider(profile)
  checkProvider(record, profile, provider)
  const none = unrenewable(profile, provider, record)
  if (none !== undefined && passing) return `pass it over: ${none.message}`
  if (none !== undefined) throw none
  return wayOf(provider, record)
}

function wayOf(provider: Provider, record: SessionRecord): string {
  const { title } = provider
  const byAccess = provider.refreshesByAccess === true && record.fixed !== true
  if (provider.refresh !== undefined && (record.refresh !== undefined || byAccess)) {
    return `refresh the tokens at ${title}`
  }
  if (provider.rotation === 'reissue' && provider.issue !== undefined && record.fixed !== true) {
    return `issue a successor of the token at ${title}, and revoke the old one`
  }
  return `log in again at ${title}`
}

/** What a logout of `profile` would do, as a verb and its object; nothing is sent. Throws `store`. */
export async function planLogout(
  ports: Ports,
  profile: Profile,
  { localOnly }: { readonly localOnly: boolean },
): Promise<string> {
  const condition = await lookAt(ports, profile)
  switch (condition.state) {
    case 'none':
      return 'do nothing: it is not logged in'
    case 'unreadable':
      if (!localOnly) throw condition.why
      return 'erase the session here, which cannot be read'
    case 'foreign':
      return `erase the session here, and tell nobody: ${condition.why.message}`
    case 'usable':
      if (localOnly) return 'erase the session here, and leave it alive at the provider'
      return planEnd(condition.provider, condition.record)
  }
}

function planEnd(provider: Provider, { id }: SessionRecord): string {
  if (provider.logout !== undefined || (provider.revoke !== undefined && id !== undefined)) {
    return `end the session at ${provider.title}, and erase it here`
  }
  const why = provider.why.logout ?? provider.why.revoke
  return `erase the session here; ${why ?? `${provider.title} keeps it alive until it expires`}`
}
