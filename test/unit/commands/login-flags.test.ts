import { describe, expect, it } from 'vitest'
import { withoutYes } from '../../../src/commands/flags/login.ts'
import { readPairs } from '../../../src/commands/flags/pairs.ts'
import { isQuiet } from '../../../src/commands/output/json.ts'

describe('a flag with a name and a value', () => {
  it('has a name up to the first sign, and all that follows for a value', () => {
    const texts = ['a=b=c', 'scopes.list=/x', 'empty=', 'a=last']
    const pairs = { a: 'last', 'scopes.list': '/x', empty: '' }
    expect(readPairs(texts, '--set', 'NAME=VALUE')).toEqual(pairs)
    expect(readPairs(undefined, '--set', 'NAME=VALUE')).toEqual({})
  })

  it.each(['', 'name', '=value'])('is refused as %j', (text) => {
    expect(() => readPairs([text], '--set', 'NAME=VALUE')).toThrow(
      expect.objectContaining({ code: 'usage' }),
    )
  })
})

it.each([
  [{}, false],
  [{ quiet: true }, true],
  [{ json: true }, true],
  [{ fields: 'profile' }, true],
  [{ json: true, quiet: true }, true],
])('%j: nothing is said beside the answer: %s', (flags, quiet) => {
  expect(isQuiet(flags)).toBe(quiet)
})

it('an answer given beforehand is taken out, and nothing else', () => {
  expect(withoutYes({ yes: true, input: false })).toEqual({ input: false })
})
