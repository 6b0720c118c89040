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

  it('are found by who makes theirs elsewhere', async () => {
    await (await at('b').reserve(entry)).intend(intent(2))
    for (const name of ['a', 'b', 'c']) {
      expect(await at(name).read(entry)).toEqual({ intent: intent(2), answers: [] })
      expect(await at(name).list()).toEqual([entry])
    }
  })

  it('are one: the next attempt takes over what it knew', async () => {
    await (await at('b').reserve(entry)).intend(intent(2))
    const slot = await at('a').reserve(entry)
    expect(await at('c').read(entry)).toEqual({ intent: intent(2), answers: [] })
    expect(there()).toEqual(['a'])
    await slot.intend(intent(3))
    await slot.answer('sealed')
    expect(await at('b').read(entry)).toEqual({ intent: intent(3), answers: ['sealed'] })
    await at('c').remove(entry)
    expect(there()).toEqual([])
    expect(await at('b').list()).toEqual([])
  })

  it.each([
    ['of the later generation', ['b', 3, false], ['a', 2, true], 'b'],
    ['of the later generation, the other way', ['b', 2, true], ['a', 3, false], 'a'],
    ['with an answer', ['b', 2, true], ['a', 2, false], 'b'],
    ['with an answer, the other way', ['b', 2, false], ['a', 2, true], 'a'],
  ] as const)('count by the one %s', async (_name, one, other, winner) => {
    for (const [name, generation, answered] of [one, other]) {
      // As processes make them that do not see each other's.
      const slot = await openJournal({ files, directory: place(name) }).reserve(entry)
      await slot.intend(intent(generation))
      if (answered) await slot.answer(name)
      // What is remembered beside an answer makes it no less one.
      await slot.intend(intent(generation))
    }
    const [, generation, answered] = winner === one[0] ? one : other
    expect(await at('c').read(entry)).toEqual({
      intent: intent(generation),
      answers: answered ? [winner] : [],
    })
    expect(await at('c').list()).toEqual([entry])
  })

  it.skipIf(!requirePart('root') || !requirePart('chattr'))(
    'stay where they cannot be removed',
    async () => {
      await (await at('b').reserve(entry)).intend(intent(2))
      execFileSync('chattr', ['+i', place('b')])
      try {
        await at('a').remove(entry)
        expect(await at('a').read(entry)).toEqual({ intent: intent(2), answers: [] })
        await (await at('a').reserve(entry)).intend(intent(3))
        expect((await at('a').read(entry))?.intent).toBe(intent(3))
        await expect(at('b').remove(entry)).rejects.toThrow(
          expect.objectContaining({ code: 'store' }),
        )
      } finally {
        execFileSync('chattr', ['-i', place('b')])
      }
    },
  )
})

