import { isToknError, ToknError } from '../../core/errors.ts'
import type { Profile, StoreKind } from '../../core/profile.ts'
import type { SessionRecord } from '../../core/record.ts'
import type { Secret } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import { aboutLeft, aboutMoved, noteMoved } from '../about-record.ts'
import { eraseEntry } from '../save-session.ts'
import { openSession, type Session } from '../session.ts'
import type { Ports } from '../ports.ts'
import { checkBinding } from '../stored-record.ts'
import { findCutOff, forget } from '../unfinished/find.ts'
import { openIntent } from '../unfinished/open-intent.ts'
import { writeAndReadBack } from '../write-record.ts'
import { lockedBoth, type Placed } from './locked-both.ts'
import { finishRefresh, isRefreshLeft } from './finish-refresh.ts'
import { copyOf, isCopyOf, leftBehind, movedTo, moveOf } from './left-behind.ts'
import type { SharedHome } from './home.ts'

export interface Move {
  /** As it is now: its store is where the session is. */
  readonly source: Profile
  /** The same, where the session is to be. */
  readonly target: Profile
  /** The ports of where it is; absent: those of where it goes. */
  readonly from?: Ports | undefined
  /** It is where it is to be, and at most the end of an earlier move is wanted. */
  readonly isThere: boolean
  /** Of a store for many machines, where it is one; so for the target. */
  readonly sourceHome?: SharedHome | undefined
  readonly targetHome?: SharedHome | undefined
  /** A profile of this machine has it, or is to have it. */
  readonly isLocal: boolean
  /** A store for many machines keeps nothing; otherwise the access token serves there until it ends. */
  readonly deleteSource: boolean
  /** Nobody has named it: where it has gone elsewhere already, that is all there is to say. */
  readonly isOneOfAll?: boolean | undefined
}

/**
 * `profile`: there was no session to move, and the profile says where its next one goes; `gone`: it has
 * moved to a third store before.
 */
export type Moved = 'moved' | 'already' | 'profile' | 'gone'

/**
 * Moves a session into another store. At any time one of them has what renews it, and who looks there
 * finds it: the copy is made where nobody looks yet, then one write says that it counts, then what is
 * left is erased. Where that is cut off, the same again ends it. The locks of both entries are held.
 * Throws `busy`, `store`, `network`, `usage`, and what a refresh throws that had to be ended before.
 */
export async function moveSession(ports: Ports, move: Move): Promise<Moved> {
  const { source, target } = move
  if (move.isThere) return await endMove(ports, move)
  const here = move.from ?? ports
  const [from, to] = [openSession(here, source), openSession(ports, target)]
  await finishRefresh(from)
  const [one, other] = [placed(from, move.sourceHome), placed(to, move.targetHome)]
  const moved = await lockedBoth(one, other, async (): Promise<Moved> => {
    checkUnchanged(ports, move)
    if (await isRefreshLeft(from)) {
      throw new ToknError('busy', words.storeCommands.refreshUnderWay(source.name))
    }
    const [held, there] = [await from.findRecord(), await to.findRecord()]
    const hasGone = held === undefined || movedTo(held) !== undefined
    const isElsewhere = there === undefined || (held !== undefined && !isCopyOf(there, held))
    if (hasGone && isElsewhere) {
      if (held === undefined) return await moveProfile(ports, move)
      await takeBack(to, move)
      if (move.isOneOfAll === true) return 'gone'
      throw new ToknError('not_found', words.storeCommands.hasMoved(source.name, movedTo(held)))
    }
    const intent = await openIntent(ports, {
      kind: 'move',
      store: target.store,
      origin: '',
      profile: target,
      former: source.store,
      formerUrl: move.sourceHome?.url,
    })
    // A copy that an earlier run has made of these tokens counts as that of this one.
    const begun = held && there && hasSameTokens(held, there) ? moveOf(there) : undefined
    const copied =
      hasGone || held === undefined ? undefined : copyOf(held, begun ?? ports.randomId())
    if (copied !== undefined) {
      await noteMoved(here, source)
      await copy(to, move, copied, there)
    }
    try {
      await switchOver(from, move, copied)
    } catch (error) {
      // Another has it: what was copied counts nowhere.
      if (isToknError(error, 'store') && error.details.fault === 'superseded') {
        await takeBack(to, move)
        await intent.remove()
      }
      throw error
    }
    await arrive(from, move)
    await intent.remove()
    return hasGone ? 'already' : 'moved'
  })
  if (moved === 'moved' || moved === 'already') await forgetMoves(ports, target, source.store)
  return moved
}

function placed(session: Session, home: SharedHome | undefined): Placed {
  return { session, place: home?.describe() ?? '' }
}

/** What was left to do where the switch was made, and nothing more. */
async function endMove(ports: Ports, { target, targetHome }: Move): Promise<Moved> {
  const session = openSession(ports, target)
  await session.locked(async () => await targetHome?.publish(target))
  await forgetMoves(ports, target)
  return 'already'
}

/** Moves of this session that were cut off. */
async function findCutOffMoves(ports: Ports, { id }: Profile) {
  const all = await findCutOff(ports)
  return all.filter(({ kind, profile }) => kind === 'move' && profile?.id === id)
}

/**
 * Ends moves of this session that were cut off: it is in the store of `target` now, and what they have left, or
 * made, on this machine elsewhere is erased; `erased` is the store where that is done. What they have made
 * in a store for many machines cannot be had from here, and they are not forgotten for it.
 */
