import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRequest } from '../../../src/agent/requests.ts'

describe('a request', () => {
  it.each<[string, ReturnType<typeof readRequest>]>([
    ['GET /token/web', { kind: 'token', profile: 'web' }],
    ['HEAD /token/web', { kind: 'token', profile: 'web' }],
    ['GET /token/web?min_ttl=10m', { kind: 'token', profile: 'web', minTtl: 600_000 }],
    ['GET /token/web?min_ttl=0s', { kind: 'token', profile: 'web', minTtl: 0 }],
    ['GET /header/a.b-c_1', { kind: 'header', profile: 'a.b-c_1' }],
    ['POST /auth/web?rejected=7', { kind: 'auth', profile: 'web', rejected: 7 }],
    ['GET /status', { kind: 'status' }],
    ['POST /stop', { kind: 'stop' }],
    [
      'GET /session/web?min_ttl=5&refresh=force&beyond=3&reason=rejected',
      {
        kind: 'session',
        profile: 'web',
        minTtl: 5,
        refresh: 'force',
        beyond: 3,
        reason: 'rejected',
      },
    ],
  ])('%s', (line, asked) => {
    expect(read(line)).toEqual(asked)
  })

  it('names a place by its origin', () => {
    const asked = read('GET /get?uri=https%3A%2F%2Fapi.example%2Fv1%3Fq%3D1')
    expect(asked).toMatchObject({ kind: 'get', uri: new URL('https://api.example/v1?q=1') })
    const auth = read('GET /auth/web?for=https%3A%2F%2Fapi.example%2Fv1')
    expect(auth).toMatchObject({ for: new URL('https://api.example/v1') })
  })

  it.each([
    [404, 'GET /'],
    [404, 'GET '],
    [404, 'GET *'],
    [404, 'GET /token'],
    [404, 'GET /token/'],
    [404, 'GET /token/a/b'],
    [404, 'GET /token/../web'],
    [404, 'GET /token/%77eb'],
    [404, 'GET /token/WEB'],
    [404, 'GET /token/__proto__'],
    [404, 'GET /status/web'],
    [404, 'GET //token/web'],
    [404, 'GET http://tokn/token/web'],
    [404, 'GET /constructor'],
    [405, 'POST /token/web'],
    [405, 'PUT /auth/web'],
    [405, 'GET /stop'],
    [405, 'POST /status'],
    [400, 'GET /token/web?min_tll=10m'],
    [400, 'GET /token/web?min_ttl=10'],
    [400, 'GET /token/web?min_ttl='],
    [400, 'GET /token/web?min_ttl=1m&min_ttl=2m'],
    [400, 'GET /token/web?__proto__=1'],
    [400, 'GET /auth/web?rejected=-1'],
    [400, 'GET /auth/web?rejected=1e3'],
    [400, 'GET /auth/web?rejected=9999999999999999'],
    [400, 'GET /auth/web?for=api.example'],
    [400, 'GET /auth/web?for=file:///etc/passwd'],
    [400, 'GET /auth/web?for='],
    [400, 'GET /auth/web?for=https://api.example%5C@other.example/'],
    [400, 'GET /auth/web?for=https:api.example'],
    [400, 'GET /auth/web?for=https:///api.example'],
    [400, 'GET /auth/web?for=https:%5C%5Capi.example'],
    [400, 'GET /auth/web?for=%20https://api.example/'],
    [400, 'GET /auth/web?for=https://api.exa%0Ample/'],
    [400, 'GET /get?uri=https://api.example%5C@other.example/'],
    [400, 'GET /token/web?min_ttl=0zzz'],
    [400, 'GET /token/web?min_ttl=-1s'],
    [400, 'GET /session/web?refresh=maybe'],
    [400, 'GET /session/web?reason=login'],
    [400, 'GET /session/web?id_token=1'],
    [400, 'GET /get'],
    [400, 'GET /get?uri=web'],
    [400, 'GET /status?a=1'],
  ])('%i: %s', (status, line) => {
    expect(read(line)).toEqual({ kind: 'wrong', status })
  })

  it('of any kind is read or refused, and names none but a profile', () => {
    let named = 0
    const isRead = (method: string, kind: string, rest: string, query: string) => {
      const asked = readRequest(method, `/${kind}${rest}${query}`)
      if (!('profile' in asked) || asked.profile === undefined) return true
      named++
      return /^[a-z0-9][a-z0-9._-]*$/.test(asked.profile)
    }
    const usually = (...texts: readonly string[]) =>
      fc.oneof(
        { arbitrary: fc.constantFrom(...texts), weight: 9 },
        { arbitrary: fc.string({ maxLength: 8 }), weight: 1 },
      )
    const key = usually('min_ttl', 'rejected', 'for', 'refresh', 'beyond', 'reason')
    const value = usually('1', '10m', 'force', 'rejected', 'https://a.example/')
    const parts = fc.tuple(
      usually('GET', 'HEAD', 'POST'),
      usually('token', 'header', 'auth', 'session'),
      usually('web', 'a.b-c_1', 'x9', '../web', 'WEB', '%77eb', 'a/b', '').map((one) => `/${one}`),
      fc.oneof(
        fc.constant(''),
        fc.tuple(key, value).map((pair) => `?${pair.join('=')}`),
      ),
    )
    const property = fc.property(parts, (drawn) => isRead(...drawn))
    expect(() => fc.assert(property, { numRuns: 1_000 })).not.toThrow()
    // Were all of them refused, it would have shown nothing.
    expect(named).toBeGreaterThan(20)
  })
})

function read(line: string) {
  const [method = '', target = ''] = line.split(' ')
  return readRequest(method, target)
}
