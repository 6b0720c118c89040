import { ToknError } from './errors.ts'
import { readExpiry, type Expiry } from './expiry.ts'
import { readHandedOut } from './handed-out.ts'
import { isObject, ownString, textsIn } from './json.ts'
import type { Boot } from './boot.ts'
import type { Binding } from './profile.ts'
import { Secret } from './secret.ts'
import type { Attachment, Grant, SigningKey, TokenSet } from './token.ts'
import { words } from '../messages/words.ts'

/** Why a generation came to be: what `tokn why` tells. */
export type Reason =
  | 'login'
  | 'expired'
  | 'min-ttl'
  | 'clock'
  | 'id-token'
  | 'forced'
  | 'rejected'
  | 'wished'
  | 'imported'
  | 'issued'
  | 'recovered'
  | 'narrowed'

/** Whether a generation begins another session than the one before it, instead of going on with that. */
export function beginsAnew(reason: Reason): boolean {
  return reason === 'login' || reason === 'imported' || reason === 'issued'
}

/**
 * What is known to be wrong with the tokens of a generation. `unrenewable`: the provider takes the
 * refresh token no more, and it is not sent again; the access token serves while its time allows.
 * `dead`: the access token works no more either, and is not handed out.
 */
export interface Standing {
  readonly state: 'unrenewable' | 'dead'
  /** Epoch milliseconds at which that became known. */
  readonly at: number
  /** By whom it was told, in one sentence; no secrets. */
  readonly why: string
}

/**
 * A session as the secret store holds it, one per profile. A generation is one token set; a store
 * never goes back to a lower one.
 */
export interface SessionRecord extends TokenSet {
  readonly v: 1
  /** The profile's id: a record put under another account is noticed. */
  readonly profileId: string
  readonly generation: number
  /** The generation that the access token is of, where later ones have another refresh token alone. */
  readonly accessSince?: number | undefined
  readonly provider: string
  readonly binding: Binding
  /** Digest of a user's own definition as it was at login; absent for the built-in ones. */
  readonly definition?: string | undefined
  /** Origins, in clear, that the token may be sent to; the first is where tokens are made. */
  readonly origins: readonly string[]
  readonly attach: Attachment
  /** Epoch milliseconds. */
  readonly obtainedAt: number
  /** Epoch milliseconds of the use that last moved the expiry; absent: none has. */
  readonly prolongedAt?: number | undefined
  /** The start of the machine before that: by it is seen whether the clock was set meanwhile. */
  readonly boot?: Boot | undefined
  readonly grant?: Grant | undefined
  /** The secret fields of the login, kept only where the user asked for it. */
  readonly credentials?: Readonly<Record<string, Secret>> | undefined
  /**
   * Salted digests of what the client of the login proved itself with, by name. Absent: that is not known.
   */
  readonly madeWith?: Readonly<Record<string, string>> | undefined
  /** What is given outside of the store for such a login; never stored. Absent: nobody has looked. */
  readonly outside?: Outside | undefined
  /** A token that was pasted in: there is no login behind it to repeat. */
  readonly fixed?: boolean | undefined
  /** Absent: nothing is known to be wrong. */
  readonly standing?: Standing | undefined
}

/** What is given for a login that needs nobody: in variables, or in files that the profile names. */
export interface Outside {
  /** Those in variables; absent where anything is lacking. */
  readonly secrets?: Readonly<Record<string, Secret>> | undefined
  /** Where each of them is: the name of a variable, or a path. */
  readonly places: ReadonlyArray<{ readonly name: string; readonly place: string }>
  /** What is not there, or is `another` one than that which made the session. */
  readonly lacking: ReadonlyArray<{ readonly name: string; readonly another: boolean }>
}

/** The longest record that every store takes, in bytes of UTF-8. */
export const longestRecord = 65_536

/** The JSON text that goes into a store. */
export function serializeRecord(record: SessionRecord): string {
  const { access, refresh, credentials, grant, signingKey, outside: _, ...rest } = record
  return JSON.stringify({
    ...rest,
    grant,
    access: access.reveal(),
    refresh: refresh?.reveal(),
    signingKey: signingKey && {
      id: signingKey.id,
      secret: signingKey.secret.reveal(),
      session: signingKey.session?.reveal(),
    },
    credentials:
      credentials &&
      Object.fromEntries(Object.entries(credentials).map(([key, value]) => [key, value.reveal()])),
  })
}

