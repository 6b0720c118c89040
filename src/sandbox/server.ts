import { Refusal, type Api, type Call, type Reply } from './api.ts'
import { startClock } from './clock.ts'
import {
  answerControl,
  makeControl,
  readState,
  type Controlled,
  type SandboxControl,
  type SandboxState,
} from './control.ts'
import { checkFaults, startFaults, type Fault } from './faults.ts'
import { createHosterby } from './hosterby.ts'
import { listen, type Listener, type ListenerOptions, type RequestLogEntry } from './http.ts'
import { createMcs } from './mcs.ts'
import { createOz } from './oz.ts'
import { answerJson } from './reply.ts'
import { createRightech } from './rightech.ts'
import { looseSwitches, strictSwitches, type Switches } from './switches.ts'

/** The fake APIs there are. */
export const sandboxNames = ['oz', 'mcs', 'rightech', 'hosterby'] as const
export type SandboxName = (typeof sandboxNames)[number]

export interface SandboxOptions {
  /** All when absent. */
  readonly names?: readonly SandboxName[] | undefined
  /** Whether the servers hold to the documents (default) or diverge wherever real ones may. */
  readonly strict?: boolean | undefined
  /** Single switches, over the strict or loose set. */
  readonly switches?: { readonly [Name in SandboxName]?: Partial<Switches[Name]> } | undefined
  /** Credentials by API and field name; what is absent is random. */
  readonly credentials?: { readonly [Name in SandboxName]?: Readonly<Record<string, string>> }
  /** The first port; listeners take it and the ones after it, in order. 0 (default): any. */
  readonly port?: number | undefined
  readonly host?: '127.0.0.1' | undefined
  /** Life of access tokens in milliseconds, for all APIs. Rightech: when the login names none. */
  readonly ttlMs?: number | undefined
  /** Faults of every API at the start. */
  readonly faults?: readonly Fault[] | undefined
  /** How far the servers' clocks are ahead of the real one, in milliseconds. */
  readonly clockOffsetMs?: number | undefined
}

/** A running fake API. */
export interface SandboxApi {
  readonly name: SandboxName
  /** Origin of the token endpoints, without a trailing slash. */
  readonly baseUrl: string
  /** Origin of the resource API, where that is another host (MCS). */
  readonly apiUrl?: string
  /** By field name. MCS adds a static `service_token`. */
  readonly credentials: Readonly<Record<string, string>>
  /** Another user of the same API (Oz). */
  readonly secondAccount?: Readonly<Record<string, string>>
  /** A service account of it, whose sessions live long (Oz). */
  readonly serviceAccount?: Readonly<Record<string, string>>
  /** A request that any holder of a good token may make. */
  readonly resource: { readonly method: 'GET'; readonly url: string }
  /** A request that the user of `credentials` alone may make, where there are several (Oz). */
  readonly ownResource?: { readonly method: 'GET'; readonly url: string }
  /** Requests since the start or the last reset, oldest first; the array itself stays the same. */
  readonly log: readonly RequestLogEntry[]
  /** Read anew at each access. */
  readonly state: SandboxState
  readonly control: SandboxControl
}

export interface Sandbox {
  readonly apis: readonly SandboxApi[]
  /** Closes all listeners, and cuts the connections that are open. */
  readonly close: () => Promise<void>
}

type ApiMakers = { readonly [Name in SandboxName]: (given: Credentials) => Api }
type Credentials = Readonly<Record<string, string>>
type Serve = (call: Call) => Reply

function chooseSwitches(options: SandboxOptions): Switches {
  const base = options.strict === false ? looseSwitches : strictSwitches
  const given = options.switches
  return {
    oz: { ...base.oz, ...given?.oz },
    mcs: { ...base.mcs, ...given?.mcs },
    rightech: { ...base.rightech, ...given?.rightech },
    hosterby: { ...base.hosterby, ...given?.hosterby },
  }
}

function answer(api: Api, serve: Serve, call: Call): Reply {
  try {
    return serve(call)
  } catch (error) {
    if (!(error instanceof Refusal)) {
      return answerJson(500, { error: 'the sandbox failed', stack: (error as Error).stack })
    }
    api.counts.refused += 1
    return error.reply
  }
}

async function startApi(
  name: SandboxName,
  options: SandboxOptions,
  open: (listener: Omit<ListenerOptions, 'host' | 'port'>) => Promise<Listener>,
): Promise<SandboxApi> {
  const clock = startClock(options.clockOffsetMs)
  const faults = startFaults(checkFaults(options.faults ?? []))
  const log: RequestLogEntry[] = []
  const switches = chooseSwitches(options)
  const { ttlMs } = options
  const makers: ApiMakers = {
    oz: (credentials) => createOz({ clock, credentials, ttlMs, switches: switches.oz }),
    mcs: (credentials) => createMcs({ clock, credentials, ttlMs, switches: switches.mcs }),
    rightech: (credentials) =>
      createRightech({ clock, credentials, ttlMs, switches: switches.rightech }),
    hosterby: (credentials) =>
      createHosterby({ clock, credentials, ttlMs, switches: switches.hosterby }),
  }
  let api = makers[name](options.credentials?.[name] ?? {})
  const { credentials, secondAccount, serviceAccount, resourcePath, ownResourcePath } = api
  const controlled: Controlled = {
    clock,
    faults,
    log,
    readApi: () => api,
    restartApi: () => {
      api = makers[name](credentials)
    },
  }

  const control: Serve = (call) => answerControl(call, controlled, () => described)
  const shared = { clock, faults, log, control }
  const handle: Serve = (call) => answer(api, api.handle, call)
  const token = await open({ ...shared, listener: 'token', handle })
  const handleResource: Serve = (call) => answer(api, api.handleResource ?? api.handle, call)
  const resource = api.handleResource
    ? await open({ ...shared, listener: 'resource', handle: handleResource })
    : undefined

  const { url } = resource ?? token
  const get = (path: string) => ({ method: 'GET', url: `${url}${path}` }) as const
  const described = {
    name,
    baseUrl: token.url,
    ...(resource && { apiUrl: resource.url }),
    credentials,
    ...(secondAccount && { secondAccount }),
    ...(serviceAccount && { serviceAccount }),
    resource: get(resourcePath),
    ...(ownResourcePath !== undefined && { ownResource: get(ownResourcePath) }),
  } as const
  return {
    ...described,
    log,
    get state() {
      return readState(controlled)
    },
    control: makeControl(controlled),
  }
}

/**
 * Starts fake servers of the documented APIs on loopback.
 * @throws Error of node:net when a port cannot be had
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = '127.0.0.1', port = 0 } = options
  const listeners: Listener[] = []

  async function close(): Promise<void> {
    await Promise.all(listeners.map((listener) => listener.close()))
  }
  async function open(listener: Omit<ListenerOptions, 'host' | 'port'>): Promise<Listener> {
    const chosen = port === 0 ? 0 : port + listeners.length
    const opened = await listen({ ...listener, host, port: chosen })
    listeners.push(opened)
    return opened
  }

  try {
    const apis: SandboxApi[] = []
    for (const name of options.names ?? sandboxNames) apis.push(await startApi(name, options, open))
    return { apis, close }
  } catch (error) {
    await close()
    throw error
  }
}
