import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { login, makeUser, openSandbox } from './worlds.mjs'

const callers = 50
const lifeSeconds = 20
const slowMs = 3_000

/**
 * Fifty commands at once that find an expired session, with a refresh that takes three seconds,
 * beside fifty that find a good one: refreshes at the API, processes, their memory, and the time.
 */
export async function measureCrowd(program, folder) {
  const user = makeUser(folder, 'crowd')
  const options = ['--ttl', `${lifeSeconds}s`]
  const sandbox = await openSandbox(program, user, options)
  try {
    login(program, user, sandbox)
    const good = await runAll(program, user)
    await delay(lifeSeconds * 1_000)
    const faults = [{ path: '/token/refresh', do: 'delay', ms: slowMs }]
    await fetch(`${sandbox.url}/__sandbox/faults`, { method: 'POST', body: JSON.stringify(faults) })
    const before = await refreshesAt(sandbox)
    const expired = await runAll(program, user)
    return { good, expired, refreshes: (await refreshesAt(sandbox)) - before }
  } finally {
    sandbox.close()
  }
}

async function refreshesAt({ url }) {
  const state = await (await fetch(`${url}/__sandbox/state`)).json()
  return state.counts.refreshes
}

async function runAll(program, env) {
  const began = performance.now()
  const helpers = new Set()
  let memory = 0
  const watch = setInterval(() => {
    const running = processesOf(program)
    for (const { pid, words } of running) if (words[0] !== 'token') helpers.add(pid)
    memory = Math.max(memory, sum(running.map(({ pid }) => memoryOf(pid))))
  }, 50)
  const statuses = await Promise.all(Array.from({ length: callers }, () => runOne(program, env)))
  clearInterval(watch)
  return {
    seconds: (performance.now() - began) / 1_000,
    processes: callers + helpers.size,
    megabytes: memory / 1_024,
    failed: statuses.filter((status) => status !== 0).length,
  }
}

function runOne(program, env) {
  return new Promise((resolve) => {
    const line = [program, 'token', 'web', '--quiet']
    spawn(process.execPath, line, { env, stdio: 'ignore' }).once('exit', resolve)
  })
}

/** The processes of the program, with their arguments; not its sandboxes and agents. */
function processesOf(program) {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    const [, first, ...words] = read(`/proc/${pid}/cmdline`).split('\0')
    return first !== program || /^(sandbox|agent)$/.test(words[0]) ? [] : [{ pid, words }]
  })
}

/** What a process takes by itself, with its part of what several share, in KiB (PSS). */
function memoryOf(pid) {
  return Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0)
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It has ended meanwhile.
    return ''
  }
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0)
}
