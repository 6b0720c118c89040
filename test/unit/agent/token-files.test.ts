import { beforeEach, describe, expect, test } from 'vitest'
import { neededInFile, TokenFiles, type TokenFilePlace } from '../../../src/agent/token-files.ts'
import { ToknError } from '../../../src/core/errors.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { recordFor, scripted, web } from '../session/scripted.ts'

const minute = 60_000
const hour = 60 * minute

let now = 0
let locked = false
let held: SessionRecord | ToknError | undefined
let better: SessionRecord | ToknError | undefined
let asked: Array<number | undefined> = []
let written: string[] = []
let content: string | undefined
let said: string[] = []
let unremovable = false

const place: TokenFilePlace = {
  shown: '~/t/web',
  isThere: () => content !== undefined,
  write: (token) => {
    content = token
    written.push(token)
  },
  remove: () => {
    if (unremovable) throw new ToknError('store', 'cannot remove it')
    const was = content !== undefined
    content = undefined
    return was
  },
}

function record(access: string, life: number, generation = 1): SessionRecord {
  return recordFor(web, scripted(), {
    access: new Secret(access),
    generation,
    obtainedAt: now,
    expiry: { state: 'at', at: now + life },
  })
}

function open(): TokenFiles {
  return new TokenFiles({
    files: [{ profile: 'web', place }],
    fresh: async (_, minTtl) => {
      asked.push(minTtl)
      const found = minTtl === undefined ? held : better
      if (found instanceof ToknError) throw found
      return found && { record: found }
    },
    locked: () => locked,
    now: () => now,
    log: (line) => void said.push(line),
  })
}

beforeEach(() => {
  now = 1_000_000_000
  locked = false
  held = record('one', hour)
  better = undefined
  asked = []
  written = []
  said = []
  content = undefined
  unremovable = false
})

test.each([
  ['an hour', hour, 6 * minute],
  ['ten minutes', 10 * minute, 2 * minute],
  ['two minutes', 2 * minute, minute],
  ['a day', 24 * hour, 144 * minute],
])('of %s, a file has to have this much left: readers hold what they read', (_, life, needed) => {
  expect(neededInFile(record('x', life))).toBe(needed)
})

test('a token that never ends is good enough', () => {
  expect(neededInFile({ ...record('x', 1), expiry: { state: 'never' } })).toBe(0)
})

describe('a token file', () => {
  test('is written once, and again when the token is another, or the file is gone', async () => {
    const files = open()
    await files.look()
    await files.look()
    expect(written).toEqual(['one'])
    held = record('two', hour, 2)
    await files.look()
    content = undefined
    await files.look()
    expect(written).toEqual(['one', 'two', 'two'])
    expect(said).not.toContain('two')
  })

  test('gets a better token ahead of the end, and the one there is where that fails', async () => {
    held = record('old', hour)
    now += 55 * minute
    better = new ToknError('network', 'no way')
    const files = open()
    await files.look()
    expect([content, asked]).toEqual(['old', [undefined, 6 * minute]])
    better = record('new', hour, 2)
    now += minute
    await files.look()
    expect(content).toBe('new')
  })

  test('stays through failures while its token is good, and no longer', async () => {
    const files = open()
    await files.look()
    held = new ToknError('network', 'no way')
    now += 59 * minute
    await files.look()
    expect(content).toBe('one')
    now += minute
    await files.look()
    expect(content).toBeUndefined()
  })

  test('asks less and less often while that fails, and tells each reason once', async () => {
    held = new ToknError('network', 'no way')
    const files = open()
    for (let second = 0; second < 300; second += 5) {
      await files.look()
      now += 5_000
    }
    expect(asked.length).toBe(8)
    expect(said).toEqual(['web: nothing new for ~/t/web: no way'])
  })

  test.each([
    ['is over', new ToknError('reauth_required', 'log in')],
    ['is not there', undefined],
  ])('goes when the session %s', async (_, outcome) => {
    const files = open()
    await files.look()
    held = outcome
    await files.look()
    expect(content).toBeUndefined()
    held = record('again', hour, 5)
    now += minute
    await files.look()
    expect(content).toBe('again')
  })

  test('stays while its token is good, though the session cannot be renewed any more', async () => {
    held = record('last', hour)
    now += 55 * minute
    better = new ToknError('reauth_required', 'log in')
    const files = open()
    for (let minutes = 0; minutes < 5; minutes++) {
      await files.look()
      expect(content).toBe('last')
      now += minute
    }
    expect(said.filter((line) => line.endsWith('log in'))).toHaveLength(1)
    held = new ToknError('reauth_required', 'log in')
    await files.look()
    expect(content).toBeUndefined()
    expect(written).toEqual(['last'])
  })

  test('goes with a lock, and comes back when that is opened', async () => {
    const files = open()
    await files.look()
    locked = true
    files.clear()
    expect(content).toBeUndefined()
    await files.look()
    expect(asked).toHaveLength(1)
    locked = false
    await files.look()
    expect(content).toBe('one')
  })

  test('is not written by what was asked for before a lock, or before the end', async () => {
    const files = open()
    const looking = files.look()
    locked = true
    await looking
    expect(written).toEqual([])
    locked = false
    const last = files.look()
    files.clear(true)
    await last
    expect(written).toEqual([])
  })

  test.each([
    ['no session', undefined],
    ['a failure', new ToknError('network', 'no way')],
  ])('that an agent before this one has left goes where there is %s', async (_, outcome) => {
    content = 'left'
    held = outcome
    await open().look()
    expect(content).toBeUndefined()
    expect(said).toContain('removed ~/t/web')
  })

  test('that cannot be removed is told of once, and tried again', async () => {
    const files = open()
    await files.look()
    held = undefined
    unremovable = true
    await files.look()
    await files.look()
    const told = '~/t/web is not removed, and may hold a token: cannot remove it'
    expect(said.filter((line) => line === told)).toHaveLength(1)
    unremovable = false
    await files.look()
    expect(content).toBeUndefined()
  })

  test('is looked at anew when the clock was set back', async () => {
    held = new ToknError('network', 'no way')
    const files = open()
    await files.look()
    now -= 24 * hour
    held = record('one', hour)
    await files.look()
    expect(content).toBe('one')
  })
})
