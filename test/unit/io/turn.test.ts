import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { InTurn, Turn } from '../../../src/core/turn.ts'
import { openFiles } from '../../../src/io/files/files.ts'
import { createLock, folderOf } from '../../../src/io/files/lock.ts'
import { identifyProcess } from '../../../src/io/files/process-identity.ts'
import { openTurns } from '../../../src/io/files/turn.ts'

const files = openFiles()
let common: string
let turns: InTurn

beforeEach(() => {
  common = mkdtempSync(join(tmpdir(), 'tokn-turn-'))
  turns = openTurns(options(() => common))
})
afterEach(() => rmSync(common, { recursive: true }))

function options(path: () => string) {
  const paths = {
    get common() {
      return path()
    },
    meetingFolder: () => ({ path: join(common, 'meeting'), root: '/' }),
  }
  return { paths, files, command: 'tokn test', restsInData: () => true }
}

function lock() {
  const directory = join(common, 'locks')
  return createLock({ directory, files, command: 'tokn other' })('entry', 5_000)
}

/** A turn whose work takes `work` milliseconds, unless what it is for is there already. */
function turnFor(done: string[], work: number, more: Partial<Turn<string>> = {}): Turn<string> {
  return {
    timeout: 5_000,
    look: async () => done.at(-1),
    work: async () => {
      await delay(work)
      done.push('done')
      return 'worked'
    },
    tell: () => undefined,
    hear: () => undefined,
    ...more,
  }
}

describe('of several that want the same', () => {
  it('one works, and the others take what it has done', async () => {
    const done: string[] = []
    const all = await Promise.all(
      Array.from({ length: 8 }, () => turns('entry', turnFor(done, 100))),
    )
    expect(done).toEqual(['done'])
    expect(all.toSorted()).toEqual([...Array<string>(7).fill('done'), 'worked'])
  })

  it('another works where that was not enough', async () => {
    const done: string[] = []
    const demanding = turnFor(done, 20, { look: async () => undefined })
    await Promise.all([1, 2, 3].map(() => turns('entry', demanding)))
    expect(done).toHaveLength(3)
  })

  it('of another entry nobody waits', async () => {
    const done: string[] = []
    await Promise.all(['one', 'two'].map((entry) => turns(entry, turnFor(done, 50))))
    expect(done).toHaveLength(2)
  })

  it('those who have waited fail as the next one did, and whoever comes later tries again', async () => {
    let attempts = 0
    const failing = turnFor([], 0, {
      look: async () => undefined,
      work: async () => {
        await delay(50)
        throw new ToknError('network', `attempt ${++attempts}`)
      },
      tell: (failure) => (failure instanceof Error ? failure.message : undefined),
      hear: (told) => {
        throw new ToknError('network', `heard of ${told}`)
      },
    })
    const messageOf = async (): Promise<string> =>
      await turns('entry', failing).catch((error: Error) => error.message)
    const all = await Promise.all(Array.from({ length: 6 }, messageOf))
    expect(all.toSorted()).toEqual([
      'attempt 1',
      'attempt 2',
      ...Array<string>(4).fill('heard of attempt 2'),
    ])
    expect(await messageOf()).toBe('attempt 3')
  })
})

describe('whoever wants a turn', () => {
  it('looks at nothing where nobody was there before', async () => {
    const look = () => Promise.reject(new Error('looked'))
    expect(await turns('entry', turnFor([], 0, { look }))).toBe('worked')
  })

  it('waits for whoever has the lock, and then looks', async () => {
    const held = await lock()
    const done: string[] = []
    const result = turns('entry', turnFor(done, 0))
    await delay(60)
    done.push('by the other')
    await held.release()
    expect(await result).toBe('by the other')
  })

  it('looks where the lock was let go a moment ago', async () => {
    await (await lock()).release()
    expect(await turns('entry', turnFor(['before'], 0))).toBe('before')
  })

  it('is told who is at work when it may wait no longer', async () => {
    const held = await lock()
    const error = await turns('entry', turnFor([], 0, { timeout: 30 })).catch((thrown) => thrown)
    expect(error).toMatchObject({
      code: 'busy',
      message: `process ${process.pid} (tokn other) holds the lock that this needs`,
    })
    await held.release()
  })

  it('takes that of a dead process', async () => {
    leaveTurn({ ...identifyProcess(), start: '1' }, 0)
    expect(await turns('entry', turnFor([], 0))).toBe('worked')
  })

  it('waits for no turn whose lock was taken: from then on that counts alone', async () => {
    leaveTurn(identifyProcess(), 0)
    await (await lock()).release()
    expect(await turns('entry', turnFor(['by the other'], 0))).toBe('by the other')
  })

  it('takes that of another machine when it has given no sign for as long as a lease', async () => {
    const lease = 8_000
    leaveTurn({ ...identifyProcess(), host: 'elsewhere' }, 0)
    const wanted = () => turns('entry', turnFor([], 0, { timeout: 30, lease }))
    lastSign(lease - 3_000)
    await expect(wanted()).rejects.toMatchObject({ code: 'busy' })
    lastSign(lease + 1_000)
    expect(await wanted()).toBe('worked')
  })

  it('asks for no lock in files where that is far away', async () => {
    const held = await lock()
    expect(await turns('entry', turnFor([], 0, { timeout: 30, lease: 8_000 }))).toBe('worked')
    await held.release()
  })

  it('does not wait where there is no place for turns', async () => {
    const nowhere = openTurns(
      options(() => {
        throw new ToknError('store', 'no folder')
      }),
    )
    expect(await nowhere('entry', turnFor([], 0))).toBe('worked')
    writeFileSync(join(common, 'locks'), '')
    expect(await turns('entry', turnFor([], 0))).toBe('worked')
  })

  it.each(['', '{', '{"number":9}', '{"number":9,"told":1}', '[]'])(
    'does not mind a failure that says %j',
    async (text) => {
      mkdirSync(turnFolder(), { recursive: true, mode: 0o700 })
      writeFileSync(join(turnFolder(), 'failed'), text, { mode: 0o600 })
      expect(await turns('entry', turnFor([], 0))).toBe('worked')
      expect(readdirSync(turnFolder())).toContain('1')
    },
  )
})

function turnFolder(): string {
  return join(folderOf(join(common, 'locks'), 'entry'), 'turns')
}

/** The turn was begun or prolonged so many milliseconds ago. */
function lastSign(ago: number): void {
  const at = (Date.now() - ago) / 1_000
  utimesSync(join(turnFolder(), '1'), at, at)
}

/** A turn that a process has, begun when the number of the lock was `number`. */
function leaveTurn(identity: object, number: number): void {
  mkdirSync(turnFolder(), { recursive: true, mode: 0o700 })
  const text = JSON.stringify({ ...identity, command: 'tokn gone', lock: number })
  writeFileSync(join(turnFolder(), '1'), text, { mode: 0o600 })
}
