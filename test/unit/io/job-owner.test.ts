import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { findOwner, hasEnded } from '../../../src/io/process/job-owner.ts'
import {
  openProcessTable,
  procTable,
  psTable,
  type ProcessFacts,
  type ProcessTable,
} from '../../../src/io/process/process-table.ts'
import { requirePart } from '../../support/parts.ts'

/** `PID: parent image`, as a table of processes. */
function tableOf(lines: Readonly<Record<number, string>>): ProcessTable {
  const facts = Object.entries(lines).map(([pid, line]): ProcessFacts => {
    const [parent, image = ''] = line.split(' ')
    return { pid: Number(pid), parent: Number(parent), start: `s${pid}`, ended: false, image }
  })
  return { look: async (pid) => facts.find((one) => one.pid === pid), pause: 1 }
}

describe('the owner of a job', () => {
  test.each([
    ['is what runs the shell', { 10: '9 runner', 20: '10 sh' }, 20, 10, false],
    ['is not hidden by $(...)', { 10: '9 runner', 20: '10 sh', 21: '20 sh' }, 21, 10, false],
    [
      'is not hidden by copies in copies',
      { 10: '9 runner', 20: '10 sh', 21: '20 sh', 22: '21 sh' },
      22,
      10,
      false,
    ],
    [
      'is not a copy that was made to wait for the shell',
      { 8: '1 init', 9: '8 bash', 10: '9 bash', 20: '10 sh' },
      20,
      9,
      false,
    ],
    ['is the shell itself below the first process', { 1: '0 init', 20: '1 sh' }, 20, 20, true],
    ['is the shell itself where that is the first process', { 1: '0 sh' }, 1, 1, true],
    [
      'is the first process of a container that was entered',
      { 1: '0 tail', 20: '0 sh' },
      20,
      1,
      false,
    ],
    ['is the shell where nothing of its parent can be seen', { 20: '10 sh' }, 20, 20, true],
  ] as const)('%s', async (_, lines, parent, pid, isShell) => {
    const asker = { parent, out: undefined }
    expect(await findOwner(tableOf(lines), asker)).toEqual({ pid, start: `s${pid}`, isShell })
  })

  test('is unknown where the shell cannot be seen', async () => {
    expect(await findOwner(tableOf({}), { parent: 20, out: undefined })).toBeUndefined()
  })

  test('is not looked for in circles', async () => {
    const circle = tableOf({ 20: '21 sh', 21: '20 sh' })
    expect(await findOwner(circle, { parent: 20, out: 'pipe:[1]' })).toBeDefined()
  })
})

describe.each([
  ['proc', procTable, requirePart('linux')],
  ['ps', psTable, requirePart('ps')],
] as const)('the table of %s', (_, table, there) => {
  test.skipIf(!there)('knows a process, its parent and its end', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' })
    const pid = child.pid ?? 0
    const facts = await table.look(pid)
    expect(facts).toMatchObject({ pid, parent: process.pid, ended: false })
    expect(await table.look(process.pid)).toMatchObject({ parent: process.ppid })
    const start = facts?.start ?? ''
    expect(start).not.toBe('')
    expect(await hasEnded(table, { pid, start })).toBe(false)
    expect(await hasEnded(table, { pid, start: 'another' })).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await hasEnded(table, { pid, start })).toBe(true)
    expect(await table.look(pid)).toBeUndefined()
  })

  test.skipIf(!there)('takes a name for no more than a name', async () => {
    const line = 'exec -a "x) R 1 1 1" sleep 60'
    const child = spawn('bash', ['-c', line], { stdio: 'ignore' })
    await once(child, 'spawn')
    const found = await table.look(child.pid ?? 0)
    child.kill('SIGKILL')
    expect(found).toMatchObject({ parent: process.pid, ended: false })
  })
})

test('the table of this system is one of them', () => {
  expect([procTable, psTable]).toContain(openProcessTable())
})
