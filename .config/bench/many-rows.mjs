import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadSupport, logIn, names } from './fleet.mjs'
import { makeUser } from './worlds.mjs'

/** What is asked, and whether it is about one session: then it must cost the same in a store of one. */
const commands = [
  ['token web', true],
  ['token', true, 'of the only one of the store'],
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
 * it answers, seconds and MiB of the process. Of each engine that is installed.
 */
export async function measureManyRows(program, folder, count) {
  const support = await loadSupport(join('support', 'measured-rows.ts'))
  const provider = await support.startStrictServer()
  const found = []
  try {
    for (const name of names) {
      const why = support.probe(name)
      if (why !== undefined) found.push({ name, why })
      else
        found.push({
          name,
          rows: await measureOne(support, { name, program, folder, provider, count }),
        })
    }
  } finally {
    await provider.close()
  }
  return found
}

async function measureOne(support, { name, program, folder, provider, count }) {
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
    const rows = []
    for (const [at, [line, , note]] of commands.entries()) {
      // With several, none is the only one.
      rows.push({ line, note, alone: alone[at] || undefined, many: await ask(line) })
    }
    return rows
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

function runWith(line, env, recorder, input) {
  const stdio = ['pipe', 'ignore', process.env.BENCH_SHOW ? 'inherit' : 'ignore']
  const child = spawn(process.execPath, ['--require', recorder, ...line], { env, stdio })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return new Promise((resolve) => child.once('close', resolve))
}
