import { Agent } from '../../../src/agent/agent.ts'
import type { Answer } from '../../../src/agent/answers.ts'
import { readRequest } from '../../../src/agent/requests.ts'
import type { Gate, World } from '../../../src/agent/world.ts'
import type { Profile } from '../../../src/core/profile.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { openSession } from '../../../src/session/session.ts'
import { start, type MemoryPorts } from '../session/memory-ports.ts'
import { keep, openScripted, recordFor, web, type Script } from '../session/scripted.ts'

export interface AgentWorld {
  readonly agent: Agent
  readonly world: World
  readonly ports: MemoryPorts
  readonly log: string[]
  /** How often the store was read so far. */
  reads(): number
  /** How many refreshes the provider has seen. */
  refreshes(): number
  /** How often a session was opened so far. */
  looks(): number
  /** Logs in, or replaces what is there. */
  put(record: Partial<SessionRecord>): Promise<void>
  /** Something was changed elsewhere. */
  change(): void
  /** The clock goes on by itself; the other one stops, as in sleep. */
  sleep(time: number): void
  ask(line: string): Promise<Answer>
}

const hour = 3_600_000

/** An agent over a session in memory, whose provider can refresh. */
export function openAgentWorld(
  options: {
    readonly gate?: Gate
    readonly script?: Script
    readonly slow?: () => Promise<void>
    /** The profile as the agent looks for its session. */
    readonly profile?: Profile
  } = {},
): AgentWorld {
  let refreshes = 0
  let changes = 0
  let slept = 0
  let looks = 0
  const log: string[] = []
  const script: Script = {
    rotation: 'always',
    refresh: async ({ clock }) => {
      await options.slow?.()
      refreshes++
      return {
        access: new Secret(`access-${refreshes + 1}`),
        refresh: new Secret(`refresh-${refreshes + 1}`),
        expiry: { state: 'at', at: clock.now() + hour },
        context: {},
      }
    },
    ...options.script,
  }
  const { ports, provider } = openScripted(script)
  const { profile = web } = options
  const world: World = {
    session: (name, warn) => {
      looks++
      return name === web.name ? openSession({ ...ports, warn }, profile) : undefined
    },
    sessions: () => [openSession(ports, profile)],
    profilesStamp: () => String(changes),
    defaultName: () => undefined,
    stampOf: () => `${changes} ${ports.index.get(web.id)?.generation ?? ''}`,
    forgetStores: () => undefined,
    isMeant: (configuration, store) =>
      configuration === 'own' || (configuration === 'placed' && store !== web.store),
    clock: {
      now: () => ports.clock.now(),
      elapsed: () => ports.clock.now() - start - slept,
    },
    socket: '/run/agent.sock',
    version: '0',
  }
  const agent = new Agent({ world, log: (line) => void log.push(line), gate: options.gate })
  return {
    agent,
    world,
    ports,
    log,
    reads: () => ports.log.filter((step) => step.startsWith('read ')).length,
    refreshes: () => refreshes,
    looks: () => looks,
    put: async (record) => {
      const more = { refresh: new Secret('refresh-1'), attach: bearer, ...record }
      await keep(openSession(ports, web), recordFor(web, provider, more))
    },
    change: () => void changes++,
    sleep: (time) => {
      slept += time
      ports.pass(time)
    },
    ask: async (line) => {
      const [method = '', target = ''] = line.split(' ')
      const answer = await agent.answer(readRequest(method, target))
      // What came in with it is answered: the next one looks again.
      await new Promise((resolve) => setImmediate(resolve))
      return answer
    },
  }
}

const bearer = { headers: { Authorization: 'Bearer {access}' } }
