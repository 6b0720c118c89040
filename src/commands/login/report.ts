import { words } from '../../messages/words.ts'
import type { Ports } from '../../session/ports.ts'
import type { SavedSession } from '../../session/save-session.ts'
import type { Context } from '../context.ts'
import type { LoginFlags } from '../flags/login.ts'
import { expiryFields, isQuiet, printJson, wantsJson } from '../output/json.ts'

/** Says in words what a login has made. */
export function sayLoggedIn(
  context: Context,
  ports: Ports,
  { profile, record }: SavedSession,
  flags: LoginFlags,
): void {
  if (isQuiet(flags)) return
  const now = ports.clock.now()
  const { keepsHosts, keptIn, loggedIn, nothingKept } = words.reports
  const expires = record.expiry.state === 'at' ? words.times.expires(record.expiry, now) : ''
  const { outlivesProcess } = ports.stores.traits(profile.store)
  const kept = outlivesProcess ? keptIn(profile.store) : nothingKept(profile.store)
  context.terminal.say(loggedIn(profile.name, expires, kept))
  if (profile.hosts !== undefined) context.terminal.say(keepsHosts(profile.name, profile.hosts))
}

/** The document of a login or, in words, what to type next: the last that it says. */
export function closeLogin(
  context: Context,
  ports: Ports,
  { profile, record }: SavedSession,
  flags: LoginFlags,
): void {
  if (wantsJson(flags)) {
    printJson(context, flags, {
      schema: 'tokn.login/v1',
      profile: profile.name,
      provider: profile.provider,
      store: profile.store,
      token_id: record.id ?? null,
      scopes: record.scopes ?? null,
      ...expiryFields(record.expiry, ports.clock.now()),
      origins: record.origins,
    })
  } else if (flags.quiet !== true && ports.stores.traits(profile.store).outlivesProcess) {
    context.terminal.say(words.loginFlags.nextCommand(profile.name))
  }
}
