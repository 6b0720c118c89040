import { spawnSync } from 'node:child_process'

/**
 * A command that is measured: `line` is program and arguments, `env` all of its environment, `input`
 * what it reads from standard input, `before` what is done ahead of each run, outside the time.
 */

/** Runs each row once in every round, in random order; gives the ratios to a bare Node of the same round. */
export function measure(rows, rounds, bare) {
  const ratios = new Map(rows.map((row) => [row, []]))
  const baseline = { line: [bare, '-e', '0'], env: { PATH: process.env.PATH }, name: 'node -e 0' }
  const times = []
  // The first round warms the caches.
  for (let round = 0; round <= rounds; round++) {
    const taken = new Map(shuffle([baseline, ...rows]).map((row) => [row, timeOf(row)]))
    if (round === 0) continue
    const floor = taken.get(baseline)
    times.push(floor)
    for (const row of rows) ratios.get(row).push(taken.get(row) / floor)
  }
  return { ratios, bareMs: median(times) / 1e6 }
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

function timeOf({ name, line: [program, ...args], env, input, before }) {
  before?.()
  const began = process.hrtime.bigint()
  const { status, stderr, error } = spawnSync(program, args, {
    env,
    input,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'pipe'],
  })
  const taken = Number(process.hrtime.bigint() - began)
  if (status !== 0) throw new Error(`${name}: ended with ${status}: ${error ?? stderr}`)
  return taken
}

function shuffle(values) {
  return values
    .map((value) => [Math.random(), value])
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value)
}
