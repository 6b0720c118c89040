import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { buildProgram } from '../support/build-program.ts'
import { torture } from '../unit/io/lock-torture.ts'

const withoutLinks = ['--require', join(import.meta.dirname, '../support/no-links.cjs')]

it.each([
  ['with links', 5_000, 300, () => []],
  ['without links', 2_000, 120, () => withoutLinks],
  ['some with, some without', 2_000, 120, (index: number) => (index % 2 ? withoutLinks : [])],
])(
  'never lets two in, %s: %i critical sections, %i kills',
  async (_name, sections, kills, node) => {
    const directory = mkdtempSync(join(tmpdir(), 'tokn-lock-'))
    const source = join(import.meta.dirname, '../unit/io/lock-program.ts')
    const program = await buildProgram(source, join(directory, 'program'))
    const wanted = { workers: 8, sections, kills, time: 580_000, node }
    const result = await torture(program, directory, wanted)
    console.log(JSON.stringify(result))
    expect(result.violations).toEqual([])
    expect(result.sections).toBeGreaterThanOrEqual(sections)
    expect(result.kills).toBeGreaterThanOrEqual(kills)
    expect(result.files).toBeLessThan(100)
    rmSync(directory, { recursive: true })
  },
)
