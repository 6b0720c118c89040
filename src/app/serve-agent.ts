import { EventEmitter, once } from 'node:events'
import type { Log, World } from '../agent/world.ts'
import { ToknError } from '../core/errors.ts'
import type { Lock } from '../core/ports.ts'
import { forgetUnusedSecrets } from '../core/secret.ts'
import { words } from '../messages/words.ts'
import { openAgent, type AgentSetup } from './agent.ts'
import type { Keeper } from './agent-keeper.ts'

/** How often it is looked whether the socket is still there, in milliseconds. */
const lookAgain = 10_000

export interface Serving {
  readonly world: World
  readonly lock: () => Promise<Lock>
  readonly log: Log
  /** Called once it serves. */
  readonly ready: () => void
  /** Resolves when a signal ends this process. */
  readonly interrupted: Promise<void>
  readonly descriptor?: number | undefined
  readonly group?: AgentSetup['group']
  readonly timeout?: number | undefined
  /** What stands around it; absent: nothing. */
  readonly keeper?: Keeper | undefined
}

/**
 * Is the agent of a world until a signal, or whoever may use its socket, ends it, or its socket is gone:
 * with the session of its user goes the folder that it is in. Throws `busy` where
 * another process is.
 */
export async function serveAgent(serving: Serving): Promise<void> {
  const { world, log, ready, interrupted, keeper } = serving
  keepOn(log)
  forgetUnusedSecrets()
  const stopping = new EventEmitter<{ stop: [] }>()
  const stopped = once(stopping, 'stop')
  const stop = () => void stopping.emit('stop')
  const { gate, answers } = keeper ?? {}
  const agent = await openAgent({ ...serving, stop, gate, answers })
  if (agent === undefined) throw new ToknError('busy', words.agent.taken(world.socket))
  keeper?.begin(agent.agent, stop)
  ready()
  const { serving: at, servingGiven } = words.agent
  log(serving.descriptor === undefined ? at(world.socket) : servingGiven())
  const watch = setInterval(() => {
    if (!agent.isReachable()) stop()
  }, lookAgain)
  await Promise.race([interrupted, stopped])
  clearInterval(watch)
  log(words.agent.ending())
  keeper?.close()
  await agent.close()
}

/** A bug in the answer to one request is no reason to have none for all others. */
function keepOn(log: Log): void {
  const tell = (error: unknown) => {
    const place = error instanceof Error ? (error.stack?.split('\n')[1]?.trim() ?? '') : ''
    log(words.agent.bug(`${error instanceof Error ? error.name : typeof error} ${place}`))
  }
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', tell)
  process.on('unhandledRejection', tell)
}
