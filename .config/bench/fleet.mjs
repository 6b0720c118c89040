import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'rolldown'
import { atRandom, quantile, quantileOverTime, simulate } from './jobs.mjs'
import { makeUser } from './worlds.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The machines, engines and servers of the tests, without the tests. */
export async function loadFleet() {
  return await loadSupport(join('heavy', 'support', 'fleet', 'measured.ts'))
}

/** A module below `test`; what it needs of packages is loaded as ever. */
export async function loadSupport(path) {
  const directory = join(root, 'node_modules', '.cache', 'bench')
  const file = join(directory, `${basename(path, '.ts')}-${process.pid}.mjs`)
  mkdirSync(directory, { recursive: true })
  const expect =
    'export const expect = () => ({ toMatchObject() {} }); expect.getState = () => ({})'
  await build({
    input: join(root, 'test', path),
    platform: 'node',
    external: (id) => /^[a-z@]/i.test(id) && id !== 'vitest',
    logLevel: 'warn',
    plugins: [
      {
        name: 'without-vitest',
        resolveId: (id) => (id === 'vitest' ? '\0vitest' : undefined),
        load: (id) => (id === '\0vitest' ? expect : undefined),
      },
    ],
    output: { file, format: 'esm', codeSplitting: false },
  })
  try {
    return await import(pathToFileURL(file).href)
  } finally {
    rmSync(file)
  }
}

const all = ['postgres', 'redis', 'etcd']
const named = all.filter((name) => process.argv.includes(name))
export const names = named.length > 0 ? named : all
const targets = { postgres: 2.6, redis: 2.2, etcd: 3 }

/** A good token from each engine that is installed, on loopback: rows, what is left out, what ends them. */
export async function openFleetRows({ startEngine, startStrictServer, probe }, program, folder) {
  const rows = []
  const absent = []
  const provider = await startStrictServer()
  const closing = [provider.close]
  for (const name of names) {
    const why = probe(name)
    if (why !== undefined) {
      absent.push(`token from ${name}: ${why}`)
      continue
    }
    const engine = await startEngine(name)
    closing.push(engine.close)
    const { TOKN_STORE: _, ...user } = makeUser(folder, `fleet-${name}`)
    const env = { ...user, TOKN_STORE_URL: engine.url, TOKN_PROFILE: 'web' }
    await logIn(program, env, provider.port)
    const target = [targets[name], targets[name]]
    rows.push({ name: `token, ${name}`, target, line: [process.execPath, program, 'token'], env })
    rows.at(-1).engine = engine
  }
  return {
    rows,
    absent,
    close: async () => {
      for (const close of closing) await close()
    },
  }
}

/** Asynchronously, since this process is the server. */
export function logIn(program, env, port) {
  const to = ['--issuer', `http://127.0.0.1:${port}`, '--client-id', 'client', '--flow', 'client']
  const line = [program, 'login', 'web', ...to, '--no-remember', '--quiet']
  return runOne(line, { ...env, TOKN_CLIENT_SECRET: 'secret' })
}

function runOne(line, env) {
  const child = spawn(process.execPath, line, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk) => (said += chunk))
  return new Promise((resolve, reject) => {
    child.once('close', (status) => (status === 0 ? resolve() : reject(new Error(said))))
  })
}

/**
 * What a job costs: seconds of processor time where it runs (all of it, and before it connects), and of
 * the engine; and what the model says of so many at once beside what they really took.
 */
export async function measureJobs(row, counts) {
  const run = () => runOne(row.line.slice(1), row.env)
  const engineBefore = cpuOfTree(row.engine.pid)
  const rounds = 20
  const before = childCpu()
  const own = process.cpuUsage()
  const began = performance.now()
  for (let round = 0; round < rounds; round++) await run()
  const wall = (performance.now() - began) / 1_000 / rounds
  const client = (childCpu() - before) / rounds
  const spent = process.cpuUsage(own)
  // What starts the jobs takes of the same processors; a fleet has other things that do.
  const starting = (spent.user + spent.system) / 1e6 / rounds
  const bare = childCpu()
  for (let round = 0; round < rounds; round++) await runOne(['-e', '0'], { PATH: process.env.PATH })
  const start = (childCpu() - bare) / rounds
  const during = Math.max(0.001, client - start)
  const cores = availableParallelism()
  const seen = []
  for (const count of counts) {
    const from = performance.now()
    const busy = cpuOfMachine()
    const ours = cpuOfAll(row.engine.pid)
    await Promise.all(Array.from({ length: count }, run))
    const real = (performance.now() - from) / 1_000
    const used = cpuOfAll(row.engine.pid) - ours
    const others = Math.max(0, cpuOfMachine() - busy - used) / (real * cores)
    seen.push({ count, real, each: used / count, others })
  }
  // Of all of them: a process is counted in hundredths of a second.
  const jobs = counts.reduce((sum, count) => sum + count, rounds)
  const server = Math.max(0.0001, (cpuOfTree(row.engine.pid) - engineBefore) / jobs)
  const inputs = { before: start, during, server }
  const checks = seen.map((one) => {
    // Here the jobs, the engine and what starts them share the processors.
    const demand = { before: start + starting, during: during + server, server: 1e-6 }
    const left = cores * (1 - one.others)
    const starts = Array.from({ length: one.count }, () => 0)
    return { ...one, model: simulate({ starts, ...demand, clients: left, servers: left }).seconds }
  })
  return { wall, ...inputs, starting, cores, checks }
}

/** The engine by itself, with one processor, and jobs on machines of their own. */
export function sizes(inputs, perHour) {
  return perHour.map((count) => {
    const spread = simulate({
      starts: atRandom(count, 3_600),
      ...inputs,
      clients: Infinity,
      servers: 1,
    })
    const times = (run) => run.jobs.map((job) => job.endedAt - job.connectedAt)
    const atOnce = Math.ceil(count / 60)
    const burst = simulate({
      starts: Array(atOnce).fill(0),
      ...inputs,
      clients: Infinity,
      servers: 1,
    })
    return {
      count,
      load: (count * inputs.server) / 3_600,
      mean: spread.mean,
      connections: quantileOverTime(spread.counts, 0.99),
      p99: quantile(times(spread), 0.99),
      atOnce,
      peak: burst.peak,
      last: quantile(times(burst), 0.99),
    }
  })
}

/** Seconds of processor time of this process, the jobs it has started, and the engine. */
function cpuOfAll(engine) {
  const { user, system } = process.cpuUsage()
  return childCpu() + (user + system) / 1e6 + cpuOfTree(engine)
}

/** Seconds that all processors were not idle. */
function cpuOfMachine() {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
  const [, user, nice, system, , , irq, softirq] = line.split(/\s+/).map(Number)
  return (user + nice + system + irq + softirq) / 100
}

/** Seconds of processor time of all children of this process that have ended. */
function childCpu() {
  const fields = statOf('self')
  return (Number(fields[13]) + Number(fields[14])) / 100
}

/** The same of a process, its children, and those of them that have ended. */
function cpuOfTree(pid) {
  let total = 0
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const fields = statOf(name)
      const parts = fields.slice(11, 15).map(Number)
      if (Number(name) === pid) total += parts[0] + parts[1] + parts[2] + parts[3]
      else if (Number(fields[1]) === pid) total += parts[0] + parts[1]
    } catch {
      // It has ended meanwhile.
    }
  }
  return total / 100
}

/** From the state on: the third field of `man proc`. */
function statOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}
