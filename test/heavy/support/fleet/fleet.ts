import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { execFile } from 'node:child_process'
import { startEngine, type EngineName, type EngineServer } from '../../../support/engines.ts'
import { fakeClock } from '../../../support/fake-clock.ts'
import { startTokn, type Ended, type Environment, type Running } from '../process.ts'
import { openNamespace, type Namespace } from './namespaces.ts'
import { openRelay, type Gate, type Relay } from './relay.ts'
import { startStrictServer, type StrictServer } from './strict-server.ts'

const minute = 60_000

/** How far the clocks of the four machines are ahead, in milliseconds. */
export const skews: readonly number[] = [0, 10 * minute, -10 * minute, 4 * minute]

export interface FleetMachine extends Namespace {
  readonly index: number
  readonly environment: Environment
  start(args: readonly string[], more?: Environment): Running
  run(args: readonly string[], more?: Environment): Promise<Ended>
  /** The status that a GET from there gets within a second; `undefined` where nothing comes. */
  fetch(url: string): Promise<number | undefined>
}

/** Machines apart, an engine that they share, and a server that takes each refresh token once. */
export interface Fleet {
  readonly machines: readonly FleetMachine[]
  readonly engine: EngineServer
  readonly provider: StrictServer
  /** The key of the store. */
  readonly key: string
  /** Asked for all that goes between machines and servers; all passes where there is none. */
  gate: Gate | undefined
  /** Ends the connections of a machine, or of all, to a server. */
  cut(server: 'engine' | 'provider', machine?: number): void
  /** A new session, from the first machine. */
  login(): Promise<void>
  machine(index: number): FleetMachine
  close(): Promise<void>
}

export interface FleetOptions {
  readonly machines?: number
  /** Whether clocks are apart as `skews` says. Default: yes. */
  readonly skewed?: boolean
}

export const profile = 'web'

/** Needs the parts `root`, `netns`, that of the engine, and `faketime` where clocks are apart. */
export async function openFleet(
  name: EngineName,
  { machines: count = 4, skewed = true }: FleetOptions = {},
): Promise<Fleet> {
  const folder = mkdtempSync(join(tmpdir(), 'tokn-fleet-'))
  // As many as a PostgreSQL allows that nobody has set up.
  const settings = name === 'postgres' ? ['max_connections=100'] : []
  const engine = await startEngine(name, { settings })
  const provider = await startStrictServer()
  const key = randomBytes(32).toString('base64url')
  const relays = new Map<string, Relay>()
  const machines: FleetMachine[] = []
  for (let index = 0; index < count; index++) machines.push(await openMachine(index))
  const fleet: Fleet = {
    ...{ machines, engine, provider, key },
    gate: undefined,
    cut: (server, only) => {
      for (const [known, relay] of relays) {
        if (known.startsWith(server) && (only === undefined || known.endsWith(`-${only}`))) {
          relay.cut()
        }
      }
    },
    login: async () => {
      const to = ['--issuer', `http://127.0.0.1:${provider.port}`, '--client-id', 'client']
      const line = ['login', profile, ...to, '--flow', 'client', '--no-remember', '--quiet']
      const ended = await machines[0]!.run(line, { TOKN_CLIENT_SECRET: 'canary-client-secret' })
      expect(ended, ended.err).toMatchObject({ status: 0 })
    },
    machine: (index) => {
      const found = machines[index]
      if (found === undefined) throw new Error(`there is no machine ${index}`)
      return found
    },
    close: async () => {
      for (const machine of machines) machine.close()
      for (const relay of relays.values()) await relay.close()
      await provider.close()
      await engine.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return fleet

  async function openMachine(index: number): Promise<FleetMachine> {
    const namespace = await openNamespace(folder, index, [engine.port, provider.port])
    for (const [server, { port }] of Object.entries({ engine, provider })) {
      const gate: Gate = (passing) => fleet.gate?.(passing) ?? true
      const at = [namespace.gate, port] as const
      relays.set(`${server}-${index}`, await openRelay({ machine: index, server, at, port, gate }))
    }
    const environment = environmentOf(namespace, index)
    const start = (args: readonly string[], more: Environment = {}) =>
      startTokn(args, { environment: { ...environment, ...more }, under: namespace.under })
    return {
      ...{ ...namespace, index, environment, start },
      run: (args, more) => start(args, more).ended,
      fetch: (url) => fetchFrom(namespace, url),
    }
  }

  function environmentOf({ home }: Namespace, index: number): Environment {
    const skew = skewed ? (skews[index % skews.length] ?? 0) : 0
    const clock = skew === 0 ? {} : fakeClock(`${skew < 0 ? '' : '+'}${skew / 1_000}`)
    return {
      PATH: process.env['PATH'],
      HOME: home,
      TMPDIR: join(home, 'tmp'),
      TOKN_STORE_URL: engine.url,
      TOKN_STORE_KEY: key,
      TOKN_PROFILE: profile,
      ...clock,
    }
  }
}

async function fetchFrom({ under }: Namespace, url: string): Promise<number | undefined> {
  const script =
    'fetch(process.argv[1],{signal:AbortSignal.timeout(1000)})' +
    '.then((one)=>console.log(one.status),()=>console.log(0)).then(()=>process.exit())'
  const [program = '', ...args] = [...under, process.execPath, '-e', script, url]
  const said = await new Promise<string>((resolve) => {
    execFile(program, args, (_, out) => resolve(out))
  })
  return Number(said) || undefined
}
