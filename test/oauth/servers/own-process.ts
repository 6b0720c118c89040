import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** What a server noted of one request: no secrets. */
export interface Noted {
  readonly method: string
  readonly path: string
  /** The grant type in the body. */
  readonly grant: string | null
  /** How the client proved itself there. */
  readonly client: string | null
  readonly status: number
}

/** A server of other people's making, with a folder of its own that it starts empty in. */
export interface OwnProcess {
  readonly port: number
  /** At 127.0.0.1, without a slash. */
  readonly origin: string
  requests(): readonly Noted[]
  /** Ends it at once, as a machine that loses its power does. */
  stop(): Promise<void>
}

/** Longest that a server may take to come up, in milliseconds. */
const patience = 60_000

/**
 * Starts a server of this folder, `port` 0 for any. It prints its port once it listens, notes what
 * it is asked in a file `requests`, and ends with its standard input: with us, however we end.
 */
export async function startOwn(
  [program, script]: readonly [string, string],
  args: readonly string[] = [],
  port = 0,
): Promise<OwnProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'tokn-server-'))
  const file = join(import.meta.dirname, script)
  const child = spawn(program, [file, String(port), ...args], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', HOME: folder, LANG: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1' },
    stdio: 'pipe',
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const errors: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text))
  const stop = async () => {
    child.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  const late = setTimeout(() => child.kill('SIGKILL'), patience)
  const line = await new Promise<string | undefined>((resolve, reject) => {
    child.once('error', reject)
    createInterface(child.stdout)
      .once('line', resolve)
      .once('close', () => resolve(undefined))
  })
  clearTimeout(late)
  if (!/^[1-9]\d*$/.test(line ?? '')) {
    await stop()
    throw new Error(`${script} did not come up: ${errors.join('').slice(-2_000)}`)
  }
  const notes = join(folder, 'requests')
  return {
    port: Number(line),
    origin: `http://127.0.0.1:${line}`,
    requests: () => (existsSync(notes) ? readNotes(readFileSync(notes, 'utf8')) : []),
    stop,
  }
}

function readNotes(text: string): readonly Noted[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Noted)
}

/** How often a server was asked for tokens by `grant`, however it answered. */
export function countGrants(server: OwnProcess, grant: string): number {
  return server.requests().filter((noted) => noted.grant === grant).length
}
