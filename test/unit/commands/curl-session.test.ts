import { describe, expect, it } from 'vitest'
import { readCurlArguments } from '../../../src/commands/curl/arguments.ts'
import { curlRequestConfig } from '../../../src/commands/curl/config.ts'
import { amendsFor, demandedNonce, methodOf } from '../../../src/commands/curl/proof.ts'
import { fitToSession } from '../../../src/commands/curl/session.ts'
import type { AttachedToken } from '../../../src/session/attach-token.ts'

const nothing: AttachedToken = { headers: [], query: [], cookies: [] }
const inQuery: AttachedToken = { ...nothing, query: [['oauth token', 'a/b+c&d']] }
const inHeader: AttachedToken = { ...nothing, headers: [['X-Token', 'abc']] }
const inCookie: AttachedToken = { ...nothing, cookies: [['session', 'abc']] }
const [first, second] = ['https://api.example/d/1?x', 'https://api.example/d/2']

function fit(carried: AttachedToken, words: readonly string[], files: Record<string, string> = {}) {
  const { urls, options, headers } = fitToSession(
    readCurlArguments(words),
    carried,
    false,
    (path) => files[path] ?? '',
  )
  return {
    urls: urls.map(({ href }) => href),
    options: options.map(({ name, value }) => (value === undefined ? name : `${name} ${value}`)),
    headers,
  }
}

describe('where answers go', () => {
  it.each([
    [inHeader, ['-O', first], ['remote-name']],
    [inQuery, ['-O', first], ['output 1']],
    [inQuery, [first, second, '-o', 'f', '-O'], ['output f', 'output 2']],
    [inQuery, ['-O', first, '-sO', second], ['output 1', 'silent', 'output 2']],
    [inQuery, ['--remote-name-all', '-o', 'f', first, second], ['output f', 'output 2']],
    [inHeader, ['--remote-name-all', first, second], ['remote-name', 'remote-name']],
    [inQuery, ['-O', 'https://api.example/-'], ['output ./-']],
  ])('%j %j', (carried, words, options) => {
    expect(fit(carried, words).options).toEqual(options)
  })

  it.each([
    [['-O', 'https://api.example/d/'], 'has no file name'],
    [['-OJ', first], 'with -J'],
  ])('%j has no good place, with the token in the address', (words, text) => {
    expect(() => fit(inQuery, words)).toThrow(text)
    expect(() => fit(inHeader, words)).not.toThrow()
  })
})

describe('what is uploaded', () => {
  it.each([
    [['-T', 'a/b c.txt', 'https://api.example/d/'], 'https://api.example/d/b%20c.txt'],
    [['-T', "it's(1)*", 'https://api.example'], 'https://api.example/it%27s%281%29%2A'],
    [['-T', 'f', 'https://api.example/d/?x=1'], 'https://api.example/d/f?x=1'],
    [['-T', 'f', 'https://api.example/d'], 'https://api.example/d'],
    [['-T', '-', 'https://api.example/d/'], 'https://api.example/d/'],
    [['-T', '.', 'https://api.example/d/'], 'https://api.example/d/'],
    [['-d', 'f', 'https://api.example/d/'], 'https://api.example/d/'],
  ])('%j goes to %s', (words, url) => {
    expect(fit(inHeader, words).urls).toEqual([url])
  })
})

