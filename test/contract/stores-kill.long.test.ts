import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applied } from '../keychain/keyring.ts'
import { buildProgram, run, type Built, type Running } from '../keychain/run.ts'
import { requirePart } from '../support/parts.ts'
import { makePasswordStore } from '../support/password-store.ts'

let built: Built
const folder = mkdtempSync(join(tmpdir(), 'tokn-kill-'))
const directory = join(folder, 'sessions')

beforeAll(async () => {
  built = await buildProgram('program.ts')
})

afterAll(() => {
  built.remove()
  rmSync(folder, { recursive: true })
})

const start = (): Running => run(built.program, ['file', directory], applied({}))

async function readWhole(id: string): Promise<number> {
  const reader = start()
  reader.tell(`read ${id}`)
  const text = await reader.line()
  reader.kill('SIGKILL')
  const { generation, filling } = JSON.parse(text) as { generation: number; filling: string }
  expect(filling).toBe(String(generation % 10).repeat(4_000))
  return generation
}

describe('the file store, with writers that are killed', () => {
  it('E17: has the last session that was acknowledged, or a newer one, whole', async () => {
    let stored = 0
    for (let round = 0; round < 20; round++) {
      const writer = start()
      writer.tell(`forever one ${stored + 1} 4000`)
      for (let lines = 0; lines < 1 + (round % 4); lines++) await writer.line()
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 8))
      writer.kill('SIGKILL')
      const { out } = await writer.ended
      const acknowledged = Number(out.trim().split('\n').at(-1))
      stored = await readWhole('one')
      expect(stored).toBeGreaterThanOrEqual(acknowledged)
    }
    const names = readdirSync(directory).filter((name) => !name.endsWith('.tmp'))
    expect(names.sort()).toEqual(['.gitignore', 'one.jwe'])
  })

  it('E13: is never torn by several processes that write at once', async () => {
    const writers = Array.from({ length: 4 }, start)
    for (const writer of writers) writer.tell('forever two 1 4000')
    await Promise.race(writers.map(async (writer) => await writer.line()))
    for (let round = 0; round < 5; round++) await readWhole('two')
    for (const writer of writers) writer.kill('SIGKILL')
    for (const { err } of await Promise.all(writers.map(async ({ ended }) => await ended))) {
      expect(err.replace(/^store: a newer session has been stored meanwhile; .*\n/, '')).toBe('')
    }
  })
})

describe.skipIf(!requirePart('pass'))('the password store, with writers that are killed', () => {
  it('E17: has the last session that was acknowledged, or a newer one, whole', async () => {
    const passwords = makePasswordStore()
    const open = (): Running => run(built.program, ['pass'], applied(passwords.environment))
    const names = () => readdirSync(join(passwords.directory, 'tokn')).sort()
    try {
      let stored = 0
      let drafts = 0
      for (let round = 0; round < 8; round++) {
        const writer = open()
        writer.tell(`forever one ${stored + 1} 4000`)
        await writer.line()
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 400))
        writer.kill('SIGKILL')
        const { out } = await writer.ended
        const acknowledged = Number(out.trim().split('\n').at(-1))
        // What it had started goes on to its end.
        await new Promise((resolve) => setTimeout(resolve, 2_000))
        drafts = Math.max(drafts, names().length - 1)
        const reader = open()
        reader.tell('read one')
        const { generation, filling } = JSON.parse(await reader.line()) as {
          generation: number
          filling: string
        }
        reader.kill('SIGKILL')
        expect(filling).toBe(String(generation % 10).repeat(4_000))
        expect(generation).toBeGreaterThanOrEqual(acknowledged)
        stored = generation
      }
      expect(drafts).toBeLessThanOrEqual(1)
      const last = open()
      last.tell(`write one ${stored + 1} 10`)
      expect(await last.line()).toBe('written')
      last.kill('SIGKILL')
      expect(names()).toEqual(['one.gpg'])
    } finally {
      passwords.close()
    }
  })
})
