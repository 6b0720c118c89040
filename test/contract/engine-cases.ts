import type { EngineOptions, SharedEngine } from '../../src/core/shared-engine.ts'
import { startEngine, type EngineName, type EngineServer } from '../support/engines.ts'
import { startMemoryServer } from '../support/memory-engine.ts'

/** An engine that the contract runs over. */
export interface EngineCase {
  readonly name: string
  /** The shortest lease that it keeps to, in milliseconds. */
  readonly shortestLease: number
  /** How far its clock, as it says it, may be from what it is, in milliseconds. */
  readonly clockGrain: number
  /** `false`: what stands between lets nothing through that was not asked for. */
  readonly watches?: boolean
  begin(): Promise<void>
  /** As another process of another machine opens it. */
  open(): SharedEngine
  /** Kills it and starts it again: what it has confirmed is there. */
  restart(): Promise<void>
  end(): Promise<void>
}

/** As the engine's own module opens it. */
export type OpenEngine = (options: EngineOptions) => SharedEngine

export function memoryCase(): EngineCase {
  const server = startMemoryServer()
  return {
    name: 'memory',
    shortestLease: 200,
    clockGrain: 0,
    begin: async () => undefined,
    open: () => server.connect(),
    restart: async () => server.restart(),
    end: async () => undefined,
  }
}

export interface ServerCase extends EngineCase {
  readonly server: () => EngineServer
  openWith(options: Partial<EngineOptions>): SharedEngine
}

/** A real server, that the case starts and ends. */
export function serverCase(
  name: EngineName,
  open: OpenEngine,
  grains: Partial<Pick<EngineCase, 'shortestLease' | 'clockGrain'>> = {},
): ServerCase {
  let server: EngineServer
  const openWith = (options: Partial<EngineOptions>) =>
    open({ url: new URL(server.url), ...plainOptions, ...options })
  return {
    name,
    shortestLease: 400,
    clockGrain: 5,
    ...grains,
    begin: async () => {
      server = await startEngine(name)
    },
    server: () => server,
    openWith,
    open: () => openWith({}),
    restart: async () => {
      await server.kill()
      await server.start()
    },
    end: async () => await server?.close(),
  }
}

/** What an engine is opened with where nothing is said. */
export const plainOptions: Omit<EngineOptions, 'url'> = {
  time: { now: Date.now, monotonic: () => performance.now() },
  timeLeft: () => 20_000,
  environment: {},
  http: async () => {
    throw new Error('this engine speaks no HTTP')
  },
}
