import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeHome, program, type Home } from '../support/home.ts'
import { takesKeptCode } from '../support/kept-code.ts'
import { startCommand } from '../support/run.ts'

const recorder = join(import.meta.dirname, '../support/record-loads.cjs')
const token = 'canary-91bd'

let home: Home
beforeEach(() => {
  home = makeHome()
})
afterEach(() => home.remove())

/** The chunks that the build has compiled. */
const names = new Set(
  readdirSync(join(dirname(program), '../dist/kept'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.bin'))
    .map((name) => basename(name).replace(/-[0-9a-f]{8}\.bin$/, '')),
)

/** A copy of the program, to do harm to. */
function copied() {
  const root = dirname(dirname(program))
  for (const part of ['bin', 'dist', 'package.json']) {
    cpSync(join(root, part), join(home.path, 'copy', part), { recursive: true })
  }
  const dist = join(home.path, 'copy', 'dist')
  const [kept = ''] = readdirSync(join(dist, 'kept')).map((name) => join(dist, 'kept', name))
  return { program: join(home.path, 'copy', 'bin', 'tokn.js'), dist, kept }
}

async function handOut(path: string, flags: readonly string[] = [], more = {}, expected = 0) {
  const target = join(home.path, 'loads.json')
  const env = { TOKN_TOKEN: token, LOADS_FILE: target, ...more }
  const line = [process.execPath, '--require', recorder, ...flags, path, 'token']
  const ended = await startCommand(line, { home, env }).ended
  expect(ended).toEqual({ status: expected, out: `${token}\n`, err: '' })
  const { files, kept, compiled } = JSON.parse(readFileSync(target, 'utf8')) as Readonly<
    Record<'files' | 'kept' | 'compiled', readonly string[]>
  >
  const chunks = join(dirname(dirname(path)), 'dist', 'chunks')
  const ours = files.filter((one) => dirname(one) === chunks && names.has(basename(one, '.cjs')))
  return { ours: ours.toSorted(), kept: kept.toSorted(), compiled: compiled.toSorted() }
}

describe.runIf(takesKeptCode)('what the build has compiled', () => {
  test('is taken of each chunk that is among it', async () => {
    const { ours, kept, compiled } = await handOut(program)
    expect(ours.length).toBeGreaterThanOrEqual(2)
    expect({ kept, compiled }).toEqual({ kept: ours, compiled: [] })
  })

  test('is not taken by a V8 with other flags, nor where nobody wants it', async () => {
    const { ours, kept, compiled } = await handOut(program, ['--no-opt'])
    expect({ kept, compiled }).toEqual({ kept: [], compiled: ours })
    const without = await handOut(program, [], { NODE_DISABLE_COMPILE_CACHE: '1' })
    expect(without).toMatchObject({ kept: [], compiled: [] })
  })

  test('is not taken by a chunk of another build, though V8 would take it', async () => {
    const copy = copied()
    const chunk = join(copy.dist, 'chunks', 'start.cjs')
    const text = readFileSync(chunk, 'utf8')
    expect(text).toContain('process.exit(status)')
    const other = text.replace('process.exit(status)', 'process.exit(0x0007)')
    writeFileSync(chunk, other)
    expect((await handOut(copy.program)).kept).toContain(chunk)
    writeFileSync(chunk, `${other.slice(0, -8)}01234567`)
    const { ours, kept } = await handOut(copy.program, [], {}, 7)
    expect(kept).toEqual(ours.filter((one) => one !== chunk))
  })

  test('is taken whatever the times of files are, as packages have them', async () => {
    const copy = copied()
    for (const path of readdirSync(copy.kept)) {
      utimesSync(join(copy.kept, path), new Date(0), new Date(0))
    }
    const { ours, kept } = await handOut(copy.program)
    expect(kept).toEqual(ours)
  })

  test('is done without where it is cut off, damaged, or not there', async () => {
    const copy = copied()
    const all = readdirSync(copy.kept).map((name) => join(copy.kept, name))
    for (const path of all) truncateSync(path, 1_000)
    expect((await handOut(copy.program)).kept).toEqual([])
    for (const path of all) writeFileSync(path, 'no code')
    expect((await handOut(copy.program)).kept).toEqual([])
    for (const path of all) {
      rmSync(path)
      mkdirSync(path)
    }
    expect((await handOut(copy.program)).kept).toEqual([])
    rmSync(dirname(copy.kept), { recursive: true })
    expect(await handOut(copy.program)).toMatchObject({ kept: [], compiled: [] })
  })
})
