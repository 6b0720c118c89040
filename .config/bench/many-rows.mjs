import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadSupport, logIn, names } from './fleet.mjs'
import { makeUser } from './worlds.mjs'

/** What is asked, and whether it is about one session: then it must cost the same in a store of one. */
const commands = [
  ['token web', true],
  // Of a store of one it is that one; with several, none is the only one.
  ['token', true],
  ['status web', true],
  ['profile show web', true],
  ['why web', true],
  ['credential git get', true],
  ['status', false],
  ['status --store', false],
  ['list --local', false],
  ['profile list', false],
  ['store verify', false],
  ['store migrate --from STORE --to file --dry-run', false],
  ['doctor', false],
]

/**
 * What commands ask of an engine that has so many sessions: how often it is asked and waited for, KiB that
 * it answers, seconds and MiB of the process. Of each engine that is installed; `say` is told each line as
 * it is known.
 */
export async function measureManyRows({ program, folder, count, say }) {
  const support = await loadSupport(join('support', 'measured-rows.ts'))
  const provider = await support.startStrictServer()
  try {
    for (const name of names) {
      const why = support.probe(name)
      if (why !== undefined) say(`left out: ${name}: ${why}`)
      else await measureOne(support, { name, program, folder, provider, count, say })
    }
  } finally {
    await provider.close()
  }
}

async function measureOne(support, { name, program, folder, provider, count, say }) {
  const engine = await support.startEngine(name)
  const proxy = await support.startProxy(engine)
  const { TOKN_STORE: _, ...user } = makeUser(folder, `rows-${name}`)
  const env = { ...user, TOKN_STORE_URL: proxy.through(engine.url) }
  const recorder = join(folder, 'memory.cjs')
  // What the process itself has taken at most: what it was before it began counts elsewhere.
  writeFileSync(
    recorder,
    `const { readFileSync, writeFileSync } = require('node:fs')
    const peak = () => /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]
    process.on('exit', () => writeFileSync(process.env.MEMORY_FILE, peak()))`,
  )
  const opened = support.openEngineOf(engine)
  try {
    await logIn(program, env, provider.port)
    const alone = []
    for (const [line, ofOne] of commands) alone.push(ofOne && (await ask(line)))
    await support.copyRows(opened, env.TOKN_STORE_KEY, count, {
      profile: (entry, at) => void (entry.hosts = [`https://api-${at}.example`]),
    })
    say(
      `\n| ${name} | asked, with one session | KiB | asked, with ${count} | KiB | seconds | MiB |`,
    )
    say('|---|---|---|---|---|---|---|')
    for (const [at, [line]] of commands.entries()) say(rowOf(line, alone[at], await ask(line)))
  } finally {
    await opened.close()
    await proxy.close()
    await engine.close()
  }

  async function ask(line) {
    const args = line.replace('STORE', name).split(' ')
    const memory = join(folder, 'memory')
    rmSync(memory, { force: true })
    proxy.traffic()
    const began = performance.now()
    const asked =
      args[0] === 'credential' ? `protocol=http\nhost=127.0.0.1:${provider.port}\n\n` : ''
    const status = await runWith(
      [program, ...args],
      { ...env, MEMORY_FILE: memory },
      recorder,
      asked,
    )
    const seconds = (performance.now() - began) / 1_000
    const { turns, answered, connections } = proxy.traffic()
    const megabytes = Number(readFileSync(memory, 'utf8')) / 1_024
    return { status, seconds, megabytes, turns, connections, kibibytes: answered / 1_024 }
  }
}

function rowOf(line, alone, { turns, kibibytes, seconds, megabytes }) {
  const before = alone ? `${alone.turns} | ${alone.kibibytes.toFixed(0)}` : ' | '
  const took = `${seconds.toFixed(1)} | ${megabytes.toFixed(0)}`
  return `| \`${line}\` | ${before} | ${turns} | ${kibibytes.toFixed(0)} | ${took} |`
}

function runWith(line, env, recorder, input) {
  const stdio = ['pipe', 'ignore', process.env.BENCH_SHOW ? 'inherit' : 'ignore']
  const child = spawn(process.execPath, ['--require', recorder, ...line], { env, stdio })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return new Promise((resolve) => child.once('close', resolve))
}
