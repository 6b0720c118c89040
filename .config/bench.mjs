// What commands cost, as ratios to a bare Node in the same round, so that a machine whose speed
// drifts does not matter, beside what others take for the same. `npm run bench [rounds]`; for a quiet
// machine. Everything is made in a temporary folder: sandbox, keyring, agent, profiles.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { measureAgent } from './bench/agent.mjs'
import { measureCrowd } from './bench/crowd.mjs'
import { loadFleet, measureJobs, openFleetRows, sizes } from './bench/fleet.mjs'
import { openKeyring } from './bench/keyring.mjs'
import { measureManyRows } from './bench/many-rows.mjs'
import { openPeers } from './bench/peers.mjs'
import { openRows } from './bench/rows.mjs'
import { tellJobs, tellMachines, tellSizes } from './bench/say-fleet.mjs'
import { measureStreams } from './bench/stream.mjs'
import { measure, median } from './bench/timing.mjs'
import { makeUser, openSandbox } from './bench/worlds.mjs'

const program = fileURLToPath(new URL('../bin/tokn.js', import.meta.url))
const rounds = Number(process.argv.slice(2).find((one) => /^\d+$/.test(one)) ?? 40)
const folder = mkdtempSync(join(tmpdir(), 'tokn-bench-'))
const open = []
// It makes every start of Node 20 dear, and so every ratio small.
delete process.env.NODE_EXTRA_CA_CERTS

try {
  // `npm run bench -- fleet [redis ...]`: what machines share, and nothing else.
  // `npm run bench -- rows [redis ...] [1000]`: what commands ask of an engine with so many sessions.
  await (process.argv.includes('rows')
    ? sayManyRows()
    : process.argv.includes('fleet')
      ? mainOfFleet()
      : main())
} finally {
  for (const close of open.reverse()) close()
  rmSync(folder, { recursive: true, force: true })
}

async function main() {
  const sandbox = await openSandbox(program, makeUser(folder, 'sandbox'), ['--ttl', '2h'])
  open.push(sandbox.close)
  const keyring = await openKeyring(folder).catch((error) => {
    say(`no keychain: ${error.message}`)
    return undefined
  })
  if (keyring !== undefined) open.push(keyring.close)
  const own = await openRows({ program, folder, sandbox, keyring: keyring?.variables })
  open.push(own.close)
  const peers = await openPeers(folder, keyring?.variables)
  open.push(peers.close)
  const { ratios, bareMs } = measure([...own.rows, ...peers.rows], rounds, process.execPath)
  const column = Number(process.versions.node.split('.')[0]) >= 22 ? 1 : 0
  say(
    `Ratio to \`node -e 0\` (${bareMs.toFixed(0)} ms) of the same round, ${rounds} rounds, Node ${process.version}.`,
  )
  say('\n| command | median | middle half | meant |\n|---|---|---|---|')
  for (const [{ name, target }, values] of ratios) {
    const sorted = values.sort((a, b) => a - b)
    const at = (part) => sorted[Math.floor(sorted.length * part)].toFixed(2)
    say(
      `| ${name} | ${median(sorted).toFixed(2)} | ${at(0.25)} to ${at(0.75)} | ${target === undefined ? '' : `<= ${target[column]}`} |`,
    )
  }
  for (const missing of peers.absent) say(`left out: ${missing}`)
  sayCrowd(await measureCrowd(program, folder))
  sayStreams(await measureStreams(program, folder, [1_000, 100_000, 1_000_000]))
  sayAgent(await measureAgent(program, folder))
  await mainOfFleet()
}

async function mainOfFleet() {
  const fleet = await loadFleet()
  const { rows, absent, close } = await openFleetRows(fleet, program, folder)
  try {
    sayFleet(rows, measure(rows, rounds, process.execPath))
    for (const missing of absent) say(`left out: ${missing}`)
    if (rows[0] !== undefined) await sayJobs(rows[0])
  } finally {
    await close()
  }
  const why = fleet.probe('root') ?? fleet.probe('netns')
  if (why !== undefined) return say(`left out: machines apart: ${why}`)
  const measured = []
  for (const { engine } of rows) {
    const one = await fleet.measureFleet(engine.name).catch((error) => {
      return { engine: engine.name, error: error.message.split('\n')[0] }
    })
    measured.push(one)
  }
  sayAll(tellMachines(measured, fleet))
}

async function sayManyRows() {
  const count = Number(process.argv.slice(2).find((one) => /^\d+$/.test(one)) ?? 10_000)
  await measureManyRows({ program, folder, count, say })
}

function sayFleet(rows, { ratios, bareMs }) {
  say(`\nRatio to \`node -e 0\` (${bareMs.toFixed(0)} ms) of the same round, ${rounds} rounds.`)
  say('\n| a good token from an engine on loopback | median | meant |\n|---|---|---|')
  for (const row of rows) {
    say(`| ${row.name} | ${median(ratios.get(row)).toFixed(2)} | <= ${row.target[0]} |`)
  }
}

async function sayJobs(row) {
  const measured = await measureJobs(row, [50, 100, 200])
  sayAll(tellJobs({ name: row.engine.name, ...measured }))
  sayAll(tellSizes(sizes(measured, [100, 1_000, 10_000, 100_000])))
}

function sayCrowd({ good, expired, refreshes }) {
  say(
    '\n| fifty at once | refreshes | processes | MiB in all | seconds | failed |\n|---|---|---|---|---|---|',
  )
  const cells = ({ processes, megabytes, seconds, failed }) =>
    `${processes} | ${megabytes.toFixed(0)} | ${seconds.toFixed(1)} | ${failed}`
  say(`| with a good token | 0 | ${cells(good)} |`)
  say(`| expired, a refresh of 3 s | ${refreshes} | ${cells(expired)} |`)
}

function sayStreams(rows) {
  say('\n| list --json-lines | lines | MiB at most | seconds |\n|---|---|---|---|')
  for (const { length, lines, megabytes, seconds } of rows) {
    say(`| ${length} tokens | ${lines} | ${megabytes.toFixed(0)} | ${seconds.toFixed(1)} |`)
  }
}

function sayAgent({ rate, p99, perSecond, sizes }) {
  say('\n| agent, ten connections | | meant |\n|---|---|---|')
  say(
    `| requests a second, as a part of a bare server's | ${rate.toFixed(2)} (${perSecond.toFixed(0)}) | >= 0.6 |`,
  )
  say(`| 99th percentile, in those of a bare server | ${p99.toFixed(2)} | <= 2 |`)
  const grown = sizes.map((size) => size.toFixed(0)).join(' ')
  say(`| MiB, before and after each tenth of 1,000,000 requests | ${grown} | <= 85 |`)
}

function sayAll(lines) {
  for (const line of lines) say(line)
}

function say(text) {
  process.stdout.write(`${text}\n`)
}
