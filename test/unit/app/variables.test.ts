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
