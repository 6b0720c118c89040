import { describe, expect, it } from 'vitest'
import {
  readScopes,
  scopesOfFlags,
  scopesOfSetting,
  writeScopes,
} from '../../../src/providers/oauth/settings/scope-words.ts'

const space = { scope_separator: 'space' }
const comma = { scope_separator: 'comma' }
const plus = { scope_separator: 'plus' }

describe('scopes in a reply', () => {
  it.each([
    ['repo user', {}, [], ['repo', 'user']],
    ['repo,user', {}, [], ['repo', 'user']],
    ['repo, user', {}, ['repo', 'user'], ['repo', 'user']],
    ['a,b', {}, ['a,b'], ['a,b']],
    ['a,b c', {}, ['a,b', 'c'], ['a,b', 'c']],
    ['a,b,c', {}, ['a,b', 'c'], ['a,b', 'c']],
    ['c,a,b', {}, ['a,b', 'c'], ['c', 'a,b']],
    ['a,b,c', {}, ['a,b', 'a,b,c'], ['a,b,c']],
    ['a,bc', {}, ['a,b'], ['a', 'bc']],
    [',,a,', {}, [], ['a']],
    ['', {}, ['a,b'], []],
    ['x,y', space, [], ['x,y']],
    ['x,y', space, ['z'], ['x,y']],
    ['repo,user', space, ['repo', 'user'], ['repo', 'user']],
    ['a,b', space, ['a,b'], ['a,b']],
    ['a,b', comma, ['a,b'], ['a', 'b']],
    ['a+b c', plus, [], ['a', 'b', 'c']],
    ['a+b', {}, [], ['a+b']],
  ])('%j by %j, asked for %j: %j', (text, settings, known, scopes) => {
    expect(readScopes(text, settings, known)).toEqual(scopes)
  })
})

it('has the scopes of a setting as before, and as written where a separator is named', () => {
  expect(scopesOfSetting({ scope: 'a,b c' })).toEqual(['a', 'b', 'c'])
  expect(scopesOfSetting({ scope: 'a,b c', ...space })).toEqual(['a,b', 'c'])
  expect(scopesOfSetting({ scope: 'a,b c', ...comma })).toEqual(['a', 'b', 'c'])
  expect(scopesOfSetting({ scope: 'a+b,c', ...plus })).toEqual(['a', 'b,c'])
  expect(scopesOfSetting({})).toEqual([])
})

it('has the scopes of flags as they are written', () => {
  expect(scopesOfFlags(['a,b', 'c d'], {})).toEqual(['a,b', 'c', 'd'])
  expect(scopesOfFlags(['a,b'], comma)).toEqual(['a', 'b'])
  expect(scopesOfFlags([' '], {})).toEqual([])
})

it('writes them with what the server has between', () => {
  expect(writeScopes('a b', {})).toBe('a b')
  expect(writeScopes('a b', comma)).toBe('a,b')
  expect(writeScopes('a b', plus)).toBe('a+b')
})

it('reads as long a reply as a server may send', () => {
  const text = 'a,'.repeat(100_000)
  expect(readScopes(text, {}, ['b,c'])).toHaveLength(100_000)
  const many = Array.from({ length: 50_000 }, (_, at) => `x,${at}`)
  expect(readScopes(text, space, many)).toHaveLength(1)
})
