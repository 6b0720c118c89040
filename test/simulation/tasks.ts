import { isToknError, ToknError } from '../../src/core/errors.ts'
import { bindingOf, type Profile } from '../../src/core/profile.ts'
import { serializeRecord, type SessionRecord } from '../../src/core/record.ts'
import { Secret } from '../../src/core/secret.ts'
import * as core from '../../src/messages/en/core.ts'
import * as fleet from '../../src/messages/en/fleet.ts'
import * as login from '../../src/messages/en/login.ts'
import * as logout from '../../src/messages/en/logout.ts'
import * as refresh from '../../src/messages/en/refresh.ts'
import * as session from '../../src/messages/en/session.ts'
import * as stores from '../../src/messages/en/stores.ts'
import * as tokens from '../../src/messages/en/tokens.ts'
import * as unfinished from '../../src/messages/en/unfinished.ts'
import * as times from '../../src/messages/en/times.ts'
import { provideTexts } from '../../src/messages/words.ts'
import type { Ports } from '../../src/session/ports.ts'
import { openSession } from '../../src/session/session.ts'
import { refreshNow } from '../../src/session/refresh/protocol.ts'
import { password } from './provider/server.ts'
import type { Machine } from './fleet/machine.ts'
import { bootOf, openPorts } from './world/ports.ts'
import { SimulatedProcess } from './world/process.ts'
import { profileId } from './world/facts.ts'
import type { TaskKind } from './world/settings.ts'
import type { World } from './world/world.ts'

// Built as one module, the texts are not where the program looks for them.
provideTexts({ core, fleet, login, logout, refresh, session, stores, times, tokens, unfinished })

// The only file that calls the program: everything that is tried goes through these four.

function profileIn({ place }: World): Profile {
  return {
    name: 'web',
    id: profileId,
    provider: 'simulated',
    settings: {},
    store: place.kind,
  }
}

/** How a process ended; without either where it was killed. */
export interface Ending {
  readonly process: SimulatedProcess
  served?: { readonly generation: number; readonly access: string }
  error?: ToknError
}

interface Start {
  readonly name: string
  /** The first, unless said. */
  readonly machine?: Machine | undefined
  readonly skew?: number
  /** Milliseconds from now. */
  readonly in?: number
  readonly timeout?: number
}

type Task = (process: SimulatedProcess, ports: Ports, ending: Ending) => Promise<void>

/** Makes a process that runs `task`, from when the scheduler first lets it. */
export function start(
  world: World,
  {
    name,
    machine = world.machines[0],
    skew = 0,
    in: delay = 0,
    timeout = world.settings.timeout,
  }: Start,
  task: Task,
): Ending {
  const process = new SimulatedProcess(machine, `${machine.name}${name}#${world.nextId()}`, {
    skew,
    timeout,
  })
  const ending: Ending = { process }
  world.processes.push(process)
  void run(process, delay, task, ending)
  return ending
}

async function run(
  process: SimulatedProcess,
  delay: number,
  task: Task,
  ending: Ending,
): Promise<void> {
  const { world } = process
  const begins = world.now + delay
  await process.call('start', () => undefined, { ready: () => world.now >= begins })
  process.startedAt = world.now
  world.note(() => `${process.name} begins`)
  try {
    await task(process, openPorts(process, openRefresher), ending)
  } catch (error) {
    if (isToknError(error)) ending.error = error
    else if (process.state !== 'dead') {
      world.violate(`${process.name} fails by a bug: ${tell(error)}`)
    }
  }
  if (process.state === 'dead') return
  process.state = 'ended'
  process.silentSince = world.now
  world.note(() => `${process.name} ends: ${tellEnding(ending)}`)
  world.rest()
}

