import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openFiles } from '../../../src/io/files/files.ts'
import { createLock } from '../../../src/io/files/lock.ts'
import { identifyProcess, lifeOf } from '../../../src/io/files/process-identity.ts'
import { requirePart } from '../../support/parts.ts'
import { buildProgram } from '../../support/build-program.ts'
import { torture } from './lock-torture.ts'

const self = identifyProcess()
const withoutLinks = ['--require', join(import.meta.dirname, '../../support/no-links.cjs')]
let directory = ''
let locks = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tokn-lock-'))
  locks = join(directory, 'locks')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function open(options: { command?: string; lease?: number } = {}) {
  return createLock({ directory: locks, files: openFiles(), command: 'refresh', ...options })
}

/** The directory of the only lock there is. */
function place(): string {
  return join(locks, readdirSync(locks)[0]!)
}

/** Puts `holder` in the place of the holder of a lock that was taken before. */
async function forge(holder: object | string, age = 0): Promise<string> {
  if (!existsSync(locks)) await (await open()('entry', 0)).release()
  const path = join(place(), '7')
  writeFileSync(path, typeof holder === 'string' ? holder : JSON.stringify(holder), { mode: 0o600 })
  utimesSync(path, Date.now() / 1_000 - age, Date.now() / 1_000 - age)
  return path
}

describe('a lock', () => {
  it('is held by one at a time, with a number that grows', async () => {
    const [one, two] = [open(), open({ command: 'login' })]
    const first = await one('entry', 0)
    expect(await first.stillHeld()).toBe(true)
    await expect(two('entry', 0)).rejects.toMatchObject({
      code: 'busy',
      message: `process ${process.pid} (refresh) holds the lock that this needs`,
      hint: expect.stringContaining('--timeout'),
    })
    const waiting = two('entry', 5_000)
    await first.release()
    const second = await waiting
    expect(second.fence).toBeGreaterThan(first.fence)
    expect([await first.stillHeld(), await second.stillHeld()]).toEqual([false, true])
    await first.release()
    expect(await second.stillHeld()).toBe(true)
    await second.release()
  })

  it('is one per entry, whatever is in its name', async () => {
    const lock = open()
    const entries = ['a', 'b', '../../etc', 'keychain:x\0y', 'a/b', '']
    const held = await Promise.all(entries.map((entry) => lock(entry, 0)))
    expect(readdirSync(locks)).toHaveLength(entries.length)
    expect(readdirSync(directory)).toEqual(['locks'])
    await Promise.all(held.map((one) => one.release()))
  })

  it('D17: waits as long as it was told, and not much longer', async () => {
    const held = await open()('entry', 0)
    const startedAt = performance.now()
    await expect(open()('entry', 300)).rejects.toMatchObject({ code: 'busy' })
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(300)
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    await held.release()
  })

  it('keeps sixteen files, of mode 0600 in a directory of mode 0700', async () => {
    const lock = open()
    for (let i = 0; i < 40; i++) await (await lock('entry', 0)).release()
    expect(readdirSync(place())).toHaveLength(16)
    const modes = [place(), join(place(), '40')].map((path) => statSync(path).mode & 0o777)
    expect(modes).toEqual([0o700, 0o600])
    expect(readFileSync(join(place(), '40'), 'utf8').trim()).toBe('released')
  })

  it('sweeps what killed processes left', async () => {
    await (await open()('entry', 0)).release()
    const old = Date.now() / 1_000 - 120
    for (const name of ['new-1-2-3', 'now-1-2-3']) {
      writeFileSync(join(place(), name), '')
      utimesSync(join(place(), name), old, old)
    }
    writeFileSync(join(place(), 'new-9-9-9'), '')
    await (await open()('entry', 0)).release()
    expect(readdirSync(place()).sort()).toEqual(['1', '2', 'new-9-9-9'])
  })
})

