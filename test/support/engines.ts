import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certify, type Certificate } from '../unit/io/certificates.ts'
import { describeEtcd } from './engine-etcd.ts'
import { describePostgres } from './engine-postgres.ts'
import { describeRedis } from './engine-redis.ts'

export type EngineName = 'postgres' | 'redis' | 'etcd'

export interface EngineWanted {
  /** Where it listens; 127.0.0.1 unless said. */
  readonly address?: string
  /** With a certificate of an authority made for it, for `address` and localhost. */
  readonly tls?: boolean
  /** For whom its certificate is, where that is another (`DNS:other.example`). */
  readonly names?: string
  /** `false`: what it has confirmed may be lost with it (Redis without AOF, PostgreSQL without fsync). */
  readonly durable?: boolean
  /** `false`: nobody is asked for a password. etcd asks only with `true`, as its users do. */
  readonly password?: boolean
  /** What runs it, as `ip netns exec NAME`. */
  readonly through?: readonly string[]
  /** Further settings of its own (`max_connections=20`, `--maxmemory 10mb`). */
  readonly settings?: readonly string[]
  /** A data folder that it is started on as it is, instead of a new one: it belongs to the server then. */
  readonly folder?: string
}

/** A private server of other people, that a test may kill. */
export interface EngineServer {
  readonly name: EngineName
  readonly address: string
  readonly port: number
  /** As a user would give it, with the password. */
  readonly url: string
  /** A password made for it; '' without one. */
  readonly password: string
  /** PEM, and its file. */
  readonly authority: Certificate | undefined
  /** Where its files are: what a search for secrets looks through. */
  readonly folder: string
  /** Of the server itself, while it runs. */
  readonly pid: number
  /** What it has printed since its last start. */
  output(): string
  /** kill -9, of all its processes. */
  kill(): Promise<void>
  /** As an administrator stops it. */
  stop(): Promise<void>
  /** Again, on the same port and folder. */
  start(): Promise<void>
  /** SIGSTOP to all its processes: connections stand, nothing is answered. */
  pause(): void
  resume(): void
  /** Ends it and removes its files. */
  close(): Promise<void>
}

/** How one kind of server is made and run. */
export interface EngineDescription {
  /** Makes what it needs before its first start. */
  prepare?(): void
  /** The command line. */
  readonly line: readonly string[]
  /** What it prints when it may be asked. */
  readonly ready: RegExp
  readonly stopSignal: NodeJS.Signals
  readonly url: string
  /** What is done once, when it runs for the first time. */
  begin?(): Promise<void>
}

export interface EnginePlace {
  readonly folder: string
  readonly address: string
  readonly port: number
  /** A further port of 127.0.0.1. */
  readonly sparePort: number
  readonly password: string
  readonly certificate: Certificate | undefined
  readonly authority: Certificate | undefined
  readonly durable: boolean
  readonly settings: readonly string[]
  readonly isNew: boolean
  /** Runs a program to its end as the user that the server is. */
  run(line: readonly string[]): void
}

const descriptions: Readonly<Record<EngineName, (place: EnginePlace) => EngineDescription>> = {
  postgres: describePostgres,
  redis: describeRedis,
  etcd: describeEtcd,
}

/** Not root: PostgreSQL refuses to run as that. */
const nobody = 65_534
const isRoot = process.geteuid?.() === 0
const asNobody = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups']
/** It ends with the test that started it, however that ends. */
const notAlone = ['--pdeathsig', 'KILL']
const patience = 30_000

