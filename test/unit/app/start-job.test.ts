import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { startJob } from '../../../src/app/start-job.ts'
import { isRunning } from '../../../src/io/process/is-running.ts'

const folder = mkdtempSync(join(tmpdir(), 'tokn-job-'))
afterAll(() => rmSync(folder, { recursive: true }))

const request = {
  timeout: 30_000,
  debug: false,
  command: 'tokn ci',
  provider: 'mcs',
  variables: {},
  marks: {},
  owner: { pid: 7, start: '12' },
  longest: 1_000,
}

/** In the place of the program: answers that it holds a session, and then does `rest`. */
async function startOne(rest: string) {
  const program = join(folder, 'program.cjs')
  writeFileSync(
    program,
    `const facts = { socket: '/x', pid: process.pid, provider: 'mcs', title: 'MCS', since: 1, until: 2, owner: 7 }
     const line = JSON.stringify({ warnings: [], record: JSON.stringify(facts) }) + '\\n'
     process.stdout.write(line, () => { ${rest} })`,
  )
  const environment = { PATH: process.env['PATH'] }
  return await startJob({ program, environment, patience: 20_000, warn: () => undefined }, request)
}

test('a process that goes on is let go', async () => {
  const { facts, release } = await startOne('process.stdin.resume()')
  await expect(release()).resolves.toBeUndefined()
  while (isRunning(facts.pid)) await delay(5)
})

test('one that has ended before it heard that it may go on is no session of a job', async () => {
  const { facts, release } = await startOne('process.exit()')
  while (isRunning(facts.pid)) await delay(5)
  await expect(release()).rejects.toMatchObject({ code: 'internal', hint: 'tokn ci start' })
})
