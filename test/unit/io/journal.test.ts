import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JournalSlot } from '../../../src/core/ports.ts'
import { openFiles } from '../../../src/io/files/files.ts'
import { decodeFrames, encodeFrame } from '../../../src/io/files/frames.ts'
import { openJournal } from '../../../src/io/files/journal.ts'
import { requirePart } from '../../support/parts.ts'

const files = openFiles()
const entry = 'keychain:3f9c'
let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tokn-journal-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function open() {
  return openJournal({ directory: join(directory, 'journal'), files })
}

function path(): string {
  return join(directory, 'journal', readdirSync(join(directory, 'journal'))[0]!)
}

describe('journals in several places', () => {
  const place = (name: string) => join(directory, name)
  const at = (name: string) =>
    openJournal({ files, directory: place(name), all: ['a', 'b', 'c'].map(place) })
  const there = () =>
    ['a', 'b', 'c'].filter((name) => existsSync(place(name)) && readdirSync(place(name)).length > 0)
  const intent = (generation: number) => JSON.stringify({ generation })

  it('are found by who makes theirs elsewhere', () => {
    at('b').reserve(entry).intend(intent(2))
    for (const name of ['a', 'b', 'c']) {
      expect(at(name).read(entry)).toEqual({ intent: intent(2), answers: [] })
      expect(at(name).list()).toEqual([entry])
    }
  })

  it('are one: the next attempt takes over what it knew', () => {
    at('b').reserve(entry).intend(intent(2))
    const slot = at('a').reserve(entry)
    expect(at('c').read(entry)).toEqual({ intent: intent(2), answers: [] })
    expect(there()).toEqual(['a'])
    slot.intend(intent(3))
    slot.answer('sealed')
    expect(at('b').read(entry)).toEqual({ intent: intent(3), answers: ['sealed'] })
    at('c').remove(entry)
    expect(there()).toEqual([])
    expect(at('b').list()).toEqual([])
  })

  it.each([
    ['of the later generation', ['b', 3, false], ['a', 2, true], 'b'],
    ['of the later generation, the other way', ['b', 2, true], ['a', 3, false], 'a'],
    ['with an answer', ['b', 2, true], ['a', 2, false], 'b'],
    ['with an answer, the other way', ['b', 2, false], ['a', 2, true], 'a'],
  ] as const)('count by the one %s', (_name, one, other, winner) => {
    for (const [name, generation, answered] of [one, other]) {
      // As processes make them that do not see each other's.
      const slot = openJournal({ files, directory: place(name) }).reserve(entry)
      slot.intend(intent(generation))
      if (answered) slot.answer(name)
      // What is remembered beside an answer makes it no less one.
      slot.intend(intent(generation))
    }
    const [, generation, answered] = winner === one[0] ? one : other
    expect(at('c').read(entry)).toEqual({
      intent: intent(generation),
      answers: answered ? [winner] : [],
    })
    expect(at('c').list()).toEqual([entry])
  })

  it.skipIf(!requirePart('root') || !requirePart('chattr'))(
    'stay where they cannot be removed',
    () => {
      at('b').reserve(entry).intend(intent(2))
      execFileSync('chattr', ['+i', place('b')])
      try {
        at('a').remove(entry)
        expect(at('a').read(entry)).toEqual({ intent: intent(2), answers: [] })
        at('a').reserve(entry).intend(intent(3))
        expect(at('a').read(entry)?.intent).toBe(intent(3))
        expect(() => at('b').remove(entry)).toThrow(expect.objectContaining({ code: 'store' }))
      } finally {
        execFileSync('chattr', ['-i', place('b')])
      }
    },
  )
})

