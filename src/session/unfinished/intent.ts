import { createHash } from 'node:crypto'
import { isObject, ownString } from '../../core/json.ts'
import type { Profile, StoreKind } from '../../core/profile.ts'
import type { StoreCatalog } from '../../core/store-traits.ts'
import type { Grant } from '../../core/token.ts'
import type { Ports } from '../ports.ts'

/**
 * What a login or an issue writes down before its request goes out, so that no kill leaves a token
 * at the provider that nobody here knows of; and a move of a session, before there are two of it. No
 * secrets.
 */
export interface Intent {
  readonly kind: 'login' | 'issue' | 'move'
  /** Epoch milliseconds. */
  readonly at: number
  readonly configuration: string
  readonly run: string
  /** Whether a request that may make a token was about to go out. */
  readonly sent: boolean
  /** Where something besides a token was about to be set up that lasts, such as a client: an origin. */
  readonly setUp?: string | undefined
  /** The store whose key seals what is answered. */
  readonly store: StoreKind
  /** Where the token is made. */
  readonly origin: string
  /** What is to hold the token; absent where it is printed. */
  readonly profile?: Profile | undefined
  /** Of a login, or a move: another store, that holds the session before and is to give it up. */
  readonly former?: StoreKind | undefined
  /** Of a move: the address of that store, where it has one; no password in it. */
  readonly formerUrl?: string | undefined
  /** Of a login: it spends a refresh token that was made elsewhere. */
  readonly spends?: boolean | undefined
  /** Of an issue: whose token asks for it, for what, and the ids that the name had before. */
  readonly parent?: Pick<Profile, 'id' | 'name'> | undefined
  readonly grant?: Grant | undefined
  readonly before?: readonly string[] | undefined
}

/** A session in the store whose key seals: of several of a kind, its profile says which that is. */
export function idBeside({ parent, profile }: Pick<Intent, 'parent' | 'profile'>) {
  return parent?.id ?? profile?.id
}

/** How the names begin of all entries of a configuration: nobody reads those of another one. */
export function intentPrefix({ configuration }: Pick<Ports, 'configuration'>): string {
  return `${createHash('sha256').update(configuration).digest('hex').slice(0, 16)}:`
}

/** `undefined` for a text that is no intent. */
export function parseIntent(text: string, stores: StoreCatalog): Intent | undefined {
  const value: unknown = JSON.parse(text)
  if (!isObject(value)) return undefined
  const { kind, at, sent, profile, parent, grant, before } = value
  const kindOf = (name: string) => stores.find(value[name])
  const store = kindOf('store')
  const known = (kind === 'login' || kind === 'issue' || kind === 'move') && typeof at === 'number'
  if (!known || store === undefined) return undefined
  return {
    kind,
    at,
    configuration: ownString(value, 'configuration') ?? '',
    run: ownString(value, 'run') ?? '',
    sent: sent !== false,
    setUp: ownString(value, 'setUp'),
    store,
    origin: ownString(value, 'origin') ?? '',
    profile: isProfile(profile, stores) ? profile : undefined,
    former: kindOf('former'),
    formerUrl: ownString(value, 'formerUrl'),
    spends: value['spends'] === true ? true : undefined,
    parent: isNamed(parent) ? parent : undefined,
    grant: isObject(grant) ? grant : undefined,
    before: Array.isArray(before) ? before.map(String) : undefined,
  }
}

function isProfile(value: unknown, stores: StoreCatalog): value is Profile {
  return (
    isNamed(value) &&
    typeof value['provider'] === 'string' &&
    isObject(value['settings']) &&
    stores.find(value['store']) !== undefined
  )
}

function isNamed(
  value: unknown,
): value is Pick<Profile, 'id' | 'name'> & Readonly<Record<string, unknown>> {
  return isObject(value) && typeof value['id'] === 'string' && typeof value['name'] === 'string'
}
