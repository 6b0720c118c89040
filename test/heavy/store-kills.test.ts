import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { thorough } from '../support/effort.ts'
import { startEngine, type EngineName, type EngineServer } from '../support/engines.ts'
import { makeHomes, program, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand, type Ended } from '../support/run.ts'
import { startStrictServer, type StrictServer } from './support/fleet/strict-server.ts'
import { startRandom } from './support/random.ts'
import { inject, stracePlain } from './support/syscalls.ts'

interface Way {
  /** Where the session is, and where it goes: `file`, or an engine. */
  readonly from: 'file' | EngineName
  readonly to: 'file' | EngineName
  line(profile: string): string
}

const ways: readonly Way[] = [
  { from: 'file', to: 'postgres', line: (name) => `store push ${name} --to postgres` },
  { from: 'redis', to: 'file', line: (name) => `store pull ${name} --from redis --to file` },
  { from: 'redis', to: 'etcd', line: () => 'store migrate --from redis --to etcd' },
]

/** What others can see: of a socket, or of a file. */
const names = ['write', 'writev', 'sendto', 'rename', 'unlink', 'link', 'fsync'] as const

const engines: readonly EngineName[] = ['postgres', 'redis', 'etcd']
const parts = [requirePart('strace'), ...engines.map((name) => requirePart(name))]
const servers = new Map<string, EngineServer>()
const { newHome, remove } = makeHomes()
const keys: Readonly<Record<string, string>> = Object.fromEntries(
  ['file', ...engines].map((name) => [name, randomBytes(32).toString('base64url')]),
)
let provider: StrictServer
let count = 0

beforeAll(async () => {
  await Promise.all(engines.map(async (name) => servers.set(name, await startEngine(name))))
  provider = await startStrictServer()
}, 60_000)
afterAll(async () => {
  await Promise.all([...servers.values()].map(async (server) => await server.close()))
  await provider.close()
})
afterEach(() => {
  remove()
})

/** The variables by which a store is used. */
function variablesOf(of: string): Environment {
  const url = servers.get(of)?.url
  return { TOKN_STORE: url ? undefined : of, TOKN_STORE_URL: url, TOKN_STORE_KEY: keys[of] }
}

function bothSides({ from, to }: Way): Environment {
  return {
    ...variablesOf(to),
    TOKN_STORE: undefined,
    TOKN_FROM_STORE_URL: servers.get(from)?.url,
    TOKN_FROM_STORE_KEY: keys[from],
  }
}

async function logIn(home: Home, name: string, { from }: Way): Promise<void> {
  const line = `login ${name} --issuer http://127.0.0.1:${provider.port} --client-id client --flow client --no-remember`
  const env = { ...variablesOf(from), TOKN_CLIENT_SECRET: 'a secret' }
  const ended = await run(line.split(' '), { home, env })
  expect(ended, ended.err).toMatchObject({ status: 0 })
}

/** Renews the session where who has the key of that store finds it: by the profile here, or as another machine. */
async function renew(home: Home, name: string, of: string): Promise<Ended> {
  const machine = of === 'file' ? home : newHome()
  const env = { ...variablesOf(of), TOKN_STORE: undefined }
  return await run(['refresh', name], { home: machine, env })
}

async function move(home: Home, way: Way, name: string, strace: readonly string[]): Promise<Ended> {
  const under = strace.length === 0 ? [] : [...stracePlain, ...strace]
  const line = [...under, process.execPath, program, ...way.line(name).split(' ')]
  return await startCommand(line, { home, env: bothSides(way) }).ended
}

/** The calls of `names` that a move makes on files and sockets, each by its number. */
async function trace(way: Way) {
  const [home, name] = [newHome(), `web${++count}`]
  await logIn(home, name, way)
  const folder = mkdtempSync(join(tmpdir(), 'tokn-strace-'))
  const output = join(folder, 'trace')
  const ended = await move(home, way, name, ['-o', output, '-e', `trace=${names.join(',')}`])
  expect(ended, ended.err).toMatchObject({ status: 0 })
  const counts = new Map<string, number>()
  const calls = readFileSync(output, 'utf8')
    .split('\n')
    .flatMap((text) => {
      const call = /^(\w+)\(/.exec(text)?.[1]
      if (call === undefined) return []
      const ordinal = (counts.get(call) ?? 0) + 1
      counts.set(call, ordinal)
      const kind = `${call} ${/TCP|socket/.test(text) ? 'socket' : 'file'}`
      const isOurs = /TCP|socket/.test(text) || text.includes(home.path) || /<\/.*tokn/.test(text)
      return isOurs ? [{ name: call, ordinal, text, kind, file: true, seen: true }] : []
    })
  rmSync(folder, { recursive: true })
  return calls
}

test.runIf(parts.every(Boolean)).each(ways)(
  'a move from $from to $to that is killed at any write has one home, and the same again ends it',
  async (way) => {
    const calls = await trace(way)
    expect(calls.length).toBeGreaterThan(10)
    const { seed } = startRandom()
    const stride = Math.ceil(calls.length / 2)
    const chosen = thorough ? calls : calls.filter((_, at) => (at + seed) % stride === 0)
    let kills = 0
    for (const call of chosen) {
      const [home, name] = [newHome(), `web${++count}`]
      await logIn(home, name, way)
      const killed = await move(home, way, name, inject(call, 'signal=SIGKILL'))
      if (killed.status === 0) continue
      kills++
      const where = `killed at ${call.ordinal}. ${call.text.slice(0, 90)}`
      const [at, over] = [await renew(home, name, way.from), await renew(home, name, way.to)]
      expect(at.status === 0 && over.status === 0, where).toBe(false)
      const again = await move(home, way, name, [])
      expect(again, `${where}: ${again.err}`).toMatchObject({ status: 0 })
      const [left, there] = [await renew(home, name, way.from), await renew(home, name, way.to)]
      expect(there, `${where}: ${there.err}`).toMatchObject({ status: 0 })
      expect(left.status, where).not.toBe(0)
      const doctor = await run(['doctor', '--offline', '--fix', '--json'], {
        ...{ home, env: bothSides(way) },
      })
      expect(doctor.out, where).not.toContain('"move-')
    }
    expect(kills).toBeGreaterThan(0)
    expect(provider.spentTwice()).toEqual([])
  },
)