describe('headers', () => {
  it.each([
    [inHeader, 'X-Token: mine'],
    [inHeader, 'x-token:'],
    [inHeader, 'X-TOKEN;'],
    [inCookie, 'Cookie: a=b'],
    [inHeader, 'Host: evil.example'],
    [inHeader, 'hOsT:'],
    [inHeader, ' Host: evil.example'],
    [inHeader, 'Host : evil.example'],
    [inHeader, ':authority: evil.example'],
    [inHeader, 'no header'],
    [inHeader, ''],
  ])('%j with -H %j is refused, in a file as well', (carried, header) => {
    expect(() => fit(carried, ['-H', header, first])).toThrow(
      expect.objectContaining({ code: 'usage' }),
    )
    if (header === '') return
    expect(() => fit(carried, ['-H', '@f', first], { f: `A: b\r\n${header}` })).toThrow(
      expect.objectContaining({ code: 'usage' }),
    )
  })

  it('are taken as they are, and those of a file are no arguments', () => {
    const words = ['-H', 'Cookie: a=b', '-H', '@f', '-H', 'Authorization: Basic x', first]
    expect(fit(inHeader, words, { f: 'A: "b"\r\n\r\nB: c\n' })).toMatchObject({
      options: ['header Cookie: a=b', 'header Authorization: Basic x'],
      headers: ['A: "b"', 'B: c'],
    })
  })
})

describe('cookies beside a token that is one', () => {
  it('go in one header with it; files of them stay what they are', () => {
    const words = ['-b', 'a=b', '-b', 'jar', '-b', '@x=y', '-b', 'c="d"; e=f', first]
    const { urls, options, ...rest } = fitToSession(
      readCurlArguments(words),
      inCookie,
      false,
      String,
    )
    expect(options.map(({ value }) => value)).toEqual(['jar', '@x=y'])
    const route = { close: () => undefined }
    expect(curlRequestConfig({ carried: inCookie, urls, route, ...rest })).toBe(
      `cookie = "session=abc; a=b; c=\\"d\\"; e=f"\nurl = "${first}"\n`,
    )
    expect(fit(inHeader, words).options.length).toBe(4)
  })
})

describe('the configuration', () => {
  const write = (carried: AttachedToken, url: string, way = {}) =>
    curlRequestConfig({
      carried,
      headers: [],
      cookies: [],
      urls: [new URL(url)],
      route: { close: () => undefined, ...way },
    })

  it('leaves the query as it was written, and puts the token behind it', () => {
    for (const [url, query] of [
      ['https://api.example/', '?'],
      ['https://api.example/?', '?'],
      ['https://api.example/?a=b%20c&d&e=f+g~', '?a=b%20c&d&e=f+g~&'],
    ] as const) {
      expect(write(inQuery, url)).toBe(
        `url = "https://api.example/${query}oauth%20token=a%2Fb%2Bc%26d"\n`,
      )
    }
  })

  it('quotes what curl would read in another way', () => {
    const odd = { ...nothing, headers: [['X', 'a"b\\c\td']] as const }
    expect(write(odd, first)).toBe(`header = "X: a\\"b\\\\c\\td"\nurl = "${first}"\n`)
    const way = { certificate: '/a:b\\"c\nd', key: '/k"' }
    expect(write(nothing, first, way)).toContain(
      'cert = "/a\\\\:b\\\\\\\\\\"c\\nd"\nkey = "/k\\""\n',
    )
  })

  it('names the port of a proxy, and its credentials', () => {
    for (const [proxy, told] of [
      ['http://proxy.example', 'http://proxy.example:80'],
      ['https://proxy.example/', 'https://proxy.example:443'],
      ['http://me:a%22b@proxy.example:3128', 'http://me:a%22b@proxy.example:3128'],
      ['http://[::1]:8080', 'http://[::1]:8080'],
    ] as const) {
      expect(write(nothing, first, { proxy: new URL(proxy) })).toContain(`proxy = "${told}"\n`)
    }
  })
})

