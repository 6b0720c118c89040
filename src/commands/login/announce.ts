import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { Ports } from '../../session/ports.ts'
import type { Context } from '../context.ts'
import type { LoginFlags } from '../flags/login.ts'
import { isQuiet } from '../output/json.ts'
import { originOf } from './replace.ts'
import type { Draft } from './draft.ts'

/** What of a login is known before the first question. */
export type Outlined = Pick<Draft, 'set'> & {
  readonly profile: Pick<Draft['profile'], 'name' | 'baseUrl' | 'settings' | 'store'>
}

/**
 * Has it said, before whatever question comes first, where the login goes and what becomes of it.
 * `origin` is that of the provider, where the profile does not say another.
 */
export function announceLogin(
  context: Context,
  ports: Pick<Ports, 'stores'>,
  flags: LoginFlags,
  title: string,
  { profile, set }: Outlined,
  origin?: string,
): void {
  if (isQuiet(flags)) return
  const place = originOf(profile, set) ?? origin
  // Not known yet, or not understood: the question for it, or the refusal of it, comes next.
  const there = URL.canParse(place ?? '') ? new URL(place ?? '').host : undefined
  // A server that is known by its address alone has that for a name.
  const host = there === title ? undefined : there
  const { name, store } = profile
  const { traits, usual } = ports.stores
  const kept = traits(store).outlivesProcess ? { store, isUsual: store === usual } : undefined
  context.announce(words.loginFlags.announcement(display(title, 80), host, name, kept))
}
