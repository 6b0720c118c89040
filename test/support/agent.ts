import { mkdirSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Environment, Home } from './home.ts'
import { startCommand, type Running } from './run.ts'

export interface AgentAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** An agent in the foreground, and what it is asked. */
export interface TestAgent extends Running {
  readonly socket: string
  /** Asks over a connection of its own. */
  ask(
    target: string,
    options?: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<AgentAnswer>
  /** All that comes back to these bytes, until the agent ends the connection. */
  speak(bytes: string | Buffer): Promise<string>
  /** What it has written so far. */
  log(): string
  /** Ends it, and whatever it runs under. */
  kill(signal: NodeJS.Signals): void
}

/** The variables with which a home has a folder for sockets. */
export function withRuntime(home: Home): Environment {
  const runtime = join(home.path, 'run')
  mkdirSync(runtime, { recursive: true, mode: 0o700 })
  return { XDG_RUNTIME_DIR: runtime }
}

export function socketOf(home: Home): string {
  return join(home.path, 'run', 'tokn', 'agent.sock')
}

/** Starts `tokn agent run`, under `under` where given, and waits until it serves. */
export async function startAgent(
  home: Home,
  options: {
    readonly env?: Environment
    readonly under?: readonly string[]
    readonly flags?: readonly string[]
  } = {},
): Promise<TestAgent> {
  const { env = {}, under = [], flags = [] } = options
  const line = [...under, 'tokn', 'agent', 'run', ...flags]
  const running = startCommand(line, { home, env: { ...withRuntime(home), ...env } })
  let log = ''
  running.child.stderr?.on('data', (part: Buffer) => (log += part.toString()))
  const ended = running.ended.then((end) => {
    throw new Error(`the agent ended with ${end.status}: ${end.err}`)
  })
  ended.catch(() => undefined)
  while (!log.includes('serving at')) {
    await Promise.race([once(running.child.stderr ?? running.child, 'data'), ended])
  }
  return { ...running, ...talkTo(socketOf(home)), log: () => log, kill }

  function kill(signal: NodeJS.Signals): void {
    if (running.child.exitCode !== null || running.child.signalCode !== null) return
    process.kill(-(running.child.pid ?? Number.NaN), signal)
  }
}

/** Asks whatever listens at a socket. */
export function talkTo(socket: string): Pick<TestAgent, 'socket' | 'ask' | 'speak'> {
  return {
    socket,
    ask: async (path, options = {}) => {
      for (let tries = 0; ; tries++) {
        try {
          return await askOnce(socket, path, options)
        } catch (error) {
          // The queue of those who wait to be accepted is full: clients come again.
          if (tries === 5 || !(error instanceof Error && error.message.includes('EAGAIN')))
            throw error
          await delay(100 * 2 ** tries)
        }
      }
    },
    speak: async (bytes) => await exchange(socket, bytes),
  }
}

async function askOnce(
  socketPath: string,
  path: string,
  { method = 'GET', headers = {} }: NonNullable<Parameters<TestAgent['ask']>[1]>,
): Promise<AgentAnswer> {
  return await new Promise<AgentAnswer>((resolve, reject) => {
    const sent = request({ socketPath, path, method, headers, agent: false }, (reply) => {
      let body = ''
      reply.setEncoding('utf8')
      reply.on('data', (part: string) => (body += part))
      reply.on('end', () => {
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body })
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

async function exchange(path: string, bytes: string | Buffer): Promise<string> {
  const socket = connect(path)
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  // One that is cut off has said what it had to say.
  socket.on('error', () => undefined)
  socket.write(bytes)
  await new Promise((resolve) => socket.once('close', resolve))
  return Buffer.concat(chunks).toString('latin1')
}
