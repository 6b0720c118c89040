import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { bundle } from '../unit/io/bundle.ts'
import { torture } from '../unit/io/lock-torture.ts'

it('never lets two in: 5,000 critical sections, 300 kills', { timeout: 600_000 }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tokn-lock-'))
  const source = join(import.meta.dirname, '../unit/io/lock-program.ts')
  const program = await bundle(source, join(directory, 'program'))
  const wanted = { workers: 8, sections: 5_000, kills: 300, time: 580_000 }
  const result = await torture(program, directory, wanted)
  console.log(JSON.stringify(result))
  expect(result.violations).toEqual([])
  expect(result.sections).toBeGreaterThanOrEqual(5_000)
  expect(result.kills).toBeGreaterThanOrEqual(300)
  expect(result.files).toBeLessThan(100)
  rmSync(directory, { recursive: true })
})
