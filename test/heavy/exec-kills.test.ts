import { existsSync, mkdtempSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, start, type Running } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'
import { until } from '../support/until.ts'

const possible = requirePart('linux') && existsSync('/dev/shm')

let home: Home
let servers: Servers
let memory: string

beforeAll(async () => {
  home = makeHome()
  memory = mkdtempSync('/dev/shm/tokn-test-')
  // Tokens that are due all the time: there is always a refresh under way.
  servers = await startServers(['hosterby'], { ttlMs: 3_000 })
  const api = servers.api('hosterby')
  const words = ['login', 'web', ...addressOf(api)]
  const ended = await run(words, { home, env: credentialsOf(api) })
  expect(ended, ended.err).toMatchObject({ status: 0 })
})
afterAll(async () => {
  await servers.close()
  rmSync(memory, { recursive: true, force: true })
  home.remove()
})

const flags = ['exec', 'web', '--file', 'T', '--keepalive', '--']
const options = () => ({ home, env: { XDG_RUNTIME_DIR: memory } })
const left = () => readdirSync(memory).filter((name) => name.startsWith('tokn-files-'))
const token = async () => await run(['token', 'web'], options())

/** Starts a program with a file, and waits until there is a folder for it. */
async function startWithFolder(): Promise<Running> {
  return await new Promise((resolve, reject) => {
    const watcher = watch(memory, (_, name) => {
      if (name?.startsWith('tokn-files-') !== true) return
      watcher.close()
      resolve(running)
    })
    const running = start([...flags, 'sleep', '60'], options())
    void running.ended.then(({ status, err }) => {
      watcher.close()
      return reject(new Error(`it ended with ${status} before there was a folder: ${err}`))
    }, reject)
  })
}

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const

async function expectEnded({ child, ended }: Running, turn: number, when: string): Promise<void> {
  child.kill(signals[turn % signals.length])
  const { status } = await ended
  expect(status === -1 || status > 128, `${when}: ${status}`).toBe(true)
  expect(left(), when).toEqual([])
  // It was used, so that the session does not end meanwhile.
  expect(await token(), when).toMatchObject({ status: 0, err: '' })
}

it.skipIf(!possible)('leaves no token where it is ended at any time of its start', async () => {
  for (let turn = 0; turn < 15; turn++) {
    const running = start([...flags, 'sleep', '60'], options())
    await delay(turn * 40)
    await expectEnded(running, turn, `${turn * 40} ms`)
  }
  expect(left()).toEqual([])
})

it.skipIf(!possible)('leaves no token where it is ended once there is a folder', async () => {
  for (let turn = 0; turn < 12; turn++) {
    const running = await startWithFolder()
    await delay(turn * 10)
    expect(left().length).toBe(1)
    await expectEnded(running, turn, `${turn * 10} ms after the folder`)
  }
})

async function expectNothingLost(when: string): Promise<void> {
  const next = await run([...flags, 'sh', '-c', 'sleep 0.2; cat "$T"'], options())
  expect(next, when).toMatchObject({ status: 0, err: '' })
  expect(next.out).toMatch(/^eyJ/)
  expect(left(), when).toEqual([])
}

async function kill({ child, ended }: Running): Promise<void> {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  await ended
}

it.skipIf(!possible)('loses nothing where it is killed at any time of its start', async () => {
  for (let wait = 0; wait < 900; wait += 120) {
    const running = start([...flags, 'sleep', '60'], options())
    await delay(wait)
    await kill(running)
    expect(left().length).toBeLessThanOrEqual(1)
    await expectNothingLost(`${wait} ms`)
  }
})

it.skipIf(!possible)('leaves one folder where it is killed with one, and that goes', async () => {
  for (const wait of [0, 0, 0, 20, 60, 120]) {
    const running = await startWithFolder()
    await delay(wait)
    await kill(running)
    expect(left().length).toBe(1)
    await expectNothingLost(`${wait} ms after the folder`)
  }
})

it.skipIf(!possible)(
  'twenty at once make one refresh for each need, and leave nothing',
  async () => {
    await token()
    const refreshes = () => servers.api('hosterby').state.counts.refreshes
    const before = refreshes()
    const startedAt = performance.now()
    const enough = join(memory, 'enough')
    const script = `until [ -e ${enough} ]; do sleep 0.2; done; cat "$T"`
    const all = Array.from({ length: 20 }, () => start([...flags, 'sh', '-c', script], options()))
    await until(() => refreshes() >= before + 2)
    writeFileSync(enough, '')
    const ends = await Promise.all(all.map(async ({ ended }) => await ended))
    for (const ended of ends) expect(ended).toMatchObject({ status: 0, err: '' })
    // One for each second at most, however long it took: no need comes sooner with such tokens.
    const seconds = Math.ceil((performance.now() - startedAt) / 1_000)
    expect(refreshes() - before).toBeLessThanOrEqual(seconds)
    expect(left()).toEqual([])
    await until(async () => (await token()).status === 0)
  },
)
