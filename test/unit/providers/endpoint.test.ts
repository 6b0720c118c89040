import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isToknError } from '../../../src/core/errors.ts'
import type { ProviderDefinition } from '../../../src/providers/schema/definition.ts'
import { endpointUrl, followUrl } from '../../../src/providers/interpreter/endpoint.ts'
import type { TemplateValues } from '../../../src/providers/templates/placeholder-values.ts'
import { locateApi } from '../../../src/providers/interpreter/api-location.ts'
import { now } from './reach.ts'
import { define } from './shapes.ts'

const known: TemplateValues = { fields: [], answers: {}, context: {}, baseUrl: '', now }
const nasty = [
  '..%2f..',
  'x?y',
  'x#y',
  '//evil',
  '/evil',
  '\\evil',
  '.',
  '..',
  '',
  '*',
  'a b',
  'a\tb',
  'a\nb',
  'a\0',
  '%2e%2e',
]

function ground(baseUrl = 'https://api.example/v1', more: Partial<ProviderDefinition> = {}) {
  return locateApi(define(more), { baseUrl })
}

function url(path: string, more: Partial<TemplateValues> = {}, at = ground()) {
  return endpointUrl({ method: 'GET', path }, at, { ...known, ...more }).href
}

/** The URL, or nothing where it is refused as it should be. */
function tryUrl(path: string, more: Partial<TemplateValues>): URL | undefined {
  try {
    return new URL(url(path, more))
  } catch (error) {
    if (isToknError(error, 'usage')) return undefined
    throw error
  }
}