async function forgetMoves(ports: Ports, target: Profile, erased?: StoreKind): Promise<void> {
  const isShared = (kind: StoreKind) => ports.stores.traits(kind).shared === true
  for (const one of await findCutOffMoves(ports, target)) {
    const places = new Set([one.former ?? target.store, one.store])
    for (const kind of places) {
      if (kind === target.store || kind === erased || isShared(kind)) continue
      await eraseEntry(openSession(ports, target), kind)
    }
    const isLeft = isShared(one.store) && one.store !== target.store && one.store !== erased
    if (!isLeft) await forget(ports, one)
  }
}

/** The copy, where nobody looks for it yet. */
async function copy(
  to: Session,
  { source, targetHome }: Move,
  held: SessionRecord,
  there: SessionRecord | undefined,
): Promise<void> {
  checkBinding(held, source)
  if (
    there !== undefined &&
    moveOf(there) === moveOf(held) &&
    there.generation >= held.generation
  ) {
    return
  }
  const next = await follow(to, held, there)
  if (next === undefined) {
    throw new ToknError('store', words.storeCommands.newerThere(source.name, to.profile.store))
  }
  await targetHome?.reserve(to.profile)
  await writeAndReadBack(await to.store(), next, aboutMoved(to.ports, to.profile, next.generation))
}

/**
 * What is held, as a generation that follows what is there: what was left behind by a session that comes
 * back, or the copy of a move that was cut off. `undefined` where that is a later session.
 */
async function follow(
  to: Session,
  held: SessionRecord,
  there: SessionRecord | undefined,
): Promise<SessionRecord | undefined> {
  const isLeft = there !== undefined && movedTo(there) !== undefined
  if (there === undefined || (there.generation <= held.generation && !isLeft)) return held
  if (!isLeft && !(await hasCutOff(to))) return undefined
  const { generation, accessSince = generation } = held
  return { ...held, generation: Math.max(generation, there.generation + 1), accessSince }
}

async function hasCutOff({ ports, id, profile }: Session): Promise<boolean> {
  const cutOff = await findCutOff(ports)
  return cutOff.some(
    (one) => one.kind === 'move' && one.profile?.id === id && one.store === profile.store,
  )
}

function hasSameTokens(one: SessionRecord, other: SessionRecord): boolean {
  return isSame(one.access, other.access) && isSame(one.refresh, other.refresh)
}

function isSame(one: Secret | undefined, other: Secret | undefined): boolean {
  return one?.reveal() === other?.reveal()
}

/** Erases a copy that came too late, where it is on this machine and no profile has it. */
async function takeBack(to: Session, { target, targetHome }: Move): Promise<void> {
  const { ports } = to
  const isOurs = ports.profiles
    .outlines()
    .some(({ id, store }) => id === target.id && store === target.store)
  if (targetHome !== undefined || isOurs) return
  await eraseHeld(to)
  for (const one of await findCutOffMoves(ports, target)) await forget(ports, one)
}

/** The one write after which the copy counts. */
async function switchOver(
  from: Session,
  { target, sourceHome, targetHome }: Move,
  held: SessionRecord | undefined,
): Promise<void> {
  const { ports } = from
  if (sourceHome === undefined) return await ports.profiles.put(withoutDefinition(target))
  if (held === undefined) return
  const place =
    targetHome?.describe() ?? words.storeCommands.storeOn(target.store, ports.requester.host)
  const left = leftBehind(held, place, ports.clock.now())
  await writeAndReadBack(
    await from.store(),
    left,
    await aboutLeft(ports, from.profile, left, place),
  )
}

/** All that follows from it. */
async function arrive(
  from: Session,
  { target, sourceHome, targetHome, isLocal, deleteSource }: Move,
): Promise<void> {
  const { ports } = from
  if (sourceHome !== undefined && isLocal) await ports.profiles.put(withoutDefinition(target))
  await targetHome?.publish(target)
  if (sourceHome === undefined) await eraseHeld(from)
  else if (deleteSource) await sourceHome.remove(from.id)
}

/** As `eraseEntry`, with the lock of the entry held. */
async function eraseHeld(former: Session): Promise<void> {
  await (await former.store()).remove(former.id)
  await (await former.ports.journal()).remove(former.entry)
}

/** A profile without a session. */
async function moveProfile(ports: Ports, move: Move): Promise<Moved> {
  const { target, targetHome, sourceHome, isLocal } = move
  // Another machine may have taken all of it away meanwhile.
  if (sourceHome !== undefined && (await sourceHome.read(target.id)) === undefined) {
    const { notThere } = words.storeCommands
    throw new ToknError('not_found', notThere(target.name, sourceHome.describe(), []))
  }
  if (isLocal) await ports.profiles.put(withoutDefinition(target))
  await targetHome?.publish(target)
  if (move.deleteSource) await sourceHome?.remove(target.id)
  return 'profile'
}

/** Another process may have logged in, renamed or moved it meanwhile. */
function checkUnchanged(ports: Ports, { source, sourceHome, isLocal }: Move): void {
  if (sourceHome !== undefined || !isLocal) return
  const now = attempt(() => ports.profiles.get(source.name))
  if (now?.id === source.id && now.store === source.store) return
  throw new ToknError('busy', words.storeCommands.changedMeanwhile(source.name))
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (!isToknError(error, 'usage')) throw error
    return undefined
  }
}

/** On this machine the definition is a file of its own. */
function withoutDefinition(profile: Profile): Profile {
  const { definition: _, ...rest } = profile
  return rest
}