describe('D2, D18: a holder that is gone', () => {
  it.each([
    ['is dead', () => ({ ...self, pid: 2 ** 22 + 1, command: 'x' })],
    ['has a process id that was given away', () => ({ ...self, pid: process.ppid, start: '1' })],
    ['released it', () => 'released'],
    ['released it, written over', () => 'released                 '],
  ])('is followed at once when it %s', async (_name, holder) => {
    await forge(holder())
    expect((await open()('entry', 0)).fence).toBe(8)
  })

  it.skipIf(!requirePart('linux'))(
    'is followed at once when it is dead and nobody took note',
    async () => {
      const worker = spawn(
        '/bin/sh',
        // The shell does not wait for it, so that it stays a zombie.
        ['-c', 'sleep 100 & echo $!; kill -9 $!; exec sleep 100'],
      )
      const pid = Number(await new Promise((resolve) => worker.stdout.once('data', resolve)))
      const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
      await expect.poll(() => stat()[0], { timeout: 10_000 }).toBe('Z')
      await forge({ ...self, pid, start: stat()[19], command: 'x' })
      expect((await open()('entry', 0)).fence).toBe(8)
      worker.kill('SIGKILL')
    },
  )

  it.each([
    ['on another machine', { host: 'elsewhere' }],
    ['in another container', { namespace: 'pid:[1]' }],
    ['before a restart, or on another machine of this name', { boot: 'x' }],
  ])('is followed when its lease is over, %s', async (_name, other) => {
    const holder = { ...self, ...other, command: 'refresh' }
    await forge(holder, 10)
    await expect(open()('entry', 0)).rejects.toMatchObject({ code: 'busy' })
    await forge(holder, 30)
    expect((await open()('entry', 0)).fence).toBe(8)
  })

  it.each([
    ['torn', '{"pid"'],
    ['null', 'null'],
    ['of another shape', '{"pid":"1"}'],
    ['long', 'x'.repeat(1_000)],
  ])('is followed when its lease is over, its file being %s', async (_name, text) => {
    await forge(text, 10)
    await expect(open()('entry', 0)).rejects.toMatchObject({ code: 'busy' })
    await forge(text, 30)
    expect((await open()('entry', 0)).fence).toBe(8)
  })

  it('is followed before that when its file is empty: its maker died before it wrote', async () => {
    await forge('', 3)
    await expect(open()('entry', 0)).rejects.toMatchObject({ code: 'busy' })
    await forge('', 10)
    expect((await open()('entry', 0)).fence).toBe(8)
  })

  it('D3: keeps its lease by a sign of life, and knows when it was taken for dead', async () => {
    const held = await open({ lease: 300 })('entry', 0)
    const path = join(place(), String(held.fence))
    const text = readFileSync(path, 'utf8')
    const touchedAt = () => statSync(path, { bigint: true }).mtimeNs
    const first = touchedAt()
    await expect.poll(touchedAt, { timeout: 10_000 }).not.toBe(first)
    expect(readFileSync(path, 'utf8')).toBe(text)
    writeFileSync(join(place(), String(held.fence + 1)), 'released')
    expect(await held.stillHeld()).toBe(false)
    await held.release()
    expect((await open()('entry', 0)).fence).toBe(held.fence + 2)
  })

  it('is not this process, stopped or not', () => {
    expect(lifeOf(self, self)).toBe('alive')
    expect(lifeOf({ ...self, host: 'x' }, self)).toBe('unknown')
    expect(lifeOf({ ...self, start: '' }, { ...self, start: '' })).toBe('unknown')
    expect(lifeOf({ ...self, start: '', pid: 2 ** 22 + 1 }, { ...self, start: '' })).toBe('dead')
  })

  it('shows a command without what could drive a terminal', async () => {
    await forge({ ...self, command: '\u001b[2J'.repeat(50) })
    const error = (await open()('entry', 0).catch((error: unknown) => error)) as Error
    expect(error.message).toContain('\\x1b[2J')
    expect(error.message).not.toContain('\u001b')
    expect(error.message.length).toBeLessThan(400)
  })
})

describe('D16: no lock', () => {
  it('fails as a store does when its directory is a file, or removed meanwhile', async () => {
    writeFileSync(locks, '')
    await expect(open()('entry', 0)).rejects.toMatchObject({ code: 'store' })
    rmSync(locks)
    const held = await open()('entry', 0)
    rmSync(locks, { recursive: true })
    expect(await held.stillHeld()).toBe(false)
    await held.release()
  })

  it('fails when others may write to it', async () => {
    mkdirSync(locks)
    chmodSync(locks, 0o777)
    await expect(open()('entry', 0)).rejects.toMatchObject({
      code: 'store',
      message: expect.stringContaining('other users'),
    })
  })
})

describe('real processes', () => {
  let program = ''
  const built = mkdtempSync(join(tmpdir(), 'tokn-lock-program-'))
  beforeAll(async () => {
    program = await buildProgram(join(import.meta.dirname, 'lock-program.ts'), built)
    return () => rmSync(built, { recursive: true })
  })

  it('follow a killed holder at once, and a stopped one when its lease is over', async () => {
    const log = join(directory, 'log')
    const holder = spawn(process.execPath, [program, locks, log, 'hold'])
    await new Promise((resolve) => holder.stdout.once('data', resolve))
    holder.kill('SIGSTOP')
    await expect(open({ lease: 60_000 })('entry', 300)).rejects.toMatchObject({
      code: 'busy',
      message: `process ${holder.pid} (refresh) holds the lock that this needs`,
    })
    const overtaker = await open({ lease: 50 })('entry', 10_000)
    expect(overtaker.fence).toBe(2)
    await overtaker.release()
    holder.kill('SIGKILL')
    expect((await open()('entry', 10_000)).fence).toBe(3)
    expect(existsSync(log)).toBe(true)
  })

  it('follow a killed holder although its lease goes on', async () => {
    const holder = spawn(process.execPath, [program, locks, join(directory, 'log'), 'hold'])
    await new Promise((resolve) => holder.stdout.once('data', resolve))
    const waiting = open({ lease: 60_000 })('entry', 10_000)
    holder.kill('SIGKILL')
    expect((await waiting).fence).toBe(2)
  })

  it.each([
    ['with links', () => []],
    ['without', () => withoutLinks],
    ['some with, some without', (index: number) => (index % 2 === 0 ? [] : withoutLinks)],
  ])('are never inside together, however they are killed and stopped: %s', async (_name, node) => {
    const wanted = { workers: 4, sections: 150, kills: 25, time: 20_000, node }
    const result = await torture(program, directory, wanted)
    expect(result.violations).toEqual([])
    expect(result.sections).toBeGreaterThanOrEqual(150)
    expect(result.files).toBeLessThan(60)
  })
})
