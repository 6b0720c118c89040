import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { ToknError } from '../core/errors.ts'
import type { Seal } from '../core/seal.ts'
import type { Http, Journal, Profiles } from '../core/ports.ts'
import type { StoreKind } from '../core/profile.ts'
import type { Secret } from '../core/secret.ts'
import type { Fleet } from '../core/fleet.ts'
import type { EngineOptions } from '../core/shared-engine.ts'
import type { SharedTime } from '../core/shared-time.ts'
import { readStoreUrl, schemeOf } from '../core/store-url.ts'
import { readIndexEntry } from '../io/files/index-file.ts'
import { elapsed } from '../io/files/elapsed.ts'
import { systemClock } from '../io/process/clock.ts'
import { words } from '../messages/words.ts'
import type { HttpSettings, Requester } from '../session/ports.ts'
import { kindOfScheme, loadEngine } from '../stores/engines.ts'
import { openFleet } from '../stores/shared/fleet.ts'
import { keptProfile } from '../stores/shared/profiles.ts'
import { profileOf } from './shared-profiles.ts'
import { keyFrom } from '../stores/shared/keys.ts'
import { openShared, type SharedKind } from '../stores/shared/open.ts'
import type { Memory } from '../stores/shared/witness.ts'

/** What a process brings to its stores for many machines. */
export interface SharedSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly profiles: Pick<Profiles, 'list'>
  /** `TOKN_STORE_URL`, `TOKN_STORE_PASSWORD` and `TOKN_STORE_KEY`. */
  readonly storeUrl?: (() => Secret | undefined) | undefined
  readonly storePassword?: (() => Secret | undefined) | undefined
  readonly urlVariable?: string | undefined
  storeKey(): Secret | undefined
  /** Where that is from, where it is another variable than usual. */
  readonly keyVariable?: string | undefined
  /** `--ca`. */
  readonly ca?: string | undefined
  timeLeft(): number
  /** Of a process that lives on: `timeLeft` is that of its first request. */
  readonly lasting?: boolean | undefined
  /** Who this is, for those who wait for a lease. */
  requester(): Requester
  readonly seal: Seal
  http(settings: HttpSettings): Promise<Http>
  readonly memory?: Memory | 'process' | undefined
  readonly aside?: (() => Promise<Journal>) | undefined
  warn?(text: string): void
}

/** A store, and its address as it was given. */
export type PlacedKind = SharedKind & { readonly url: string }

/** The stores for many machines that a process uses, each opened once. */
export interface SharedKinds {
  /**
   * By its kind, and the id of a session in it where one is known: its profile may say where it is.
   * Throws `usage` where nothing does.
   */
  of(kind: StoreKind, id?: string): Promise<PlacedKind>
  /** Whether somebody wishes for more of an entry (`KIND:ID`), by its row as it was read last. */
  wished(entry: string): boolean
}

/** Those of a process that serves several requests. */
export interface OpenedKinds {
  ready?: SharedKinds | undefined
}

const usualVariable = 'TOKN_STORE_URL'

/** The variable that the key of a store is in, or that names its file. */
function variableOfKey(environment: SharedSurroundings['environment']): string | undefined {
  return ['TOKN_STORE_KEY', 'TOKN_STORE_KEY_FILE'].find((name) => Boolean(environment[name]))
}

/** Beside this, a call that is to end something well has not the time. */
const shortestCall = 500

/** What a call has in a process that lives on, in milliseconds. */
const usualCall = 10_000

/** That of this machine. */
export const sharedTime: SharedTime = {
  now: systemClock.now,
  monotonic: elapsed,
  wait: systemClock.wait,
  random: Math.random,
  repeat: (interval, work) => {
    let running = false
    const timer = setInterval(() => {
      if (running) return
      running = true
      void work().finally(() => (running = false))
    }, interval)
    timer.unref()
    return () => clearInterval(timer)
  },
}

