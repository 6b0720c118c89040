import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { deedsOf, examplesOf } from './document.ts'
import { deeds } from './mcs-deeds.ts'
import { shellLines } from './mcs-lines.ts'
import { examples } from './mcs.ts'

examplesOf('mcs', examples)
deedsOf('mcs', deeds)

test.each(shellLines)('$line', ({ shell, readable }) => {
  // With -n nothing is run.
  expect(spawnSync('sh', ['-n', '-c', shell]).status === 0).toBe(readable)
})
