import { describe, expect, it } from 'vitest'
import { isToknError } from '../../../src/core/errors.ts'
import { parseRecord, serializeRecord, type SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'

const record: SessionRecord = {
  v: 1,
  profileId: 'p',
  generation: 3,
  provider: 'oz',
  binding: { provider: 'oz' },
  definition: undefined,
  origins: ['https://a.example'],
  attach: { headers: { 'X-T': '{access}' }, query: {}, cookies: {} },
  access: new Secret('access-"\\\n-ä'),
  refresh: new Secret('refresh-1'),
  expiry: { state: 'at', at: 5, sliding: true },
  refreshExpiry: undefined,
  signingKey: { id: 'AK', secret: new Secret('key-1'), session: new Secret('session-1') },
  obtainedAt: 4,
  id: '66a',
  name: 'ci',
  scopes: ['GET /x'],
  context: { userId: '7' },
  grant: { name: 'ci', scopes: ['GET /x'], lifetime: 60, audience: undefined, resource: undefined },
  credentials: { password: new Secret('pä"ss') },
  fixed: undefined,
}

describe('a record', () => {
  it('comes back as it went', () => {
    const back = parseRecord(serializeRecord(record), 'p')
    expect(back).toEqual({
      ...record,
      access: expect.any(Secret),
      refresh: expect.any(Secret),
      signingKey: { id: 'AK', secret: expect.any(Secret), session: expect.any(Secret) },
      credentials: { password: expect.any(Secret) },
    })
    expect(back.access.reveal()).toBe('access-"\\\n-ä')
    expect(back.refresh?.reveal()).toBe('refresh-1')
    expect(back.signingKey?.secret.reveal()).toBe('key-1')
    expect(back.signingKey?.session?.reveal()).toBe('session-1')
    expect(back.credentials?.['password']?.reveal()).toBe('pä"ss')
  })

  it.each([{}, { id: 'AK' }, { id: 7, secret: 's' }, 'AK', ['AK', 's']])(
    'has no signing key where half of it is stored: %j',
    (signingKey) => {
      const text = JSON.stringify({ ...JSON.parse(serializeRecord(record)), signingKey })
      expect(parseRecord(text, 'p').signingKey).toBeUndefined()
    },
  )

  it('is refused under another profile', () => {
    expect(() => parseRecord(serializeRecord(record), 'q')).toThrow('damaged')
  })

  it('is refused when cut off anywhere, without a word of it in the message', () => {
    const text = serializeRecord(record)
    for (let length = 0; length < text.length; length++) {
      try {
        parseRecord(text.slice(0, length), 'p')
        expect.unreachable()
      } catch (error) {
        expect(isToknError(error, 'store')).toBe(true)
        expect(String(error)).not.toContain('access-')
      }
    }
  })

  it.each([
    '[]',
    'null',
    '"x"',
    '42',
    '{}',
    '{"v":2}',
    '{"v":1,"profileId":"p","access":"","generation":1}',
    '{"v":1,"profileId":"p","access":"a","generation":"1"}',
    '{"v":1,"profileId":"p","access":"a","generation":1.5}',
  ])('is not %s', (text) => {
    expect(() => parseRecord(text, 'p')).toThrow('damaged')
  })

  it('does not pollute', () => {
    parseRecord(
      '{"v":1,"profileId":"p","access":"abcd","generation":1,"__proto__":{"polluted":1},"context":{"__proto__":"x"}}',
      'p',
    )
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it.each([
    [
      { state: 'dead', at: 7, why: 'it was revoked' },
      { state: 'dead', at: 7, why: 'it was revoked' },
    ],
    [{ state: 'unrenewable' }, { state: 'unrenewable', at: 0, why: 'nothing more is known' }],
    [{ state: 'alive', at: 7, why: 'x' }, undefined],
    ['dead', undefined],
    [null, undefined],
  ])('reads the standing %j as %j', (standing, expected) => {
    const text = JSON.stringify({ ...JSON.parse(serializeRecord(record)), standing })
    expect(parseRecord(text, 'p').standing).toEqual(expected)
  })
})
