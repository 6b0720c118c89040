import { isFailure } from '../core/errors.ts'
import type { Ledger } from '../core/ledger.ts'
import type { Profile } from '../core/profile.ts'
import { accountKey, unattendedKey } from './ledger-keys.ts'
import type { SharedHome } from './move/home.ts'
import type { Ports } from './ports.ts'

/**
 * Writes anew what is counted of the sessions of a store whose keys were changed. Of a provider that
 * is not known here, counts go on as they are when they are looked at. Throws what the store throws.
 */
export async function renewCounts(
  ports: Pick<Ports, 'provider'>,
  home: Pick<SharedHome, 'each'>,
  ledger: Pick<Ledger, 'renew'>,
): Promise<void> {
  const done = new Set<string>()
  for await (const { profile } of home.each()) {
    const account = profile && (await findAccount(ports, profile))
    if (profile === undefined || account === undefined) continue
    for (const key of [account, `${account}|${profile.id}`, unattendedKey(profile)]) {
      if (done.has(key)) continue
      done.add(key)
      await ledger.renew?.(key)
    }
  }
}

async function findAccount(
  ports: Pick<Ports, 'provider'>,
  profile: Profile,
): Promise<string | undefined> {
  try {
    return accountKey(profile, await ports.provider(profile))
  } catch (error) {
    if (!isFailure(error)) throw error
    return undefined
  }
}
