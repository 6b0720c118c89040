import { ToknError } from './errors.ts'
import { isProfileName } from './profile-name.ts'
import { display } from './text.ts'
import { words } from '../messages/words.ts'

/** The name of a store; see `StoreCatalog`. */
export type StoreKind = string

/** What is on disk about a login. Nothing in it is secret; all of it decides where secrets go. */
export interface Profile {
  readonly name: string
  /** Random, 128 bits: the account name in the secret store, so that a rename moves nothing. */
  readonly id: string
  readonly provider: string
  /** Where tokens are made. Absent: the provider's default. */
  readonly baseUrl?: string | undefined
  /** Further origins that the token may be sent to. Absent: the provider's own, else the base URL's. */
  readonly apiUrls?: readonly string[] | undefined
  /**
   * Origins besides, for which tools are given the token: what the record allows of them; see
   * `changeHosts`.
   */
  readonly hosts?: readonly string[] | undefined
  /** Non-secret answers to the provider's fields (a client id, an e-mail address). */
  readonly settings: Readonly<Record<string, string>>
  /** Facts of the definition that this profile says differently, by dotted path. */
  readonly overrides?: Readonly<Record<string, string>> | undefined
  readonly store: StoreKind
  /** Address of the store, where that is one for many machines; never with a password. */
  readonly storeUrl?: string | undefined
  /**
   * Text of the user's own definition of the provider, where the profile came from a store for many
   * machines, signed with it. Not on disk.
   */
  readonly definition?: string | undefined
  /** Where the session is by the profile, when the command looks for it in another store. Not on disk. */
  readonly usualStore?: StoreKind | undefined
  /**
   * How long an agent goes on with a token from its memory while a store that many machines share is not
   * reached, as a duration (`10m`). Absent: not at all.
   */
  readonly offline?: string | undefined
  /** File with further certificate authorities, in PEM. */
  readonly ca?: string | undefined
  /** Proxy for this profile's requests. */
  readonly proxy?: string | undefined
  /** PEM files of a client certificate (RFC 8705) and its key; both or neither. */
  readonly certificate?: string | undefined
  readonly key?: string | undefined
}

/** Where the session of a profile rests, as far as that can be read. */
export interface Outline {
  readonly name: string
  readonly id?: string | undefined
  readonly store?: StoreKind | undefined
  /** The profile itself. Throws `usage` where it is damaged. */
  read(): Profile
}

/** Everything of a profile that decides where a secret travels; see `changedBinding`. */
export type Binding = Readonly<Record<string, string>>

/** Returns `name` if it can be a profile's name; throws `usage` otherwise. */
export function checkProfileName(name: string): string {
  if (isProfileName(name)) return name
  throw new ToknError('usage', words.core.notAProfileName(display(name, 80)))
}

/** `profile`, with its session looked for in `store`. */
export function lookIn(profile: Profile, store: StoreKind): Profile {
  return store === profile.store ? profile : { ...profile, store, usualStore: profile.store }
}

/**
 * The binding of a profile: compared, part by part, with the one kept beside the secrets, so that
 * an edited profile is noticed before any secret travels.
 */
export function bindingOf(profile: Profile): Binding {
  const parts: Record<string, string> = { provider: profile.provider }
  if (profile.baseUrl !== undefined) parts['base URL'] = profile.baseUrl
  if (profile.apiUrls !== undefined) parts['API URL'] = [...profile.apiUrls].sort().join(' ')
  if (profile.ca !== undefined) parts['certificate authority'] = profile.ca
  if (profile.proxy !== undefined) parts['proxy'] = profile.proxy
  if (profile.certificate !== undefined) parts['client certificate'] = profile.certificate
  if (profile.key !== undefined) parts['client key'] = profile.key
  for (const [key, value] of Object.entries(profile.settings)) parts[`setting ${key}`] = value
  for (const [path, value] of Object.entries(profile.overrides ?? {}))
    parts[`override ${path}`] = value
  return parts
}

/** The first part in which two bindings differ, with both values. */
export function changedBinding(
  kept: Binding,
  current: Binding,
): { part: string; kept: string | undefined; current: string | undefined } | undefined {
  const names = [...new Set([...Object.keys(kept), ...Object.keys(current)])]
  const part = names.find((name) => kept[name] !== current[name])
  return part === undefined ? undefined : { part, kept: kept[part], current: current[part] }
}
