import type { Server as HttpServer } from 'node:http'
import type { Server, Socket } from 'node:net'
import { dirname } from 'node:path'
import type { Agent, AgentOptions } from '../agent/agent.ts'
import type { Ahead } from '../agent/ahead.ts'
import { createLazyServer } from '../agent/lazy-server.ts'
import type { AnswerTo } from '../agent/server.ts'
import type { World } from '../agent/world.ts'
import { systemCode, ToknError } from '../core/errors.ts'
import type { Lock } from '../core/ports.ts'
import type { GroupPlace } from '../io/agent/bind-for-group.ts'
import { backlog, bindSocket, type BoundSocket } from '../io/agent/bind.ts'
import { sweepSockets } from '../io/agent/sweep.ts'
import { connectionLimits } from '../io/process/open-files.ts'
import { words } from '../messages/words.ts'

/** An agent that answers. */
export interface RunningAgent {
  readonly socket: string
  /** What answers, made when it is needed. */
  agent(): Promise<Agent>
  /** Whether its socket is still there: whoever removed it, nobody can ask any more. */
  isReachable(): boolean
  /** Takes no more connections, and ends once what is under way is answered. */
  close(): Promise<void>
}

export interface AgentSetup extends Omit<AgentOptions, 'world'> {
  readonly world: World
  readonly lock: () => Promise<Lock>
  /** What stands before its answers; absent: nothing. */
  readonly answers?: ((agent: Agent) => AnswerTo) | undefined
  /** The group that is served, and nobody else; absent: this user. */
  readonly group?: Omit<GroupPlace, 'path'> | undefined
  /** A descriptor at which somebody listens already; absent: the socket of the world is made. */
  readonly descriptor?: number | undefined
  /** Milliseconds to wait for another process that makes the same socket. Default: 10 000. */
  readonly timeout?: number | undefined
}

/** How long what is under way may take when an agent ends, in milliseconds. */
const patience = 10_000

/**
 * Serves a world at its socket; `undefined` where another process does so already. The code of the
 * protocol is loaded by the first connection. Throws `store`, `busy`.
 */
export async function openAgent(setup: AgentSetup): Promise<RunningAgent | undefined> {
  const { world, descriptor } = setup
  const connections = new Set<Socket>()
  let serving: Serving | undefined
  let opened: Promise<Serving> | undefined
  const server = createLazyServer(async () => (await open()).http, tellFailure)
  server.on('connection', (socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  const bound = descriptor === undefined ? await bind(setup, server) : undefined
  if (descriptor === undefined && bound === undefined) return undefined
  if (descriptor !== undefined) await listenAt(server, descriptor)
  // A client that cannot be accepted for now is no reason to end.
  server.on('error', (error) => setup.log(error.message))
  return { socket: world.socket, agent: async () => (await open()).agent, isReachable, close }

  /** Once; where that fails, anew. */
  async function open(): Promise<Serving> {
    const own = (opened ??= openServing(setup))
    try {
      return (serving = await own)
    } catch (error) {
      if (opened === own) opened = undefined
      throw error
    }
  }

  function tellFailure(error: unknown): void {
    setup.log(
      words.agent.notOpened(systemCode(error) ?? (error instanceof Error ? error.name : '')),
    )
  }

  function isReachable(): boolean {
    return bound?.isOurs() ?? true
  }

  async function close(): Promise<void> {
    bound?.remove()
    serving?.ahead.stop()
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    const deadline = setTimeout(destroyAll, patience)
    const watch = setInterval(closeIdle, 50)
    closeIdle()
    await closed
    clearInterval(watch)
    clearTimeout(deadline)
  }

  /** Each connection, once nothing is being answered on it. */
  function closeIdle(): void {
    if (serving === undefined) destroyAll()
    else serving.http.closeIdleConnections()
  }

  function destroyAll(): void {
    for (const one of connections) one.destroy()
  }
}

/** What is there once somebody has asked. */
interface Serving {
  readonly agent: Agent
  readonly http: HttpServer
  readonly ahead: Ahead
}

async function openServing(setup: AgentSetup): Promise<Serving> {
  const [{ Agent }, { Ahead }, { createAgentServer }] = await Promise.all([
    import('../agent/agent.ts'),
    import('../agent/ahead.ts'),
    import('../agent/server.ts'),
  ])
  const { world, gate } = setup
  const agent = new Agent(setup)
  const ahead = new Ahead({ world, gate, sessions: agent.sessions, random: Math.random })
  ahead.start()
  const answerTo = setup.answers?.(agent) ?? ((asked) => agent.answer(asked))
  return { agent, ahead, http: createAgentServer(answerTo, connectionLimits()) }
}

async function bindAt(
  server: Server,
  path: string,
  group: AgentSetup['group'],
): Promise<BoundSocket | undefined> {
  if (group === undefined) return await bindSocket(server, path)
  const { bindForGroup } = await import('../io/agent/bind-for-group.ts')
  return await bindForGroup(server, { ...group, path })
}

async function bind(
  { world, lock, group, timeout = 10_000 }: AgentSetup,
  server: Server,
): Promise<BoundSocket | undefined> {
  const take = await lock()
  const held = await take(`agent:${world.socket}`, timeout)
  try {
    const bound = await bindAt(server, world.socket, group)
    if (group === undefined) await sweepSockets(dirname(world.socket))
    return bound
  } finally {
    await held.release()
  }
}

async function listenAt(server: Server, fd: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', () => reject(new ToknError('usage', words.agent.notListening())))
    server.listen({ fd, backlog }, resolve)
  })
}
