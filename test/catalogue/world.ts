import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import type { Fault } from '../../src/sandbox/faults.ts'
import type { SandboxApi, SandboxName } from '../../src/sandbox/server.ts'
import { locatePaths } from '../../src/io/files/paths.ts'
import { findNewTexts, findTexts, listFiles } from '../support/files.ts'
import { makeHome, type Home } from '../support/home.ts'
import { run, type Ended, type RunOptions } from '../support/run.ts'
import { addressOf, credentialsOf, startServers } from '../support/servers.ts'

const canaries = () => `canary-${randomBytes(12).toString('hex')}`

export type More = Omit<RunOptions, 'home'>

/** A user, an API whose secrets are known, and a program that is watched at every step. */
export interface World {
  readonly api: SandboxApi
  readonly home: Home
  /** Runs a command, and asserts what holds for every one. */
  readonly tokn: (args: readonly string[], more?: More) => Promise<Ended>
  /** Logs in as `web`, or the name given. */
  readonly login: (flags?: readonly string[], name?: string) => Promise<Ended>
  readonly strike: (...faults: readonly Fault[]) => void
  /** The sessions as they rest, to be compared before and after. */
  readonly stored: () => Readonly<Record<string, string>>
}

/** Opens a world that ends with the test, and asserts then that no secret is in any file. */
export async function openWorld(
  name: SandboxName = 'hosterby',
  options: Parameters<typeof startServers>[1] = {},
): Promise<World> {
  const home = makeHome()
  const openedAt = Date.now()
  const given =
    name === 'hosterby'
      ? { access_key: canaries(), secret_key: canaries() }
      : { [name === 'mcs' ? 'client_secret' : 'password']: canaries() }
  const servers = await startServers([name], { ...options, credentials: { [name]: given } })
  const api = servers.api(name)
  const secrets = () => [
    ...Object.values(given),
    ...api.state.tokens.flatMap(({ access, refresh }) => [access, refresh ?? access]),
  ]
  onTestFinished(async () => {
    // What every program of the machine's user shares: locks, journal, ledger.
    const { common } = locatePaths(home.environment)
    const left = [...findTexts(home.path, secrets()), ...findNewTexts(common, secrets(), openedAt)]
    await servers.close()
    home.remove()
    expect(left).toEqual([])
  })
  const tokn = async (args: readonly string[], more: More = {}) =>
    checked(await run(args, { home, ...more }), args, secrets())
  return {
    api,
    home,
    tokn,
    login: async (flags = [], profile = 'web') =>
      await tokn(['login', profile, ...addressOf(api), ...flags], { env: credentialsOf(api) }),
    strike: (...faults) => api.control.replaceFaults(faults),
    stored: () =>
      Object.fromEntries(
        listFiles(home.sessions).map((path) => [path, readFileSync(path, 'latin1')]),
      ),
  }
}

/** A user without any API. */
export function openHome(): { home: Home; tokn: World['tokn'] } {
  const home = makeHome()
  onTestFinished(() => home.remove())
  return {
    home,
    tokn: async (args, more = {}) => checked(await run(args, { home, ...more }), args, []),
  }
}

const drawing = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/

/** What holds however a command ended. */
function checked(ended: Ended, args: readonly string[], secrets: readonly string[]): Ended {
  const { status, out, err } = ended
  const said = `tokn ${args.join(' ').slice(0, 200)} (${status}):\n${err.slice(0, 2_000)}`
  const told = status === 0 ? err : `${out}${err}`
  expect(
    secrets.filter((secret) => told.includes(secret)),
    said,
  ).toEqual([])
  expect(drawing.test(err), said).toBe(false)
  expect(err, said).not.toMatch(
    /^\s+at |\b(Type|Range|Syntax|Reference)Error\b|is a bug|Unhandled/m,
  )
  if (status === 0 || status === 12 || args.includes('--')) return ended
  expect(out, said).toBe('')
  if (args.includes('--json')) expect(JSON.parse(err), said).toMatchObject({ exit: status })
  else expect(err, said).toMatch(/^tokn: error: \S.*$/m)
  return ended
}

/** The one line that says what went wrong. */
export function errorOf({ err }: Ended): string {
  return /^tokn: error: (.*)$/m.exec(err)?.[1] ?? ''
}

export interface Listener {
  readonly url: string
  readonly port: number
  /** What was sent to it, one text per connection. */
  readonly received: string[]
}

/** Listens and does to each connection what `answer` says; without one, it is a trap. */
export async function listen(
  answer: (socket: Socket, request: string) => void = (socket) => void socket.destroy(),
  host = '127.0.0.1',
): Promise<Listener> {
  const received: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const at = received.push('') - 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    let answered = false
    socket.on('data', (chunk: Buffer) => {
      received[at] += chunk.toString('latin1')
      if (answered || !/\r\n\r\n|^\x16/.test(received[at]!)) return
      answered = true
      answer(socket, received[at]!)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { url: `http://${host}:${port}`, port, received }
}

/** An answer with these bytes, after which the connection ends. */
export function raw(text: string | Buffer): (socket: Socket) => void {
  return (socket) => void socket.end(text)
}

/** A JSON answer. */
export function json(body: unknown, status = '200 OK', lines: readonly string[] = []) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const head = ['content-type: application/json', `content-length: ${Buffer.byteLength(text)}`]
  return raw(`HTTP/1.1 ${status}\r\n${[...head, ...lines].join('\r\n')}\r\n\r\n${text}`)
}

/** Words of a login that keeps a token from standard input, at an address where nobody answers. */
export const pasteToken = [
  'login',
  'web',
  '--provider',
  'oz',
  '--base-url',
  'http://127.0.0.1:9',
  '--with-token',
]