/** Reads a record back; throws `store` when `text` is not one that belongs to `profileId`. */
export function parseRecord(text: string, profileId: string): SessionRecord {
  return readRecord(parse(text), profileId)
}

/** As `parseRecord`, of what its text says. */
export function readRecord(value: unknown, profileId: string): SessionRecord {
  const held = readHandedOut(value)
  if (held?.profileId !== profileId || !isObject(value)) throw damaged()
  const { generation, access, expiry, attach } = held
  const refresh = ownString(value, 'refresh')
  const credentials = value['credentials']
  return {
    v: 1,
    profileId,
    generation,
    accessSince: typeof value['accessSince'] === 'number' ? value['accessSince'] : undefined,
    provider: ownString(value, 'provider') ?? '',
    binding: textsIn(value['binding']),
    definition: ownString(value, 'definition'),
    origins: list(value['origins']) ?? [],
    attach,
    access: new Secret(access),
    refresh: refresh === undefined ? undefined : new Secret(refresh),
    expiry,
    refreshExpiry: optionalExpiry(value['refreshExpiry']),
    signingKey: readSigningKey(value['signingKey']),
    obtainedAt: typeof value['obtainedAt'] === 'number' ? value['obtainedAt'] : 0,
    prolongedAt: typeof value['prolongedAt'] === 'number' ? value['prolongedAt'] : undefined,
    boot: readBoot(value['boot']),
    id: ownString(value, 'id'),
    name: ownString(value, 'name'),
    scopes: list(value['scopes']),
    context: textsIn(value['context']),
    grant: isObject(value['grant']) ? readGrant(value['grant']) : undefined,
    credentials: isObject(credentials)
      ? Object.fromEntries(
          Object.entries(textsIn(credentials)).map(([key, secret]) => [key, new Secret(secret)]),
        )
      : undefined,
    madeWith: isObject(value['madeWith']) ? textsIn(value['madeWith']) : undefined,
    fixed: value['fixed'] === true ? true : undefined,
    standing: readStanding(value['standing']),
  }
}

/** What `standing` of stored JSON says; `undefined` for anything malformed. */
export function readStanding(value: unknown): Standing | undefined {
  if (!isObject(value)) return undefined
  const { state, at, why } = value
  if (state !== 'unrenewable' && state !== 'dead') return undefined
  return {
    state,
    at: typeof at === 'number' ? at : 0,
    why: typeof why === 'string' ? why : 'nothing more is known',
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes what it read, and this is a secret.
    throw damaged()
  }
}

function damaged(): ToknError {
  return new ToknError('store', words.core.damagedSession())
}

/** `undefined` for anything malformed. */
export function readBoot(value: unknown): Boot | undefined {
  if (!isObject(value)) return undefined
  const { id, at } = value
  return typeof id === 'string' && typeof at === 'number' ? { id, at } : undefined
}

function optionalExpiry(value: unknown): Expiry | undefined {
  return value === undefined ? undefined : readExpiry(value)
}

function readSigningKey(value: unknown): SigningKey | undefined {
  if (!isObject(value)) return undefined
  const [id, secret, session] = ['id', 'secret', 'session'].map((name) => ownString(value, name))
  if (id === undefined || secret === undefined) return undefined
  const key = { id, secret: new Secret(secret) }
  return session === undefined ? key : { ...key, session: new Secret(session) }
}

function list(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined
}

function readGrant(value: Readonly<Record<string, unknown>>): Grant {
  return {
    name: ownString(value, 'name'),
    scopes: list(value['scopes']),
    lifetime: typeof value['lifetime'] === 'number' ? value['lifetime'] : undefined,
    ...(typeof value['until'] === 'number' ? { until: value['until'] } : {}),
    ...(value['roundable'] === true ? { roundable: true } : {}),
    audience: ownString(value, 'audience'),
    resource: list(value['resource']),
  }
}