describe('what a proof is for', () => {
  it.each([
    [[], 'GET'],
    [['-I'], 'HEAD'],
    [['-d', 'x'], 'POST'],
    [['--json', 'x'], 'POST'],
    [['-F', 'a=b'], 'POST'],
    [['--form-string', 'a=b'], 'POST'],
    [['--data-urlencode', 'x'], 'POST'],
    [['-T', 'f'], 'PUT'],
    [['-G', '-d', 'x'], 'GET'],
    [['-G', '-I', '-d', 'x'], 'HEAD'],
    [['-X', 'patch', '-d', 'x'], 'patch'],
    [['-X', 'GET', '-X', 'PUT'], 'PUT'],
    [['--form-escape', '--url-query', 'a'], 'GET'],
    [['-o', '-d', '-H', 'A: -d'], 'GET'],
  ])('%j: %s', (words, method) => {
    expect(methodOf(readCurlArguments([...words, first]).options)).toBe(method)
  })

  const challenge = 'WWW-Authenticate: DPoP error="use_dpop_nonce"'
  it.each([
    [`HTTP/1.1 401 Unauthorized\r\n${challenge}\r\nDPoP-Nonce: abc`, 'abc'],
    [`HTTP/2 401 \r\n${challenge.toLowerCase()}\r\ndpop-nonce:  a~b `, 'a~b'],
    [
      `HTTP/1.1 401 X\r\nWWW-Authenticate: Bearer, DPoP algs="ES256", error=use_dpop_nonce\r\nDPoP-Nonce: a`,
      'a',
    ],
    [`HTTP/1.1 401 X\r\nWWW-Authenticate: Bearer\r\n${challenge}\r\nDPoP-Nonce: a`, 'a'],
    [`HTTP/1.1 400 X\r\n${challenge}\r\nDPoP-Nonce: abc`, undefined],
    [`HTTP/1.1 401 X\r\n${challenge}`, undefined],
    [`HTTP/1.1 401 X\r\n${challenge}\r\nDPoP-Nonce: `, undefined],
    [`HTTP/1.1 401 X\r\n${challenge}\r\nDPoP-Nonce: a b`, undefined],
    [`HTTP/1.1 401 X\r\n${challenge}\r\nDPoP-Nonce: ${'a'.repeat(1_025)}`, undefined],
    [
      `HTTP/1.1 401 X\r\nWWW-Authenticate: DPoP error="use_dpop_nonce_not"\r\nDPoP-Nonce: a`,
      undefined,
    ],
    [`HTTP/1.1 401 X\r\nDPoP-Nonce: a`, undefined],
  ])('%j demands the nonce %s', (head, nonce) => {
    expect(demandedNonce(head)).toBe(nonce)
  })

  const now = Date.UTC(2026, 10, 25, 10, 0, 0)
  const refusal = (error: string, ahead: number, more = '') => {
    const date = new Date(now + ahead * 1_000).toUTCString()
    return `HTTP/1.1 401 X\r\nDate: ${date}\r\nWWW-Authenticate: DPoP error="${error}"${more}`
  }

  it.each([45, -45, 2, -3, 3_600, -172_800])('a proof %d s off is made anew', (ahead) => {
    for (const error of ['invalid_dpop_proof', 'invalid_token']) {
      const amends = amendsFor(refusal(error, ahead), now)
      expect(amends).toEqual({ nonce: undefined, ahead: ahead * 1_000 })
    }
    const demand = refusal('use_dpop_nonce', ahead, '\r\nDPoP-Nonce: abc')
    expect(amendsFor(demand, now)).toEqual({ nonce: 'abc', ahead: ahead * 1_000 })
  })

  it.each([
    ['of the right time', refusal('invalid_dpop_proof', 0)],
    ['of the right second', refusal('invalid_dpop_proof', -1)],
    ['refused for something else', refusal('insufficient_scope', 90)],
    ['refused with another status', refusal('invalid_dpop_proof', 90).replace('401', '400')],
    ['refused without a date', refusal('invalid_dpop_proof', 90).replace(/Date: .*\r\n/, '')],
    ['refused by a cache', refusal('invalid_dpop_proof', -90, '\r\nAge: 90')],
    ['that is none', refusal('invalid_token', 90).replace('DPoP', 'Bearer')],
  ])('a proof %s is not', (_, head) => {
    expect(amendsFor(head, now)).toBeUndefined()
  })
})
