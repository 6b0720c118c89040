import type { Profile } from '../core/profile.ts'
import type { Provider } from '../core/provider.ts'

const unattended = 'unattended'

/** What the logins of an account are counted under; `undefined` where its provider counts none. */
export function accountKey(
  { settings }: Pick<Profile, 'settings'>,
  { id, origins, budget }: Pick<Provider, 'id' | 'origins' | 'budget'>,
): string | undefined {
  const account = budget === undefined ? undefined : settings[budget.per]
  return account === undefined ? undefined : [id, origins[0], account].join('|')
}

/** What is written down under is when the kept credentials of a session were refused. */
export function unattendedKey({ id }: Pick<Profile, 'id'>): string {
  return `${unattended}|${id}`
}

/** Whether a key counts for an account, and not for a session alone. */
export function isAccountKey(key: string): boolean {
  // The id of a session has no bar in it; a provider may be called anything.
  const [first, ...others] = key.split('|')
  return !(first === unattended && others.length === 1)
}
