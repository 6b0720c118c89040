import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../../src/io/process/run-program.ts'

const folder = mkdtempSync(join(tmpdir(), 'tokn-run-'))
afterAll(() => rmSync(folder, { recursive: true }))

const environment = { PATH: process.env['PATH'], TOKN_TOKEN: 'canary', OTHER: 'no', MINE_A: 'yes' }
const request = { args: [], inherits: /^(?:MINE_.*|TOKN_.*)$/, variables: {}, limit: 20_000 }

describe('a program that works for us', () => {
  it('gets what it is given, and gives back what it printed', async () => {
    const script = 'cat; echo heard "$1" >&2; exit 3'
    const printed = await runProgram(
      { ...request, command: 'sh', args: ['-c', script, 'sh', 'a word'], input: 'ключ\n' },
      environment,
    )
    expect(printed).toEqual({ status: 3, out: 'ключ\n', err: 'heard a word\n' })
  })

  it('need not read what it is given', async () => {
    const input = 'x'.repeat(1_000_000)
    const printed = await runProgram({ ...request, command: 'true', input }, environment)
    expect(printed).toMatchObject({ status: 0 })
  })

  it('sees what it needs of our environment, and nothing that is for us alone', async () => {
    const variables = { ADDED: 'also' }
    const printed = await runProgram({ ...request, command: 'env', variables }, environment)
    const names = printed?.out.match(/^[A-Z_]+(?==)/gm)
    expect(names?.toSorted()).toEqual(['ADDED', 'MINE_A', 'PATH'])
  })

  it('is ended at its limit, with what it has started', async () => {
    const late = join(folder, 'late')
    const began = performance.now()
    const args = ['-c', `(sleep 2; touch '${late}') & sleep 60`]
    const printed = await runProgram({ ...request, command: 'sh', args, limit: 300 }, environment)
    expect(printed).toBeUndefined()
    expect(performance.now() - began).toBeLessThan(10_000)
    await delay(3_000)
    expect(existsSync(late)).toBe(false)
  })

  it('that is not there, or cannot be run, is said to be so', async () => {
    const absent = runProgram({ ...request, command: 'tokn-no-such-program' }, environment)
    await expect(absent).rejects.toMatchObject({ code: 'program_not_found' })
    const closed = runProgram({ ...request, command: folder }, environment)
    await expect(closed).rejects.toMatchObject({ code: 'program_not_executable' })
  })
})
