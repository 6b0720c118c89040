import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { listWants, recordsVariable, summarize } from './part-records.ts'

/** Once per run: where workers tell each other which parts work here; at the end, what was skipped. */
export default function setUp(project: TestProject): () => void {
  // Of several projects in one run, the first does it for all.
  if (process.env[recordsVariable] !== undefined) return () => undefined
  const directory = mkdtempSync(join(tmpdir(), 'tokn-parts-'))
  process.env[recordsVariable] = directory
  return () => {
    const skipped = project.vitest.state.getTestModules().map((module) => ({
      file: module.moduleId,
      tests: [...module.children.allTests('skipped')].length,
    }))
    const text = summarize(
      listWants(directory),
      skipped.filter(({ tests }) => tests > 0),
    )
    rmSync(directory, { recursive: true, force: true })
    delete process.env[recordsVariable]
    // Not on standard output: a reporter may write a document there.
    if (text !== undefined) process.stderr.write(`\n${text}\n`)
  }
}
