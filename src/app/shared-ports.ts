import { join } from 'node:path'
import type { Fleet } from '../core/fleet.ts'
import type { Files, Http, Journal, Profiles, Store } from '../core/ports.ts'
import type { StoreKind } from '../core/profile.ts'
import type { Seal } from '../core/seal.ts'
import { namesIn, type Paths } from '../io/files/paths.ts'
import { describeRequester } from '../io/process/requester.ts'
import { isTerminal } from '../io/terminal/is-terminal.ts'
import { writeLines } from '../io/terminal/output.ts'
import type { SharedHome } from '../session/move/home.ts'
import type { HttpSettings } from '../session/ports.ts'
import type { Memory } from '../stores/shared/witness.ts'
import { keepsHere, leavesNothing } from './left-here.ts'
import type { PortsRequest } from './ports.ts'
import { openFleetOf, openSharedKinds, type OpenedKinds, type PlacedKind } from './shared-kinds.ts'

/** What stores for many machines are opened with. */
export interface SharedPortsOptions {
  readonly request: PortsRequest
  readonly opened: OpenedKinds
  readonly paths: Paths
  readonly files: Files
  readonly profiles: Pick<Profiles, 'list'>
  timeLeft(): number
  http(settings: HttpSettings): Promise<Http>
  /** The journal of this machine. */
  journal(): Promise<Journal>
}

/** The stores for many machines, as ports. */
export interface SharedPorts {
  of(kind: StoreKind, id?: string): Promise<PlacedKind>
  /** `id`: of a session in it; absent: each session may be at another place. */
  store(kind: StoreKind, id?: string): Store
  fleet(kind: StoreKind, id?: string): Promise<Fleet>
  /** The profiles in it; `definition`: text of the user's own definition on this machine. */
  home(
    kind: StoreKind,
    id: string | undefined,
    definition: (id: string) => string | undefined,
  ): Promise<SharedHome>
  /** Whether a refresh of this entry (`KIND:ID`) is under way, or was cut off. */
  isPending(entry: string): Promise<boolean>
}

export function openSharedPorts(options: SharedPortsOptions): SharedPorts {
  const { request, opened, paths, files, journal, ...from } = options
  const of: SharedPorts['of'] = async (kind, id) =>
    await (opened.ready ??= openKinds()).of(kind, id)
  return {
    of,
    store: (kind, id) => storeOf(of, kind, id),
    fleet: async (kind, id) => {
      const fleet = await openFleetOf(kind, await of(kind, id), options.profiles)
      const isWatched = request.asksAgent === true && request.quiet !== true && isTerminal(2)
      return isWatched ? Object.assign(fleet, { tell: writeLines }) : fleet
    },
    home: async (kind, id, definition) => {
      const { openHome } = await import('./shared-home.ts')
      return openHome({ kind, shared: await of(kind, id), definition })
    },
    isPending: async (entry) => {
      const { kind, id } = parts(entry)
      return await (await of(kind, id)).isPending(id)
    },
  }

  function openKinds() {
    return openSharedKinds({
      ...request,
      ...{ ...from, seal: sealLater },
      // Told where a lease is taken, and looked for no sooner.
      requester: () => request.requester ?? describeRequester(request.command, request.environment),
      memory: memory(),
      ...(keepsHere(request, paths) && { aside: journal }),
    })
  }

  function memory(): Memory | 'process' | undefined {
    if (!leavesNothing(request, paths)) {
      return { files, directory: join(paths.state, namesIn.state.seen) }
    }
    return request.lasting === true ? 'process' : undefined
  }
}

/** Loaded where something is counted: a token that is good takes none of it. */
const sealLater: Seal = {
  seal: async (...what) => await (await import('../stores/seal.ts')).seal.seal(...what),
  open: async (...what) => await (await import('../stores/seal.ts')).seal.open(...what),
}

/** The store that the session `own` is in or, where none is named, that of whichever is asked for. */
function storeOf(of: SharedPorts['of'], kind: StoreKind, own: string | undefined): Store {
  let opened: Store | undefined
  const at = async (id?: string) => (opened = (await of(kind, own ?? id)).store)
  return {
    kind,
    describe: () => opened?.describe() ?? kind,
    read: async (id) => await (await at(id)).read(id),
    write: async (id, ...what) => {
      await (await at(id)).write(id, ...what)
    },
    remove: async (id) => await (await at(id)).remove(id),
    sealingKey: async () => await (await at()).sealingKey(),
  }
}

/** The parts of an entry, `KIND:ID`. */
function parts(entry: string): { readonly kind: StoreKind; readonly id: string } {
  const at = entry.indexOf(':')
  return { kind: entry.slice(0, Math.max(0, at)), id: entry.slice(at + 1) }
}
