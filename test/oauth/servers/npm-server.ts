import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Environment } from '../../support/home.ts'
import { requirePackage } from '../../support/npm-parts.ts'

/** What all of the servers know, as `serve.mjs` has it. */
export const clientSecret = 'svc-secret_1.0*~ +/=%&'
export const password = 'correct horse'

/** One request to the token endpoint: its grant type, and the status of the answer. */
export interface Asked {
  readonly grant: string
  readonly status: number
}

/** An OAuth server of other people, in a process of its own. */
export interface NpmServer {
  readonly origin: string
  /** What the token endpoint was asked since the server started. */
  asked(): Promise<readonly Asked[]>
  stop(): Promise<void>
  /** Starts it once more in the same place, with nothing in its memory of what was. */
  restart(): Promise<void>
}

/** Whether the packages of a server are installed; says so loudly where they are not. */
export function hasServer(...packages: readonly string[]): boolean {
  return ['express', ...packages].map((name) => requirePackage(name)).every(Boolean)
}

/** Starts `script` of this folder, with what `environment` tells it. */
export async function startNpmServer(
  script: string,
  environment: Environment = {},
): Promise<NpmServer> {
  let { child, origin } = await startScript(script, environment)
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'close')
    child.kill('SIGKILL')
    await ended
  }
  return {
    origin,
    stop,
    asked: async () => (await (await fetch(`${origin}/-/asked`)).json()) as readonly Asked[],
    restart: async () => {
      await stop()
      const { port } = new URL(origin)
      ;({ child, origin } = await startScript(script, { ...environment, PORT: port }))
    },
  }
}

async function startScript(
  script: string,
  environment: Environment,
): Promise<{ child: ChildProcess; origin: string }> {
  const path = join(import.meta.dirname, script)
  const child = spawn(process.execPath, [path], {
    env: { PATH: process.env['PATH'], ...environment },
    // It ends when the other end of its standard input does: with these tests, whatever ends them.
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const origin = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (text.includes('\n')) resolve(text.split('\n')[0] ?? '')
    })
    child.once('error', reject)
    child.once('close', () => reject(new Error(`${script} did not start`)))
  })
  return { child, origin }
}

/** A port that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
