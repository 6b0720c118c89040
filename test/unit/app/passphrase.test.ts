import { describe, expect, test } from 'vitest'
import { openPassphrase } from '../../../src/app/passphrase.ts'
import { Secret } from '../../../src/core/secret.ts'

interface Case {
  readonly what: string
  readonly isNew?: boolean
  /** What is typed, in turn. */
  readonly typed: readonly string[]
  /** The passphrase found, or the code of the error. */
  readonly found: string
  readonly asked: readonly string[]
  readonly said?: readonly RegExp[]
}

const [old, fresh, more] = [
  'Passphrase of the file store',
  'New passphrase for the file store',
  'Once more',
]

const cases: readonly Case[] = [
  { what: 'one that is there is typed once', typed: ['a'], found: 'a', asked: [old] },
  {
    what: 'a new one is typed twice',
    isNew: true,
    typed: ['a', 'a'],
    found: 'a',
    asked: [fresh, more],
  },
  {
    what: 'two that differ are asked for again, both of them',
    isNew: true,
    typed: ['a', 'b', 'c', 'c'],
    found: 'c',
    asked: [fresh, more, fresh, more],
    said: [/the two passphrases differ: once more$/],
  },
  {
    what: 'an empty one is asked for again',
    typed: ['', 'a'],
    found: 'a',
    asked: [old, old],
    said: [/the passphrase is empty: once more$/],
  },
  {
    what: 'after three that differ there is none',
    isNew: true,
    typed: ['a', 'b', 'a', 'b', 'a', 'b'],
    found: 'usage',
    asked: [fresh, more, fresh, more, fresh, more],
    said: [/differ/, /differ/],
  },
  {
    what: 'blanks are its own',
    typed: [' a '],
    found: ' a ',
    asked: [old],
  },
]

describe('the passphrase that a person types', () => {
  test.each(cases)('$what', async ({ isNew = false, typed, found, asked, said = [] }) => {
    const person = openPerson(typed)
    const passphrase = openPassphrase({ given: () => undefined, ...person })
    const result = await passphrase({ isNew, refused: false }).then(
      (secret) => secret?.reveal(),
      (error: { code: string }) => error.code,
    )
    expect({ result, asked: person.asked }).toEqual({ result: found, asked })
    expect(person.said).toHaveLength(said.length)
    for (const [index, pattern] of said.entries()) expect(person.said[index]).toMatch(pattern)
  })

  test('is found once, and again where it was refused, three times in all', async () => {
    const person = openPerson(['a', 'b', 'c', 'd'])
    const passphrase = openPassphrase({ given: () => undefined, ...person })
    const reveal = async (refused: boolean) =>
      (await passphrase({ isNew: false, refused }))?.reveal()
    expect([await reveal(false), await reveal(false)]).toEqual(['a', 'a'])
    expect([await reveal(true), await reveal(false)]).toEqual(['b', 'b'])
    expect([await reveal(true), await reveal(true)]).toEqual(['c', undefined])
    expect(person.said).toHaveLength(2)
  })

  test('is not asked for where the environment gives one, even a wrong one', async () => {
    const person = openPerson([])
    const passphrase = openPassphrase({ given: () => new Secret('given'), ...person })
    expect((await passphrase())?.reveal()).toBe('given')
    expect(await passphrase({ isNew: false, refused: true })).toBeUndefined()
    expect(person.asked).toEqual([])
  })

  test('is not there where nobody can be asked', async () => {
    const passphrase = openPassphrase({
      given: () => undefined,
      ask: undefined,
      say: () => undefined,
    })
    expect(await passphrase()).toBeUndefined()
    expect(await passphrase({ isNew: true, refused: true })).toBeUndefined()
  })
})

function openPerson(typed: readonly string[]) {
  const left = [...typed]
  const asked: string[] = []
  const said: string[] = []
  return {
    asked,
    said,
    ask: async (label: string) => {
      asked.push(label)
      return left.shift() ?? ''
    },
    say: (text: string) => void said.push(text),
  }
}