export async function startEngine(
  name: EngineName,
  wanted: EngineWanted = {},
): Promise<EngineServer> {
  const folder = wanted.folder ?? mkdtempSync(join(tmpdir(), `tokn-${name}-`))
  const address = wanted.address ?? '127.0.0.1'
  const port = await freePort(wanted.through === undefined ? address : '127.0.0.1')
  const asked = wanted.password ?? name !== 'etcd'
  const password = asked ? passwordOf(folder) : ''
  const { authority, certificate } =
    wanted.tls === true ? certificates(folder, wanted.names ?? `IP:${address},DNS:localhost`) : none
  const place: EnginePlace = {
    ...{ folder, address, port, password, certificate, authority },
    sparePort: await freePort(),
    durable: wanted.durable ?? true,
    settings: wanted.settings ?? [],
    isNew: wanted.folder === undefined,
    run: (line) => void runAsServer(line),
  }
  own(folder)
  const description = descriptions[name](place)
  if (place.isNew) description.prepare?.()
  own(folder)
  const process = openProcess(description, wanted.through ?? [])
  await process.start()
  if (place.isNew) await description.begin?.()
  return {
    ...{ name, address, port, password, authority, folder, url: description.url },
    get pid() {
      return process.pid()
    },
    output: process.output,
    kill: () => process.end('SIGKILL'),
    stop: () => process.end(description.stopSignal),
    start: process.start,
    pause: () => process.signalAll('SIGSTOP'),
    resume: () => process.signalAll('SIGCONT'),
    close: async () => {
      process.signalAll('SIGCONT')
      await process.end('SIGKILL')
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

const none = { authority: undefined, certificate: undefined }
const passwords = new Map<string, string>()

/** A server that is started anew on an older folder has the password of that. */
function passwordOf(folder: string): string {
  const password = passwords.get(folder) ?? `canary-${randomBytes(12).toString('hex')}`
  passwords.set(folder, password)
  return password
}

/** For a copy of a data folder: it opens with the password of the one that it was copied from. */
export function sharePassword(from: string, to: string): void {
  passwords.set(to, passwordOf(from))
}

function certificates(folder: string, names: string) {
  const authority = certify(folder, 'authority', { authority: true })
  return { authority, certificate: certify(folder, 'server', { issuer: authority, names }) }
}

/** Gives a folder and all in it to the user that servers are. */
export function own(folder: string): void {
  if (!isRoot) return
  chownSync(folder, nobody, nobody)
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name)
    chownSync(path, nobody, nobody)
    if (path.endsWith('.key')) chmodSync(path, 0o600)
  }
}

/** Runs a program to its end as the user that servers are; gives what it prints. */
export function runAsServer(line: readonly string[], variables: NodeJS.ProcessEnv = {}): string {
  const [program = '', ...args] = isRoot ? [...asNobody, ...line] : line
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: '/',
    encoding: 'utf8',
    env: { ...process.env, ...variables },
  })
  if (status !== 0) throw new Error(`${line[0]}: ${error?.message ?? stderr.trim()}`)
  return stdout
}

function openProcess(description: EngineDescription, through: readonly string[]) {
  let child: ChildProcess | undefined
  let ended: Promise<unknown> = Promise.resolve()
  let printed = ''
  // Processes of PostgreSQL lead sessions of their own: none of them is reached by a group.
  const signalAll = (signal: NodeJS.Signals) => {
    if (child?.pid === undefined) return
    for (const pid of [child.pid, ...childrenOf(child.pid)]) {
      try {
        process.kill(pid, signal)
      } catch {
        // It has ended meanwhile.
      }
    }
  }
  const start = async () => {
    printed = ''
    const user = isRoot ? [...asNobody, ...notAlone] : ['setpriv', ...notAlone]
    const [program = '', ...args] = [...through, ...user, ...description.line]
    const started = spawn(program, args, { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] })
    child = started
    ended = new Promise((resolve) => started.once('close', resolve))
    await new Promise<void>((resolve, reject) => {
      const failed = (why: string) => reject(new Error(`${description.line[0]} ${why}: ${printed}`))
      const timer = setTimeout(failed, patience, 'did not start in time')
      const hear = (chunk: Buffer) => {
        printed = (printed + String(chunk)).slice(-100_000)
        if (!description.ready.test(printed)) return
        clearTimeout(timer)
        resolve()
      }
      started.stdout.on('data', hear)
      started.stderr.on('data', hear)
      started.once('error', (error) => failed(error.message))
      started.once('close', () => failed('has ended'))
    })
  }
  const end = async (signal: NodeJS.Signals) => {
    if (signal === 'SIGKILL') signalAll(signal)
    else child?.kill(signal)
    await ended
    child = undefined
  }
  return { start, end, signalAll, output: () => printed, pid: () => child?.pid ?? 0 }
}

function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        const [, parentId] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        return Number(parentId) === parent ? Number(name) : []
      } catch {
        return []
      }
    })
}

export async function freePort(address = '127.0.0.1'): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, address, resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
