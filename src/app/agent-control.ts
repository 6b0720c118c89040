import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Log } from '../agent/world.ts'
import type { AgentControl, AgentStatus, Unlocking, UnlockRequest } from '../core/agent.ts'
import type { AgentKeeping } from '../core/agent-keeping.ts'
import { isToknError, ToknError } from '../core/errors.ts'
import type { Secret } from '../core/secret.ts'
import { askAgent } from '../io/agent/ask.ts'
import { realPath } from '../io/agent/configuration.ts'
import type { Reply } from '../io/agent/reply.ts'
import {
  agentSocket,
  checkSocketFolder,
  checkSocketPath,
  isOwnSocket,
  socketFolder,
} from '../io/files/socket-place.ts'
import { showPath } from '../io/files/system-error.ts'
import { systemClock } from '../io/process/clock.ts'
import { elapsed } from '../io/files/elapsed.ts'
import { isRunning } from '../io/process/is-running.ts'
import { words } from '../messages/words.ts'
import type { AgentRequest } from './agent-request.ts'
import { readAgentStatus } from './agent-status.ts'
import { locatePaths, type Environment } from '../io/files/paths.ts'

export interface ControlOptions extends Omit<AgentRequest, 'variables' | 'socket'>, AgentKeeping {
  readonly environment: Environment
  /** Path of the executable. */
  readonly program: string
  /** Path of the socket; absent: that of this user. */
  readonly socket?: string | undefined
  /** Writes a line of the log of `run`. */
  log(line: string): void
}

/** How long an agent may take to answer what needs no request of its own, in milliseconds. */
const answerTime = 5_000

/** How long it may take to end: it finishes what is under way. */
const endTime = 12_000

export function openAgentControl(options: ControlOptions): AgentControl {
  if (process.platform === 'win32') throw new ToknError('unsupported', words.agent.notForWindows())
  const { environment } = options
  const socket = checkSocketPath(options.socket ?? join(socketFolder(environment), agentSocket))
  const configuration = realPath(locatePaths(environment, options).config)
  return { socket, configuration, status, start, stop, run, lock, unlock }

  async function ask(
    target: string,
    method: 'GET' | 'POST' = 'GET',
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply | undefined> {
    // Nobody could make one there, either.
    if (existsSync(dirname(socket))) checkSocketFolder(dirname(socket))
    if (!isOwnSocket(socket)) return undefined
    return await askAgent(socket, { method, target, headers }, answerTime)
  }

  async function lock(passphrase: Secret | undefined): Promise<boolean | undefined> {
    const { lockAgent } = await import('./agent-lock.ts')
    return await lockAgent(async (headers) => await ask('/lock', 'POST', headers), passphrase)
  }

  async function unlock(given: UnlockRequest): Promise<Unlocking> {
    const { unlockAgent } = await import('./agent-lock.ts')
    return await unlockAgent(askToUnlock, given, options.timeout)
  }

  async function askToUnlock(headers: Readonly<Record<string, string>>): Promise<Reply> {
    const reply = await ask('/unlock', 'POST', headers)
    if (reply === undefined) throw new ToknError('not_found', words.agent.notRunning(socket))
    return reply
  }

  async function status(): Promise<AgentStatus | undefined> {
    const reply = await ask('/status')
    if (reply === undefined) return undefined
    const read = reply.status === 200 ? readAgentStatus(reply.body) : undefined
    if (read === undefined) throw new ToknError('store', words.agent.notAnAgent(showPath(socket)))
    return read
  }

  async function start(): Promise<boolean> {
    const outcome = await tryToStart()
    if (outcome !== 'late') return outcome
    const seconds = Math.max(1, Math.round(options.timeout / 1_000))
    throw new ToknError('busy', words.agent.startedLate(seconds))
  }

  async function tryToStart(): Promise<boolean | 'late'> {
    const { startAgent } = await import('./start-agent.ts')
    try {
      const started = await startAgent(options, { ...options, socket })
      return started === 'late' ? started : true
    } catch (error) {
      // Another one was quicker.
      if (isToknError(error, 'busy')) return false
      throw error
    }
  }

  async function stop(): Promise<boolean> {
    const running = await status()
    if (running === undefined) return false
    const reply = await ask('/stop', 'POST')
    // None: it has ended by now.
    if (reply !== undefined && reply.status !== 200) {
      throw new ToknError('busy', words.agent.notStopping())
    }
    const end = elapsed() + endTime
    // Not by its socket: a service manager may start another one as soon as somebody asks.
    while (isRunning(running.pid)) {
      if (elapsed() > end) {
        // In another container that process is somebody else's, but its socket goes with it.
        if (!isOwnSocket(socket)) return true
        throw new ToknError('busy', words.agent.notStopping())
      }
      await systemClock.wait(50)
    }
    return true
  }

  async function run(): Promise<void> {
    const { runAgent } = await import('./run-agent.ts')
    const log: Log = (line, closely = false) => {
      if (!closely || options.debug) options.log(line)
    }
    await runAgent({ ...options, socket }, { log, ready: () => undefined })
  }
}