describe('a journal', () => {
  it('goes through its phases', () => {
    const journal = open()
    expect([journal.read(entry), journal.list()]).toEqual([undefined, []])
    const slot = journal.reserve(entry)
    expect(statSync(path()).size).toBe(65_536)
    expect(statSync(path()).blocks * 512).toBeGreaterThanOrEqual(65_536)
    expect(statSync(path()).mode & 0o777).toBe(0o600)
    expect([journal.read(entry), journal.list()]).toEqual([undefined, [entry]])
    slot.intend('{"generation":8}')
    expect(open().read(entry)).toEqual({ intent: '{"generation":8}', answers: [] })
    slot.answer('sealed')
    expect(open().read(entry)).toEqual({ intent: '{"generation":8}', answers: ['sealed'] })
    const later = open().resume(entry)
    later.answer('another')
    later.record('record')
    expect(open().read(entry)).toEqual({
      intent: '{"generation":8}',
      answers: ['sealed', 'another'],
      record: 'record',
    })
    expect(statSync(path()).size).toBe(65_536)
    slot.remove()
    slot.remove()
    expect([journal.read(entry), journal.list()]).toEqual([undefined, []])
  })

  it('adds to an intent, and begins anew with the last intent and without answers', () => {
    const slot = open().reserve(entry)
    slot.intend('1')
    slot.answer('one')
    slot.intend('2')
    expect(open().read(entry)).toEqual({ intent: '2', answers: ['one'] })
    open().reserve(entry)
    expect(open().read(entry)).toEqual({ intent: '2', answers: [] })
  })

  it('takes an answer larger than what was reserved', () => {
    const slot = open().reserve(entry)
    slot.intend('{}')
    slot.answer('x'.repeat(200_000))
    expect(open().read(entry)?.answers[0]).toHaveLength(200_000)
  })

  it('replaces what was there, and is not removed by the holder before', () => {
    const first = open().reserve(entry)
    first.intend('1')
    const second = open().reserve(entry)
    // What was tried before is not forgotten until the next attempt says so.
    expect(open().read(entry)).toEqual({ intent: '1', answers: [] })
    second.intend('2')
    first.remove()
    expect(open().read(entry)?.intent).toBe('2')
    open().remove(entry)
    open().remove(entry)
    expect(open().list()).toEqual([])
  })

  it('knows its entries apart, whatever is in their names', () => {
    const names = ['a', 'b', '../../x', 'a\nb', '']
    for (const name of names) open().reserve(name).intend(`i${name}`)
    for (const name of names) expect(open().read(name)?.intent).toBe(`i${name}`)
    expect([...open().list()].sort()).toEqual([...names].sort())
  })

  it('D5: reads a torn file as its last whole phase, at every length and after every flipped byte', () => {
    const slot = open().reserve(entry)
    const start = encodeFrame('entry', entry).length
    slot.intend('{"generation":8}')
    const middle = start + encodeFrame('intent', '{"generation":8}').length
    slot.answer('sealed')
    const end = middle + encodeFrame('answer', 'sealed').length
    const bytes = readFileSync(path())
    const expected = (good: number) =>
      good < middle
        ? undefined
        : { intent: '{"generation":8}', answers: good < end ? [] : ['sealed'] }
    for (let length = 0; length <= end + 10; length++) {
      writeFileSync(path(), bytes.subarray(0, length))
      expect(open().read(entry)).toEqual(expected(length))
      writeFileSync(
        path(),
        Buffer.concat([bytes.subarray(0, length), Buffer.alloc(65_536 - length)]),
      )
      expect(open().read(entry)).toEqual(expected(length))
    }
    for (let at = 0; at < end; at++) {
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 0x01
      writeFileSync(path(), damaged)
      // The frame in which the byte is, and all that follow, do not count.
      expect(open().read(entry)).toEqual(expected(at))
    }
  })

  it('does not take one entry for another', () => {
    open().reserve(entry).intend('1')
    const copy = readFileSync(path())
    open().remove(entry)
    open().reserve('other')
    writeFileSync(path(), copy)
    expect(open().read('other')).toBeUndefined()
    expect(open().list()).toEqual([])
  })

  it.skipIf(!requirePart('tmpfs'))('D13: finds a full disk before anything is spent', () => {
    const disk = join(directory, 'disk')
    mkdirSync(disk, { mode: 0o700 })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40k,mode=700', 'tmpfs', disk])
    let slot: JournalSlot | undefined
    try {
      const journal = openJournal({ directory: disk, files })
      expect(() => journal.reserve(entry)).toThrow(
        expect.objectContaining({
          code: 'store',
          message: expect.stringContaining('no space left on the device'),
        }),
      )
      expect(readdirSync(disk)).toEqual([])
      execFileSync('mount', ['-o', 'remount,size=80k', disk])
      slot = journal.reserve(entry)
      // The disk is full now; what was reserved can be written all the same.
      writeFileSync(join(disk, 'filler'), Buffer.alloc(8_192))
      expect(() => writeFileSync(join(disk, 'more'), Buffer.alloc(65_536))).toThrow('ENOSPC')
      slot.intend('{}')
      slot.answer('x'.repeat(50_000))
      expect(journal.read(entry)?.answers.join('')).toHaveLength(50_000)
      expect(() => slot?.answer('x'.repeat(100_000))).toThrow(
        expect.objectContaining({ code: 'store' }),
      )
      expect(journal.read(entry)?.answers.join('')).toHaveLength(50_000)
    } finally {
      // It keeps its file open, so that a lack of descriptors cannot stop the answer.
      slot?.remove()
      execFileSync('umount', [disk])
    }
  })
})

describe('frames', () => {
  it('survive what is no frame', () => {
    for (const text of ['', '\n', 'tokn', 'tokn a 1 b\n', `tokn a 99999999 ${'0'.repeat(64)}\n`]) {
      expect(decodeFrames(Buffer.from(text))).toEqual([])
    }
    const two = Buffer.concat([encodeFrame('a', 'ü\n'), encodeFrame('b', '')])
    expect(decodeFrames(two)).toEqual([
      { kind: 'a', text: 'ü\n' },
      { kind: 'b', text: '' },
    ])
    expect(decodeFrames(Buffer.concat([two, Buffer.from('tokn')]))).toHaveLength(2)
  })
})