export function openSharedKinds(from: SharedSurroundings): SharedKinds {
  const opened = new Map<string, Promise<PlacedKind>>()
  const ready: SharedKind[] = []
  return {
    of: async (kind, id) => {
      const { url, ca, isOfProfile } = placeOf(from, kind, id)
      const key = `${kind} ${url} ${ca ?? ''}`
      const found =
        opened.get(key) ?? openKind(isOfProfile ? withoutPassword(from) : from, kind, url, ca)
      opened.set(key, found)
      // A file that could not be read may be there the next time.
      found.catch(() => opened.get(key) === found && opened.delete(key))
      const made = await found
      if (!ready.includes(made)) ready.push(made)
      return made
    },
    wished: (entry) => {
      const at = entry.indexOf(':')
      const [kind, id] = [entry.slice(0, at), entry.slice(at + 1)]
      return ready.some(({ engine, rows }) => engine.kind === kind && rows.wished(id))
    },
  }
}

/** What such a store is besides a place for sessions. */
export async function openFleetOf(
  kind: StoreKind,
  { engine, clock, ring, holder }: SharedKind,
  profiles: Pick<Profiles, 'list'>,
): Promise<Fleet> {
  return await openFleet({
    ...{ engine, clock, ring, holder, time: sharedTime },
    readProfile: (keys, row) => {
      const kept = keptProfile(keys, row)
      // One that is kept on this machine alone has a session that is kept there.
      const own = () => profiles.list().find(({ id, store }) => id === row.id && store === kind)
      return kept === undefined ? own() : profileOf(kept, kind)
    },
    readIndex: readIndexEntry,
  })
}

/** A password is of one address: where that is in a variable, it goes to no other. */
function withoutPassword(from: SharedSurroundings): SharedSurroundings {
  return { ...from, storePassword: undefined }
}

/** What a variable says of the address wins over what a profile does. */
function placeOf(from: SharedSurroundings, kind: StoreKind, id: string | undefined) {
  const own = from.profiles.list().filter((profile) => profile.store === kind)
  const profile = own.find((one) => one.id === id)
  const ca = from.ca ?? profile?.ca
  const given = from.storeUrl?.()?.reveal().trim()
  const named = given === undefined ? undefined : kindOfScheme(schemeOf(given) ?? '')
  if (given !== undefined && named === kind) return { url: given, ca, isOfProfile: false }
  const known = new Set(own.flatMap(({ storeUrl }) => storeUrl ?? []))
  const [only] = known.size === 1 ? known : []
  const url = profile?.storeUrl ?? only
  if (url !== undefined) return { url, ca, isOfProfile: given !== undefined }
  const { noStoreUrl, urlOfAnother } = words.fleet
  const wrong =
    named === undefined
      ? noStoreUrl(kind)
      : urlOfAnother(kind, named, from.urlVariable ?? usualVariable)
  throw new ToknError('usage', wrong)
}

async function openKind(
  from: SharedSurroundings,
  kind: StoreKind,
  text: string,
  ca: string | undefined,
): Promise<PlacedKind> {
  const openEngine = await loadEngine(kind)
  const url = readStoreUrl(text, from.urlVariable ?? usualVariable)
  const options = (extra: () => number): EngineOptions => ({
    url,
    password: from.storePassword?.()?.reveal().trim(),
    ca: ca === undefined ? undefined : readAuthority(ca),
    time: sharedTime,
    timeLeft: () =>
      from.lasting === true ? usualCall : Math.max(shortestCall, from.timeLeft(), extra()),
    environment: from.environment,
    http: async (own = {}) => await from.http({ ca, ...own }),
  })
  const made = openShared({
    openEngine: (extra) => openEngine(options(extra)),
    key: () => keyFrom(from.storeKey(), from.keyVariable ?? variableOfKey(from.environment)),
    seal: from.seal,
    time: sharedTime,
    get holder() {
      return holderOf(from.requester())
    },
    memory: from.memory,
    aside: from.aside,
    warn: (text) => from.warn?.(text),
    // What a store is tried with has no profile, and is named as its entry.
    nameOf: (id) => from.profiles.list().find((profile) => profile.id === id)?.name ?? id,
  })
  return Object.assign(made, { url: text })
}

function holderOf({ command, pid, parent, ...rest }: Requester): string {
  return JSON.stringify({ command, pid, parent, ...rest, host: hostname() })
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ToknError('usage', words.fleet.noAuthority(path), { cause: error })
  }
}