describe('the address of a request', () => {
  it.each([
    ['/x', 'https://api.example/v1/x'],
    ['/x/', 'https://api.example/v1/x/'],
    ['/', 'https://api.example/v1/'],
    ['/a:b@c/(d)', 'https://api.example/v1/a:b@c/(d)'],
    ['/a%20b', 'https://api.example/v1/a%20b'],
  ])('%s is %s', (path, href) => expect(url(path)).toBe(href))

  it.each([
    ['jörg', 'j%C3%B6rg'],
    ['a/b', 'a%2Fb'],
    ['a?b#c', 'a%3Fb%23c'],
    ['100%', '100%25'],
    ['...', '...'],
    ['\ud800', '%EF%BF%BD'],
  ])('a value %j is one segment', (value, segment) => {
    expect(url('/u/{context.x}/t', { context: { x: value } })).toBe(
      `https://api.example/v1/u/${segment}/t`,
    )
  })

  it.each([
    ['..%2f..', '..%252f..'],
    ['x?y', 'x%3Fy'],
    ['x#y', 'x%23y'],
    ['//evil', '%2F%2Fevil'],
    ['\\evil', '%5Cevil'],
    ['*', '*'],
    ['a b', 'a%20b'],
    ['%2e%2e', '%252e%252e'],
    ['{SHA512}ab/+=', '%7BSHA512%7Dab%2F%2B%3D'],
    ['ключ', '%D0%BA%D0%BB%D1%8E%D1%87'],
    ['a/../b', 'a%2F..%2Fb'],
    ['a&b=c;d', 'a%26b%3Dc%3Bd'],
  ])('the id %j is one segment', (target, segment) => {
    expect(url('/t/{target}', { target })).toBe(`https://api.example/v1/t/${segment}`)
  })

  it.each(['.', '..', '', 'a\tb', 'a\nb', 'a\0'])('C22: the id %j is none', (target) => {
    expect(() => url('/t/{target}', { target })).toThrow(expect.objectContaining({ code: 'usage' }))
  })

  it.each(['.', '..', '', 'a\0', 'a\r\n'])('the value %j is no segment', (x) => {
    expect(() => url('/u/{context.x}', { context: { x } })).toThrow(
      expect.objectContaining({ code: 'usage' }),
    )
  })

  it.each([
    '/../x',
    '/./x',
    '/\\evil.example',
    '/x?y=1',
    '/x#y',
    'x',
    '.evil.example/',
    '@evil.example/',
    ':8443/x',
    'https://evil.example/x',
    'https://api.example@evil.example/x',
    'http://api.example/x',
    '/a\tb',
    '/a b',
    '/%zz/../x',
  ])('a definition that says %j gets nowhere', (path) => {
    for (const at of [ground(), ground('https://api.example')]) {
      expect(() => url(path, {}, at)).toThrow(expect.objectContaining({ code: 'usage' }))
    }
  })

  it('two slashes are a path, not a host', () => {
    const root = ground('https://api.example')
    expect(url('//evil.example/x', {}, root)).toBe('https://api.example//evil.example/x')
  })

  it('reaches another origin only where it is listed', () => {
    const more = ground('https://api.example', { origins: ['https://id.example'] })
    expect(url('https://id.example/token', {}, more)).toBe('https://id.example/token')
    expect(more.origins).toEqual(['https://api.example', 'https://id.example'])
    expect(() => url('https://id.example:8443/token', {}, more)).toThrow(/below the base URL/)
  })

  it('C22: never leaves the base URL, whatever is filled in', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...nasty), fc.webPath()),
        fc.constantFrom(
          '/a/{context.x}',
          '/{context.x}',
          '/{context.x}/b',
          '/a{context.x}.json',
          '/t/{target}',
        ),
        (value, path) => {
          const found = tryUrl(path, { context: { x: value }, target: value })
          fc.pre(found !== undefined)
          expect(found?.origin).toBe('https://api.example')
          expect(found?.pathname).toMatch(/^\/v1\//)
          expect(`${found?.search}${found?.hash}${found?.username}${found?.password}`).toBe('')
          expect(found?.pathname.split('/').length).toBe(path.split('/').length + 1)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  const from = new URL('https://api.example/v1/tokens')

  it.each([
    ['/next', 'https://api.example/next'],
    ['?page=2', 'https://api.example/v1/tokens?page=2'],
    ['https://api.example/a#b', 'https://api.example/a'],
  ])('the next page %s is %s', (text, href) => {
    expect(followUrl(text, from, ground()).href).toBe(href)
  })

  it.each([
    'https://evil.example/',
    '//evil.example/',
    'http://api.example/',
    'https://u:p@api.example/',
    'https://api.example:8443/',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'http://[',
  ])('the next page is not %s', (text) => {
    expect(() => followUrl(text, from, ground())).toThrow(/is at another origin/)
  })
})

describe('a base URL', () => {
  it.each([
    ['https://api.example', '', 'https://api.example'],
    ['https://api.example/', '/api', 'https://api.example/api'],
    ['https://api.example/api', '/api', 'https://api.example/api'],
    ['https://api.example/api/', '/api/v1', 'https://api.example/api/v1'],
    ['https://api.example/x/api/v1', '/api/v1', 'https://api.example/x/api/v1'],
    ['https://api.example/myapi', '/api', 'https://api.example/myapi/api'],
    ['https://API.example.', '', 'https://api.example'],
    ['http://127.0.0.1:8080', '', 'http://127.0.0.1:8080'],
    ['http://[::1]:1', '', 'http://[::1]:1'],
    ['http://localhost', '', 'http://localhost'],
    ['http://0x7f.1', '', 'http://127.0.0.1'],
  ])('%s with %s is %s', (baseUrl, basePath, found) => {
    const more = basePath === '' ? {} : { basePath }
    expect(ground(baseUrl, more).baseUrl).toBe(found)
  })

  it.each([
    'http://api.example',
    'http://localhost.evil.com',
    'http://127.0.0.1.evil.com',
    'ftp://api.example',
    'https://u:p@api.example',
    'https://api.example?x',
    'https://api.example/#x',
    'api.example',
    '',
  ])('%s is none', (baseUrl) => {
    expect(() => ground(baseUrl)).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})
