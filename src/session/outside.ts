import type { IndexEntry } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import type { Provider } from '../core/provider.ts'
import type { Outside, SessionRecord } from '../core/record.ts'
import type { Secret } from '../core/secret.ts'
import { isDigestOf } from '../core/secret-digest.ts'
import { indexedEntry } from './amend-index.ts'
import type { Ports } from './ports.ts'
import type { Session } from './session.ts'

/**
 * The record with the secrets that are given outside of the store for a login that needs nobody: in
 * variables, or in files that the profile names. As it is where its credentials are kept, and where a
 * person logged in.
 */
export async function withOutside(session: Session, record: SessionRecord): Promise<SessionRecord> {
  if (record.madeWith === undefined || record.credentials !== undefined) return record
  if (session.source !== 'store') return record
  const ways = waysOf(await session.provider(), session.profile, record)
  if (ways === undefined || ways.length === 0) return record
  const found = ways.map((way) => lookFor(session, record, way))
  const outside = found.find(({ lacking }) => lacking.length === 0) ?? found[0]
  return { ...record, outside }
}

/**
 * Names of the secrets that variables have to give for such a login: each list is enough, and one that
 * is empty says that files of the profile have all of them.
 */
export function neededOutside(
  provider: Provider | undefined,
  profile: Pick<Profile, 'settings'>,
  record: SessionRecord,
): IndexEntry['renewsWith'] {
  if (record.madeWith === undefined || record.credentials !== undefined) return undefined
  const ways = (provider && waysOf(provider, profile, record)) ?? []
  if (ways.length === 0) return undefined
  const ofVariables = (name: string) => profile.settings[fileOf(name)] === undefined
  return ways.map((way) => way.filter(ofVariables).join(' ')).join('|')
}

/** The places where variables give all that such a login needs; `undefined` where they do not. */
export function placesInVariables(
  { givenVariables }: Pick<Ports, 'givenVariables'>,
  { renewsWith }: Pick<IndexEntry, 'renewsWith'>,
): readonly string[] | undefined {
  const way = listsIn(renewsWith).find((names) =>
    names.every((name) => givenVariables?.holding(name)),
  )
  return way?.flatMap((name) => givenVariables?.holding(name) ?? [])
}

/** The lists of names in what `neededOutside` gives. */
export function listsIn(needed: IndexEntry['renewsWith']): ReadonlyArray<readonly string[]> {
  return (needed?.split('|') ?? []).map((names) => names.split(' ').filter((name) => name !== ''))
}

/** What the index knows, as far as this process can renew it: its variables are those of no other. */
export function seenFromHere<Entry extends Pick<IndexEntry, 'renewal' | 'renewsWith'>>(
  ports: Pick<Ports, 'givenVariables'>,
  entry: Entry,
): Entry {
  if (entry.renewsWith === undefined || placesInVariables(ports, entry) === undefined) return entry
  return { ...entry, renewal: 'credentials' }
}

/**
 * What renews a session, in the order in which it is tried: `refresh_token`, `access_token`,
 * `credentials`, or the variables that a login would be made with; `files` where those of the profile
 * are enough. `undefined` where that is not known.
 */
export function renewedBy(
  ports: Pick<Ports, 'givenVariables'>,
  entry: Pick<IndexEntry, 'renewal' | 'refreshKept' | 'renewsWith' | 'standing'>,
): readonly string[] | undefined {
  const { renewal, refreshKept, renewsWith, standing } = entry
  if (renewal === undefined) return undefined
  const usable = standing?.state !== 'dead' && standing?.state !== 'unrenewable'
  const refreshes = renewal === 'refresh' || (renewal === 'credentials' && refreshKept === true)
  const places = renewsWith === undefined ? undefined : placesInVariables(ports, entry)
  return [
    ...(usable && refreshes ? ['refresh_token'] : []),
    ...(usable && renewal === 'access' ? ['access_token'] : []),
    ...(renewal === 'credentials' ? ['credentials'] : []),
    ...(places === undefined ? [] : places.length === 0 ? ['files'] : places),
  ]
}

/** As `indexedEntry`, seen from here. */
export function indexedFromHere(
  ports: Pick<Ports, 'index' | 'givenVariables'>,
  profile: Pick<Profile, 'id' | 'usualStore'>,
): IndexEntry | undefined {
  const entry = indexedEntry(ports, profile)
  return entry && seenFromHere(ports, entry)
}

/**
 * Each with what else the session was made with: without that, the server would refuse it. None with a
 * proof in a variable that did not make the session: it may be another's.
 */
function waysOf(
  provider: Provider,
  { settings }: Pick<Profile, 'settings'>,
  record: Pick<SessionRecord, 'context' | 'madeWith'>,
): ReadonlyArray<readonly string[]> | undefined {
  const unattended = provider.unattended?.(record)
  if (provider.login === undefined || unattended === undefined) return undefined
  const { clientSecrets = [] } = provider
  const { madeWith: used = {} } = record
  const isKnown = (name: string) =>
    !clientSecrets.includes(name) ||
    used[name] !== undefined ||
    settings[fileOf(name)] !== undefined
  const ways = unattended.takes.filter((way) => way.every(isKnown))
  return ways.map((way) => [...new Set([...way, ...Object.keys(used)])])
}

function lookFor(
  { ports, profile }: Session,
  { madeWith: known = {} }: Pick<SessionRecord, 'madeWith'>,
  way: readonly string[],
): Outside {
  const secrets: Record<string, Secret> = {}
  const places: Array<Outside['places'][number]> = []
  const lacking: Array<Outside['lacking'][number]> = []
  for (const name of way) {
    const file = profile.settings[fileOf(name)]
    const holding = file === undefined ? ports.givenVariables?.holding(name) : undefined
    const secret = holding === undefined ? undefined : ports.givenVariables?.readSecret(name)
    const before = known[name]
    if (file !== undefined) places.push({ name, place: file })
    else if (holding === undefined || secret === undefined) lacking.push({ name, another: false })
    else if (before !== undefined && !isDigestOf(before, name, secret)) {
      lacking.push({ name, another: true })
    } else {
      secrets[name] = secret
      places.push({ name, place: holding })
    }
  }
  return lacking.length > 0 ? { places: [], lacking } : { secrets, places, lacking }
}

function fileOf(name: string): string {
  return `${name}_file`
}
