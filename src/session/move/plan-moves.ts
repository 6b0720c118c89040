import { ToknError } from '../../core/errors.ts'
import type { Profile, StoreKind } from '../../core/profile.ts'
import { nearOnes } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { readableProfiles } from '../choose-profile.ts'
import type { Ports } from '../ports.ts'
import { findCutOff } from '../unfinished/find.ts'
import type { SharedHome } from './home.ts'
import type { Move } from './move-session.ts'

export interface MovesWanted {
  /** Where the sessions are. Absent: where the profiles of this machine say. */
  readonly from?: StoreKind | undefined
  readonly to: StoreKind
  /** Absent: all of them. */
  readonly names?: readonly string[] | undefined
  readonly deleteSource: boolean
  /** The ports of where sessions are now; absent: those of where they go. */
  readonly source?: Ports | undefined
}

/** The moves that are wanted, each as it has to be made. Throws `not_found`, `usage`, and what stores throw. */
export async function planMoves(ports: Ports, wanted: MovesWanted): Promise<readonly Move[]> {
  const { from, to, deleteSource, source: here = ports } = wanted
  const { shared } = ports.stores.traits(to)
  if (from === to && (shared !== true || here === ports)) {
    throw new ToknError('usage', words.storeCommands.sameStore(to, shared === true))
  }
  const targetHome = await homeOf(ports, to)
  const sourceHome = from === undefined ? undefined : await homeOf(here, from)
  if (sourceHome !== undefined && sourceHome.url === targetHome?.url) throw onePlace(sourceHome)
  await targetHome?.refuseReader('move')
  await sourceHome?.refuseReader('move')
  const local = readableProfiles(ports.profiles)
  const sources = sourceHome
    ? await profilesOf(ports, sourceHome, wanted.names)
    : await sourcesHere(ports, local, wanted)
  const place = sourceHome?.describe() ?? ports.profiles.place?.folder
  const chosen = chooseProfiles(sources, wanted.names, place)
  const moves: Move[] = []
  for (const source of chosen) {
    const own = sourceHome ?? (await homeOf(here, source.store, source.id))
    await own?.refuseReader('move')
    const isThere = source.store === to && (await isAtTarget(source, own, targetHome))
    if (isThere && sourceHome !== undefined) throw onePlace(sourceHome)
    if (source.store === to && !isThere && here === ports && targetHome !== undefined) {
      const at = source.storeUrl ?? targetHome.url
      throw new ToknError('usage', words.storeCommands.atAnotherAddress(source.name, to, at))
    }
    const known = local.find(({ id }) => id === source.id)
    await refuseTaken(local, source, own, targetHome)
    moves.push({
      ...{ source, isThere, from: here === ports ? undefined : here },
      target: { ...source, ...known, store: to, storeUrl: targetHome?.url, name: source.name },
      sourceHome: isThere ? undefined : own,
      targetHome,
      isLocal: known !== undefined || targetHome === undefined,
      deleteSource,
      isOneOfAll: wanted.names === undefined,
    })
  }
  return moves
}

/** Whether a session of the kind that it is to go to is at that very place, by whatever address. */
async function isAtTarget(
  { id, storeUrl }: Profile,
  own: SharedHome | undefined,
  targetHome: SharedHome | undefined,
): Promise<boolean> {
  if (own === undefined || targetHome === undefined) return true
  const [here, there] = [await own.version(id), await targetHome.version(id)]
  if (own.url !== targetHome.url) return here !== undefined && here === there
  // The variable has said where both are; the profile may know better.
  return storeUrl === undefined || storeUrl === targetHome.url || there !== undefined
}

function onePlace({ kind, describe }: SharedHome): ToknError {
  return new ToknError('usage', words.storeCommands.samePlace(kind, describe()))
}

/**
 * The profiles that a store for many machines has. One that is not trusted is left out, which is said;
 * throws why where it is among `names`.
 */
export async function profilesOf(
  ports: Ports,
  home: SharedHome,
  names: readonly string[] | undefined,
): Promise<readonly Profile[]> {
  const entries = await home.list()
  for (const { name, fault } of entries) {
    if (fault === undefined) continue
    if (names?.includes(name) === true) throw fault
    if (names === undefined) ports.warn(words.storeCommands.leftOut(name, fault.message))
  }
  return entries.flatMap(({ profile }) => profile ?? [])
}

async function sourcesHere(
  ports: Ports,
  local: readonly Profile[],
  { from, to, names, source }: MovesWanted,
): Promise<readonly Profile[]> {
  if (names !== undefined) return local
  const cutOff = (await findCutOff(ports)).filter(({ kind }) => kind === 'move')
  const begun = new Set(cutOff.flatMap(({ profile }) => profile?.id ?? []))
  const isFromElsewhere = source !== undefined && ports.stores.traits(to).shared === true
  return local.filter(({ id, store }) =>
    store === to ? begun.has(id) || isFromElsewhere : from === undefined || store === from,
  )
}

/** Those of these names, or all. Throws `not_found`. */
export function chooseProfiles(
  sources: readonly Profile[],
  names: readonly string[] | undefined,
  place: string | undefined,
): readonly Profile[] {
  if (names === undefined) return sources
  return names.map((name) => {
    const found = sources.find((one) => one.name === name)
    if (found !== undefined) return found
    const known = sources.map((one) => one.name)
    const near = nearOnes(name, known)
    throw new ToknError(
      'not_found',
      words.storeCommands.notThere(name, place, near.length > 0 ? near : known.slice(0, 10)),
    )
  })
}

/** Another profile of where it is to go must not be replaced. */
async function refuseTaken(
  local: readonly Profile[],
  { name, id }: Profile,
  sourceHome: SharedHome | undefined,
  targetHome: SharedHome | undefined,
): Promise<void> {
  if (targetHome !== undefined) {
    const other = await targetHome.find(name)
    if (other === undefined || other.id === id) return
    const { nameTaken, nameTakenBetween } = words.storeCommands
    const say = sourceHome === undefined ? nameTaken : nameTakenBetween
    throw new ToknError('usage', say(name, targetHome.describe()))
  }
  if (sourceHome === undefined) return
  if (!local.some((one) => one.name === name && one.id !== id)) return
  throw new ToknError('usage', words.storeCommands.takenHere(name))
}

/** `undefined` for a store of this machine. */
export async function homeOf(
  ports: Ports,
  kind: StoreKind,
  id?: string,
): Promise<SharedHome | undefined> {
  return ports.stores.traits(kind).shared === true ? await ports.home?.(kind, id) : undefined
}
