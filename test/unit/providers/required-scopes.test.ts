import { describe, expect, it } from 'vitest'
import { missingScope } from '../../../src/providers/interpreter/required-scopes.ts'
import { rightech } from '../../../src/providers/builtin/rightech.ts'

const words = { ...rightech, scopes: { form: 'any' as const }, needs: { list: 'tokens:read' } }

describe('a scope that an operation needs', () => {
  it.each([
    [['GET /tokens']],
    [['GET /objects', 'GET /tokens']],
    [['GET /api/v1/tokens']],
    [['get /tokens']],
    [['GET /*']],
    [['* /tokens']],
    [['* /**']],
    [['GET /:anything']],
    // Nothing known, and words that are not ours to judge.
    [undefined],
    [[]],
    [['GET /objects', 'everything']],
  ])('is there, or may be, in %j', (scopes) => {
    expect(missingScope(rightech, 'list', scopes)).toBeUndefined()
  })

  it.each([
    [['GET /objects']],
    [['POST /tokens']],
    [['GET /tokens/:id']],
    [['GET /api/v2/tokens']],
    [['GET /']],
    [['GET /token']],
    [['GET /models/*']],
    [['GET /objects', 'POST /tokens', 'DELETE /tokens/:id']],
  ])('is not there in %j', (scopes) => {
    expect(missingScope(rightech, 'list', scopes)).toBe('GET /tokens')
  })

  it('for one token of many may be enough', () => {
    const may = (scope: string) => missingScope(rightech, 'revoke', [scope]) === undefined
    expect(may('DELETE /tokens/62197f93')).toBe(true)
    expect(may('DELETE /tokens/*')).toBe(true)
    expect(may('DELETE /tokens')).toBe(false)
  })

  it.each([
    [['tokens:read'], undefined],
    [['other', 'tokens:read'], undefined],
    [['tokens:*'], undefined],
    [['tokens'], undefined],
    [['*'], undefined],
    [['tokens:write'], 'tokens:read'],
    [['token'], 'tokens:read'],
    [['tokens:read:one'], 'tokens:read'],
  ])('of words: %j lacks %j', (scopes, lacking) => {
    expect(missingScope(words, 'list', scopes)).toBe(lacking)
  })

  it('is none where the definition names none', () => {
    expect(missingScope({ ...rightech, needs: undefined }, 'list', ['x y'])).toBeUndefined()
    expect(missingScope(rightech, 'login', ['GET /objects'])).toBeUndefined()
  })
})