describe('a journal', () => {
  it('goes through its phases', async () => {
    const journal = open()
    expect([await journal.read(entry), await journal.list()]).toEqual([undefined, []])
    const slot = await journal.reserve(entry)
    expect(statSync(path()).size).toBe(65_536)
    expect(statSync(path()).blocks * 512).toBeGreaterThanOrEqual(65_536)
    expect(statSync(path()).mode & 0o777).toBe(0o600)
    expect([await journal.read(entry), await journal.list()]).toEqual([undefined, [entry]])
    await slot.intend('{"generation":8}')
    expect(await open().read(entry)).toEqual({ intent: '{"generation":8}', answers: [] })
    await slot.answer('sealed')
    expect(await open().read(entry)).toEqual({ intent: '{"generation":8}', answers: ['sealed'] })
    const later = await open().resume(entry)
    await later.answer('another')
    await later.record('record')
    expect(await open().read(entry)).toEqual({
      intent: '{"generation":8}',
      answers: ['sealed', 'another'],
      record: 'record',
    })
    expect(statSync(path()).size).toBe(65_536)
    await slot.remove()
    await slot.remove()
    expect([await journal.read(entry), await journal.list()]).toEqual([undefined, []])
  })

  it('adds to an intent, and begins anew with the last intent and without answers', async () => {
    const slot = await open().reserve(entry)
    await slot.intend('1')
    await slot.answer('one')
    await slot.intend('2')
    expect(await open().read(entry)).toEqual({ intent: '2', answers: ['one'] })
    await open().reserve(entry)
    expect(await open().read(entry)).toEqual({ intent: '2', answers: [] })
  })

  it('takes an answer larger than what was reserved', async () => {
    const slot = await open().reserve(entry)
    await slot.intend('{}')
    await slot.answer('x'.repeat(200_000))
    expect((await open().read(entry))?.answers[0]).toHaveLength(200_000)
  })

  it('replaces what was there, and is not removed by the holder before', async () => {
    const first = await open().reserve(entry)
    await first.intend('1')
    const second = await open().reserve(entry)
    // What was tried before is not forgotten until the next attempt says so.
    expect(await open().read(entry)).toEqual({ intent: '1', answers: [] })
    await second.intend('2')
    await first.remove()
    expect((await open().read(entry))?.intent).toBe('2')
    await open().remove(entry)
    await open().remove(entry)
    expect(await open().list()).toEqual([])
  })

  it('knows its entries apart, whatever is in their names', async () => {
    const names = ['a', 'b', '../../x', 'a\nb', '']
    for (const name of names) await (await open().reserve(name)).intend(`i${name}`)
    for (const name of names) expect((await open().read(name))?.intent).toBe(`i${name}`)
    expect([...(await open().list())].sort()).toEqual([...names].sort())
  })

  it('D5: reads a torn file as its last whole phase, at every length and after every flipped byte', async () => {
    const slot = await open().reserve(entry)
    const start = encodeFrame('entry', entry).length
    await slot.intend('{"generation":8}')
    const middle = start + encodeFrame('intent', '{"generation":8}').length
    await slot.answer('sealed')
    const end = middle + encodeFrame('answer', 'sealed').length
    const bytes = readFileSync(path())
    const expected = (good: number) =>
      good < middle
        ? undefined
        : { intent: '{"generation":8}', answers: good < end ? [] : ['sealed'] }
    for (let length = 0; length <= end + 10; length++) {
      writeFileSync(path(), bytes.subarray(0, length))
      expect(await open().read(entry)).toEqual(expected(length))
      writeFileSync(
        path(),
        Buffer.concat([bytes.subarray(0, length), Buffer.alloc(65_536 - length)]),
      )
      expect(await open().read(entry)).toEqual(expected(length))
    }
    for (let at = 0; at < end; at++) {
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 0x01
      writeFileSync(path(), damaged)
      // The frame in which the byte is, and all that follow, do not count.
      expect(await open().read(entry)).toEqual(expected(at))
    }
  })

  it('does not take one entry for another', async () => {
    await (await open().reserve(entry)).intend('1')
    const copy = readFileSync(path())
    await open().remove(entry)
    await open().reserve('other')
    writeFileSync(path(), copy)
    expect(await open().read('other')).toBeUndefined()
    expect(await open().list()).toEqual([])
  })

  it.skipIf(!requirePart('tmpfs'))('D13: finds a full disk before anything is spent', async () => {
    const disk = join(directory, 'disk')
    mkdirSync(disk, { mode: 0o700 })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40k,mode=700', 'tmpfs', disk])
    let slot: JournalSlot | undefined
    try {
      const journal = openJournal({ directory: disk, files })
      await expect(journal.reserve(entry)).rejects.toThrow(
        expect.objectContaining({
          code: 'store',
          message: expect.stringContaining('no space left on the device'),
        }),
      )
      expect(readdirSync(disk)).toEqual([])
      execFileSync('mount', ['-o', 'remount,size=80k', disk])
      slot = await journal.reserve(entry)
      // The disk is full now; what was reserved can be written all the same.
      writeFileSync(join(disk, 'filler'), Buffer.alloc(8_192))
      expect(() => writeFileSync(join(disk, 'more'), Buffer.alloc(65_536))).toThrow('ENOSPC')
      await slot.intend('{}')
      await slot.answer('x'.repeat(50_000))
      expect((await journal.read(entry))?.answers.join('')).toHaveLength(50_000)
      await expect(slot.answer('x'.repeat(100_000))).rejects.toThrow(
        expect.objectContaining({ code: 'store' }),
      )
      expect((await journal.read(entry))?.answers.join('')).toHaveLength(50_000)
    } finally {
      // It keeps its file open, so that a lack of descriptors cannot stop the answer.
      await slot?.remove()
      execFileSync('umount', [disk])
    }
  })
})

describe('frames', () => {
  it('survive what is no frame', async () => {
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
