import { describe, expect, it } from 'vitest'
import { readPastedCallback } from '../../../src/providers/oauth/flows/pasted-callback.ts'

const issuer = 'https://sso.example.com'
const asked = { state: 'the-state' }

function read(text: string, namesItself = false) {
  const server = { issuer, authorization_response_iss_parameter_supported: namesItself }
  const pasted = readPastedCallback(text, asked, { server, issuer: new URL(issuer) })
  if ('problem' in pasted) return pasted.problem
  const { state, iss, ...rest } = Object.fromEntries(pasted.answer)
  expect(state).toBe('the-state')
  expect(iss ?? issuer).toBe(issuer)
  return { ...rest, tied: pasted.tied }
}

const whole = 'http://127.0.0.1:8765/cb?code=c0de&state=the-state'
const found = { code: 'c0de', tied: true }
const alone = { code: 'c0de', tied: false }

describe('what is pasted after a login in a browser elsewhere', () => {
  it.each([
    whole,
    ` ${whole}\r\n`,
    `"${whole}"`,
    `'${whole}'`,
    `<${whole}>`,
    `\u201c${whole}\u201d`,
    `\ufeff${whole}`,
    `${whole.slice(0, 30)}\n  ${whole.slice(30)}`,
    `${whole.slice(0, 30)}\r\n${whole.slice(30, 50)}\n${whole.slice(50)}`,
    `${whole}&iss=${encodeURIComponent(issuer)}`,
    `${whole}#`,
    `${whole}#_=_`,
    'code=c0de&state=the-state',
    '?code=c0de&state=the-state',
    '/cb?code=c0de&state=the-state',
    'localhost:8765/cb?code=c0de&state=the-state',
    'com.example.app:/cb?state=the-state&code=c0de',
    'https://app.example.com/cb#code=c0de&state=the-state',
  ])('is found in %j', (text) => {
    expect(read(text)).toEqual(found)
  })

  it.each(['c0de', ' c0de\n', '"c0de"', '`c0de`', 'c0de#the-state', 'code=c0de', 'c0\nde'])(
    'is found in %j, which nothing ties to this login',
    (text) => {
      expect(read(text)).toEqual(alone)
      expect(read(text, true)).toEqual(alone)
    },
  )

  it.each([
    ['4/0AbC-d_~.xyz', '4/0AbC-d_~.xyz'],
    ['4%2F0AbC', '4/0AbC'],
    ['100%', '100%'],
    ['a%zz', 'a%zz'],
    ['a%0Ab', 'a%0Ab'],
    ['a#b', 'a#b'],
    ['SplxlOBeZQQYbYS6WxSbIA', 'SplxlOBeZQQYbYS6WxSbIA'],
    ['M.C123_BAY.2.U!abc*$$', 'M.C123_BAY.2.U!abc*$$'],
  ])('a bare code %s is %s', (text, code) => {
    expect(read(text)).toEqual({ code, tied: false })
  })

  it('may be an error, and then needs no state', () => {
    expect(read('https://app.example.com/cb?error=access_denied&state=the-state')).toEqual({
      error: 'access_denied',
      tied: true,
    })
    expect(read('https://app.example.com/cb?error=access_denied')).toEqual({
      error: 'access_denied',
      tied: false,
    })
    expect(read('error=access_denied&state=other')).toBe('foreign')
  })

  it.each([
    'http://127.0.0.1:8765/cb?code=c0de&state=other',
    'code=c0de&state=other',
    'code=c0de&state=',
    'code=c0de&state=the-state&state=the-state',
    `${whole}&iss=https://evil.example`,
    `${whole}&iss=${encodeURIComponent(issuer)}&iss=${encodeURIComponent(issuer)}`,
    'http://127.0.0.1:8765/cb',
    'https://evil.example/',
  ])('is of another login: %j', (text) => {
    expect(read(text)).toBe('foreign')
  })

  it('must name the server where that always names itself and nothing was cut off', () => {
    expect(read(whole, true)).toBe('foreign')
    expect(read(`${whole}&iss=${encodeURIComponent(issuer)}`, true)).toMatchObject({ tied: true })
    expect(read('code=c0de&state=the-state', true)).toMatchObject({ tied: true })
  })

  it.each([
    'https://sso.example.com/authorize?client_id=app&response_type=code&state=the-state',
    'https://sso.example.com/authorize?client_id=app&request_uri=urn:x',
    'https://sso.example.com/authorize?x=1&state=the-state',
    'http://127.0.0.1:8765/cb?code=&state=the-state',
  ])('is where the browser was to start: %s', (text) => {
    expect(read(text)).toBe('start')
  })

  it.each([
    '',
    '  ',
    '""',
    'two words',
    'code=',
    'error=',
    'state=x',
    'c\u0000de',
    'c\u202ede',
    'cödé',
    `${'a'.repeat(70_000)}`,
  ])('is nothing: %j', (text) => {
    expect(read(text)).toBe('unreadable')
  })
})
