import { homedir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Field } from '../../../src/core/provider.ts'
import { Secret } from '../../../src/core/secret.ts'
import { collectAnswers } from '../../../src/session/login/answers.ts'
import { askUntil } from '../../../src/session/login/ask.ts'
import { readAnswer } from '../../../src/session/login/read-answer.ts'

const name: Field = { name: 'x', label: 'X' }
const password: Field = { ...name, secret: true }
const file: Field = { ...name, file: true, optional: true }

/** A field, what is typed, what it comes to or why not, and whether something is told of it. */
const typed: ReadonlyArray<readonly [Field, string, string | RegExp, boolean?]> = [
  [name, 'alice', 'alice'],
  [name, '  alice\t', 'alice'],
  [name, 'a b', 'a b'],
  [name, '', /"X" was left empty/],
  [name, '   ', /"X" was left empty/],
  [name, 'a\u0007b', /control character \(U\+0007\)/],
  [name, '\ufeffalice', 'alice'],
  [{ ...name, default: 'usual' }, '', ''],
  [{ ...name, optional: true }, ' ', ''],
  [{ ...name, choices: ['a', 'b'] }, ' a ', 'a'],
  [{ ...name, choices: ['a', 'b'] }, 'c', /"c" is not a value for "x"/],
  [password, 'inner  blank', 'inner  blank'],
  [password, ' outer ', 'outer', true],
  [password, 'pasted\r\n', 'pasted'],
  [password, 'pasted \n', 'pasted', true],
  [password, '\t', /was left empty/],
  [file, '', ''],
  [file, ' /keys/k.pem ', '/keys/k.pem'],
  [file, '~/k.pem', `${homedir()}/k.pem`],
  [file, '/none', /no such file/],
]

describe('an answer that a person typed', () => {
  const rows = typed.map(([field, text, expected, tells = false]) => ({
    ...{ field, text, expected, tells },
  }))
  test.each(rows)('$field of $text as $expected', ({ field, text, expected, tells }) => {
    const told: string[] = []
    const checkFile = (path: string) => {
      if (path === '/none') throw new ToknError('usage', 'no such file')
    }
    const read = () => readAnswer(field, text, (line) => void told.push(line), checkFile)
    if (typeof expected === 'string') expect(read()).toBe(expected)
    else expect(read).toThrow(expected)
    expect(told).toHaveLength(tells ? 1 : 0)
    for (const line of told) expect(line).not.toContain(text.trim())
  })
})

/** A person who types these lines in turn. */
function openPerson(lines: readonly string[]) {
  const left = [...lines]
  const asked: string[] = []
  const told: string[] = []
  const interaction = {
    ask: async (label: string) => {
      asked.push(label)
      return left.shift() ?? ''
    },
    tell: (text: string) => void told.push(text),
  }
  return { asked, told, interaction: interaction as never }
}

describe('a question', () => {
  test('is put three times at most, each time with the reason', async () => {
    const person = openPerson(['1', '2', '3', '4'])
    const refuse = (text: string): never => {
      throw new ToknError('usage', `no ${text}`)
    }
    await expect(askUntil(person.interaction, 'Q', {}, refuse)).rejects.toThrow('no 3')
    expect(person.told).toEqual(['tokn: no 1: once more', 'tokn: no 2: once more'])
  })

  test('is not put again where something else than the answer is wrong', async () => {
    const person = openPerson(['1'])
    const fail = (): never => {
      throw new ToknError('store', 'no disk')
    }
    await expect(askUntil(person.interaction, 'Q', {}, fail)).rejects.toThrow('no disk')
    expect(person.asked).toEqual(['Q'])
  })

  const wanted: Field = { ...password, optional: true, askUnless: ['key'] }
  const nobody = { set: {}, secrets: {}, fromEnvironment: () => undefined }

  test.each([
    ['nothing else is given', {}, ['X (may be left empty)']],
    ['another proof is given', { secrets: { key: new Secret('k') } }, []],
    ['another proof was given before', { kept: { key: '/k' } }, []],
    ['it is in the environment', { fromEnvironment: () => 'given' }, []],
  ])('of an optional secret: %s', async (_, given, expected) => {
    const person = openPerson(['', ''])
    const key: Field = { name: 'key', label: 'Key', secret: true, optional: true }
    const asked = new Set<string>()
    const sources = { ...nobody, ...given, interaction: person.interaction, asked }
    await collectAnswers([wanted, key], sources)
    // Left empty, it is not asked for a second time.
    await collectAnswers([wanted, key], sources)
    expect(person.asked).toEqual(expected)
  })
})
