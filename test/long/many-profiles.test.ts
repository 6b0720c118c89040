import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeHome, program, type Home } from '../support/home.ts'
import { copyProfiles } from '../support/many-profiles.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand, type Ended } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

let home: Home
let servers: Servers
let later: readonly string[]

beforeEach(async () => {
  home = makeHome()
  servers = await startServers(['hosterby'])
  const api = servers.api('hosterby')
  const ended = await run(['login', 'web', ...addressOf(api)], { home, env: credentialsOf(api) })
  expect(ended, ended.err).toMatchObject({ status: 0 })
  // Whatever is written now was written some time ago, for the commands that run with this.
  const script = join(home.path, 'later.cjs')
  const clock = JSON.stringify(join(import.meta.dirname, '../support/shifted-clock.cjs'))
  writeFileSync(script, `require(${clock})(10_000)\n`)
  later = ['--require', script]
})

afterEach(async () => {
  await servers.close()
  home.remove()
})

const cache = () => join(home.path, 'cache', 'tokn')
const runLater = async (...args: readonly string[]) => await run(args, { home, node: later })

/** A command, with the files that it opens and the bytes that it reads of those of its user. */
async function traced(...args: readonly string[]) {
  const trace = join(home.path, 'trace')
  const strace = ['strace', '-f', '-qq', '-y', '-e', 'trace=openat,read', '-o', trace]
  const line = [...strace, process.execPath, ...later, program, ...args]
  const ended: Ended = await startCommand(line, { home }).ended
  expect(ended, ended.err).toMatchObject({ status: 0 })
  const calls = readFileSync(trace, 'utf8').split('\n')
  const own = (path: string | undefined) => path?.startsWith(home.path) && !path.endsWith('.cjs')
  const opened = calls.flatMap((call) => /openat\(.*"(.*?)"/.exec(call)?.[1] ?? []).filter(own)
  const bytes = calls.map((call) => {
    const [, path, count] = /\bread\(\d+<(.*?)>.* = (\d+)$/.exec(call) ?? []
    return own(path) ? Number(count) : 0
  })
  return { out: ended.out, opened, bytes: bytes.reduce((sum, one) => sum + one, 0) }
}

const names = (opened: readonly string[]) => opened.map((path) => path.split('/').at(-1) ?? '')

describe.skipIf(!requirePart('strace'))('with thousands of profiles', () => {
  test('what hands out a token reads no more than with hundreds', async () => {
    const read: number[] = []
    for (const count of [300, 6_000]) {
      copyProfiles(home, count)
      const first = await traced('token', 'web')
      expect(names(first.opened)).toContain('config.json')
      const again = await traced('token', 'web')
      expect(again.out).toBe(first.out)
      expect(names(again.opened)).not.toContain('config.json')
      // What names no profile takes the default one, which is written down beside it.
      await traced('token')
      const usual = await traced('token')
      expect(usual.out).toBe(first.out)
      expect(names(usual.opened)).not.toContain('config.json')
      read.push(again.bytes)
    }
    // The stamps have a digit more.
    expect(Math.abs((read[0] ?? 0) - (read[1] ?? 1_000_000))).toBeLessThan(64)
    expect(read[0]).toBeLessThan(8_000)
  })

  test.each([
    ['a list of tokens', ['list', '--local'], 0],
    ['a glance at all', ['status'], 0],
    ['a list of profiles', ['profile', 'list'], 1],
  ])('%s reads no entry of the index for itself', async (_, args, times) => {
    copyProfiles(home, 3_000)
    await runLater(...args)
    const { opened, out } = await traced(...args)
    expect(out.split('\n').length).toBeGreaterThan(3_000)
    expect(names(opened).filter((name) => name === 'config.json')).toHaveLength(times)
    expect(opened.filter((path) => path.includes('/index/'))).toEqual([])
    expect(opened.length, opened.join()).toBeLessThan(20)
  })
})

test('five thousand and more are listed, shown, renamed, removed and found missing', async () => {
  copyProfiles(home, 6_000)
  const { out, status } = await runLater('list', '--local', '--json')
  expect(status).toBe(0)
  expect((JSON.parse(out) as { tokens: unknown[] }).tokens).toHaveLength(6_000)
  expect((await runLater('status')).out.split('\n').length).toBeGreaterThan(6_000)
  expect(await runLater('profile', 'rename', 'web-9', 'nine')).toMatchObject({ status: 0 })
  expect((await runLater('profile', 'show', 'nine')).out).toContain('nine')
  expect(await runLater('profile', 'show', 'web-9')).toMatchObject({ status: 3 })
  expect(await runLater('token', 'wed')).toMatchObject({
    status: 3,
    err: expect.stringContaining('"web"') as unknown,
  })
  expect(await runLater('profile', 'use', 'nine')).toMatchObject({ status: 0 })
  expect((await runLater('which', '--json')).out).toContain('"nine"')
})

test('a cache that is not there, of others, or read-only changes nothing but the time it takes', async () => {
  copyProfiles(home, 400)
  const token = (await runLater('token', 'web')).out
  const list = (await runLater('list', '--local', '--plain')).out
  expect(existsSync(join(cache(), 'index'))).toBe(true)
  const same = async () => {
    expect(await runLater('token', 'web')).toMatchObject({ status: 0, out: token, err: '' })
    expect(await runLater('list', '--local', '--plain')).toMatchObject({ out: list, err: '' })
  }
  rmSync(cache(), { recursive: true })
  await same()
  chmodSync(cache(), 0o777)
  await same()
  rmSync(cache(), { recursive: true })
  writeFileSync(cache(), 'a file')
  await same()
})

test('whoever reads and writes at the same time, and is killed at it: the next list is right', async () => {
  copyProfiles(home, 400)
  await runLater('list', '--local')
  const folder = join(home.path, 'state', 'tokn', 'index')
  const own = readdirSync(folder).filter((name) => name.startsWith('copy-'))
  const entry = JSON.parse(readFileSync(join(folder, own[0] ?? ''), 'utf8')) as object
  const readers = Array.from({ length: 12 }, (_, index) => {
    const line = [process.execPath, ...later, program, 'list', '--local']
    const { child, ended } = startCommand(line, { home })
    if (index % 2 === 0) setTimeout(() => child.kill('SIGKILL'), 60 + 25 * index)
    return ended
  })
  const writer = join(home.path, 'writer.cjs')
  writeFileSync(
    writer,
    `const { renameSync, writeFileSync } = require('node:fs')
    const [folder, names, entry] = JSON.parse(process.argv[2])
    for (const [at, name] of names.entries()) {
      const path = folder + '/' + name
      writeFileSync(path + process.pid, JSON.stringify({ ...entry, tokenName: 'n' + at }), { mode: 0o600 })
      renameSync(path + process.pid, path)
    }`,
  )
  const given = JSON.stringify([folder, own, entry])
  const writers = [0, 1, 2].map(
    () => startCommand([process.execPath, writer, given], { home }).ended,
  )
  await Promise.all([...readers, ...writers])
  const { out } = await runLater('list', '--local', '--json')
  const listed = (JSON.parse(out) as { tokens: Array<{ saved_as: string; name: string | null }> })
    .tokens
  expect(listed.filter(({ name }) => name !== null)).toHaveLength(own.length)
  const after = await runLater('list', '--local', '--json')
  expect(JSON.parse(after.out)).toMatchObject({ tokens: listed.map(({ name }) => ({ name })) })
})
