import { describe, expect, it } from 'vitest'
import { openVariables } from '../../../src/app/variables.ts'

const variables = (environment: Record<string, string>, file = '') =>
  openVariables(environment, () => file)

describe('TOKN_SCOPE', () => {
  it.each([
    ['read', ['read']],
    ['read,write', ['read', 'write']],
    ['read, write', ['read', 'write']],
    ['read,', ['read']],
    [',read', ['read']],
    ['read,,write', ['read', 'write']],
    ['read, ,write', ['read', 'write']],
    [' read , write ', ['read', 'write']],
    ['GET /objects, GET /tokens,', ['GET /objects', 'GET /tokens']],
    [' ', undefined],
    [',', undefined],
    [' , ', undefined],
    ['', undefined],
  ])('%j names %j', (text, scopes) => {
    expect(variables({ TOKN_SCOPE: text }).scopes).toEqual(scopes)
  })

  it('may be in a file', () => {
    expect(variables({ TOKN_SCOPE_FILE: 'scopes' }, 'a, b,').scopes).toEqual(['a', 'b'])
  })
})

describe('TOKN_API_URL', () => {
  it.each([
    ['https://a.example', ['https://a.example']],
    ['https://a.example/v1/', ['https://a.example']],
    ['https://a.example, https://b.example:8443', ['https://a.example', 'https://b.example:8443']],
    ['https://a.example https://b.example', ['https://a.example', 'https://b.example']],
    ['https://a.example,', ['https://a.example']],
    [', https://a.example ,', ['https://a.example']],
    ['http://127.0.0.1:9/x', ['http://127.0.0.1:9']],
    [',', undefined],
    ['', undefined],
  ])('%j names %j', (text, origins) => {
    expect(variables({ TOKN_API_URL: text }).apiUrls).toEqual(origins)
  })

  it.each(['a.example', 'ftp://a.example', 'https://a.example,b', 'http://a.example'])(
    'is not %j',
    (text) => {
      expect(() => variables({ TOKN_API_URL: text }).apiUrls).toThrow(/^TOKN_API_URL/)
    },
  )
})

describe('the variable with the token of a profile', () => {
  it.each<readonly [string | undefined, Record<string, string>, string | undefined]>([
    [undefined, { TOKN_TOKEN: 'x', TOKN_WEB_TOKEN: 'y' }, 'TOKN_TOKEN'],
    ['web', { TOKN_TOKEN: 'x', TOKN_WEB_TOKEN: 'y' }, 'TOKN_WEB_TOKEN'],
    ['web', { TOKN_TOKEN: 'x', TOKN_WEB_TOKEN: '' }, 'TOKN_TOKEN'],
    ['a.b-c', { TOKN_A_B_C_TOKEN: 'x' }, 'TOKN_A_B_C_TOKEN'],
    ['iot', { TOKN_WEB_TOKEN: 'y' }, undefined],
    ...['access', 'refresh', 'id', 'subject', 'ci.request'].map(
      (name) =>
        [name, { [`TOKN_${name.toUpperCase().replace('.', '_')}_TOKEN`]: 'x' }, undefined] as const,
    ),
  ])('of %j in %j: %s', (profile, environment, variable) => {
    expect(variables(environment).token(profile)?.variable).toBe(variable)
    expect(variables(environment).tokenVariable(profile)).toBe(variable)
  })

  it('may name a file, which is not read to find that out', () => {
    const closed = openVariables({ TOKN_WEB_TOKEN_FILE: '/gone' }, () => {
      throw new Error('read')
    })
    expect(closed.tokenVariable('web')).toBe('TOKN_WEB_TOKEN_FILE')
    expect(() => closed.token('web')).toThrow('read')
  })
})