/** Starts one command of a user. */
export function startTask(
  world: World,
  kind: TaskKind,
  options: Omit<Start, 'name'> & { readonly uses: boolean },
): Ending {
  if (kind === 'login') {
    return start(world, { ...options, name: kind }, async (_, ports) => await logIn(world, ports))
  }
  if (kind === 'logout') {
    return start(world, { ...options, name: kind }, async (_, ports) => {
      world.facts.endings++
      await openSession(ports, profileIn(world)).logout({ localOnly: false })
    })
  }
  return start(world, { ...options, name: kind }, async (process, ports, ending) => {
    const beginning = world.facts.begin()
    const opened = openSession(ports, profileIn(world))
    const { record } =
      kind === 'refresh'
        ? await opened.refresh({ minTtl: undefined, force: false })
        : await opened.fresh(kind === 'min-ttl' ? { minTtl: world.settings.provider.life / 2 } : {})
    world.facts.served(process, beginning, record)
    ending.served = { generation: record.generation, access: record.access.reveal() }
    if (options.uses) await useToken(ports, ending.served.access)
  })
}

/** As a login would: a session in the store, of some age. */
export function beginSession(world: World): void {
  const { access, refresh, id, expiresAt } = world.server.open()
  const profile = profileIn(world)
  const record: SessionRecord = {
    v: 1,
    profileId,
    generation: 1,
    provider: profile.provider,
    binding: bindingOf(profile),
    origins: ['https://api.test'],
    attach: { headers: { Authorization: 'Bearer {access}' } },
    access: new Secret(access),
    refresh: refresh === undefined ? undefined : new Secret(refresh),
    expiry: { state: 'at', at: expiresAt },
    obtainedAt: world.now,
    boot: bootOf(world.machines[0]),
    id,
    context: {},
    credentials: world.settings.remember ? { password: new Secret(password) } : undefined,
  }
  world.place.put(record)
  world.profiles.set(profile.name, profile)
  const { expiry, obtainedAt } = record
  for (const { index } of world.machines) {
    index.set(profileId, { generation: 1, expiry, obtainedAt })
  }
  world.now += world.settings.age
}

async function logIn(world: World, ports: Ports): Promise<void> {
  const secrets = { password: new Secret(password) }
  const profile = profileIn(world)
  await openSession(ports, profile).login({
    provider: await ports.provider(profile),
    answers: { settings: {}, secrets },
    grant: {},
    remember: world.settings.remember,
    force: false,
  })
}

async function useToken(ports: Ports, access: string): Promise<void> {
  const http = await ports.http({})
  const url = new URL('https://api.test/use')
  await http({ method: 'POST', url, body: JSON.stringify({ access }) })
}

/** As the real one: the refresh has a process of its own, and a second one where that was killed. */
function openRefresher(caller: SimulatedProcess): Ports['refresher'] {
  const { world } = caller
  return async (asked, wanted) => {
    for (let attempts = 0; attempts < 2; attempts++) {
      const left = caller.timeLeft()
      const deadline = world.now + left
      let text: string | undefined
      const timeout = Math.floor(left - Math.min(1_000, left / 10))
      const ending = start(
        world,
        { name: 'refresher', machine: caller.machine, skew: caller.skew, timeout },
        async (_, ports) => {
          text = serializeRecord(await refreshNow(openSession(ports, asked), wanted))
        },
      )
      const child = ending.process
      child.endsAt = world.now + timeout + 30_000
      await caller.call('refresher', () => undefined, {
        ready: () => child.state !== 'running' || world.now >= deadline,
      })
      if (text !== undefined) return text
      // What crosses between processes is less than the error itself.
      if (ending.error !== undefined) {
        const { code, message, hint, details } = ending.error
        throw new ToknError(code, message, { hint, http: details.http })
      }
      if (child.state === 'running') throw new ToknError('network', 'the refresh did not end')
    }
    throw new ToknError('internal', 'the process that refreshes was killed')
  }
}

function tell(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function tellEnding({ served, error }: Ending): string {
  if (error !== undefined) return `${error.code}: ${error.message}`
  return served === undefined ? 'done' : `generation ${served.generation}, ${served.access}`
}
