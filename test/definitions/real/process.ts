import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { root } from '../../support/home.ts'
import { requirePart } from '../../support/parts.ts'

/** A server of somebody else's, running with a folder of its own. */
export interface Started {
  readonly baseUrl: string
  stop(): Promise<void>
}

export interface Plan {
  /** Program and arguments; called with the folder, where the server may write, and its port. */
  readonly command: (folder: string, port: number) => readonly string[]
  /** Writes into the folder what the server is started with. */
  readonly prepare?: (folder: string, port: number) => void
  /** Path whose answer, whatever it is, shows that the server is up. */
  readonly probe: string
}

/** Longest that a server may take to come up, in milliseconds. */
const patience = 60_000

/** Where the packages of npm are that `.ci/install-servers` installs: not among our own. */
export const packages = join(root, '.ci/servers/node_modules')

/** The name of a server as a part, where all `paths` of it are there. */
export function installed(name: string, ...paths: readonly string[]): string | undefined {
  const there = paths.every((path) => existsSync(path))
  return requirePart(name, there, '.ci/install-servers installs it') ? name : undefined
}

/** Starts a server and waits until it answers. */
export async function startProcess({ command, prepare, probe }: Plan): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'tokn-server-'))
  const port = await freePort()
  const baseUrl = `http://127.0.0.1:${port}`
  prepare?.(folder, port)
  const [program = '', ...args] = command(folder, port)
  const child = spawn(program, args, {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, LANG: 'C.UTF-8' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const errors: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  const failed = new Promise<never>((_, reject) => child.once('error', reject))
  failed.catch(() => undefined)
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('close', resolve))
    if (child.exitCode === null && child.kill('SIGKILL')) await ended
    rmSync(folder, { recursive: true, force: true })
  }
  const until = Date.now() + patience
  for (;;) {
    const up = await Promise.race([answers(baseUrl + probe), failed])
    if (up) return { baseUrl, stop }
    if (child.exitCode !== null || Date.now() > until) {
      await stop()
      throw new Error(
        `${program} did not come up: ${Buffer.concat(errors).toString().slice(-2_000)}`,
      )
    }
    await delay(100)
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).arrayBuffer()
    return true
  } catch {
    return false
  }
}

/** A port that nobody listens on just now. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Sends JSON, for the setting up; throws unless it goes well. */
export async function send(
  method: string,
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}
