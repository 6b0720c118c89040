import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDestination } from '../../../src/commands/destination.ts'
import { isToknError } from '../../../src/core/errors.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import type { Ports } from '../../../src/session/ports.ts'

const origins = ['https://api.example.com', 'http://127.0.0.1:8080']
const record = { origins, profileId: 'one' } as unknown as SessionRecord
/** There are no other profiles. */
const ports = {
  profiles: { outlines: () => [] },
  index: { getAll: () => new Map() },
} as unknown as Ports

async function judge(url: string): Promise<string> {
  try {
    await readDestination(url).check(ports, record)
    return 'sent'
  } catch (error) {
    if (isToknError(error, 'usage')) return error.message
    throw error
  }
}

describe('--for', () => {
  it.each([
    'https://api.example.com',
    'https://api.example.com/',
    'HTTPS://API.Example.COM:443/v1/../v2?x=y#z',
    'https://api.example.com/@evil.example',
    'https://%61pi.example.com/',
    'http://127.0.0.1:8080/x',
    'http://127.1:8080/x',
  ])('an origin of the profile: %s', async (url) => {
    expect(await judge(url)).toBe('sent')
  })

  it.each([
    'https://api.example.com.',
    'https://api.example.com:444',
    'http://api.example.com',
    'https://api.example.com.evil.example',
    'https://evil.example/https://api.example.com',
    'https://evil.example?https://api.example.com',
    'https://evil.example#api.example.com',
    'https://аpi.example.com/',
    'http://127.0.0.1/',
    'http://localhost:8080/',
    'https://[::1]/',
  ])('another one: %s', async (url) => {
    expect(await judge(url)).toMatch(/^refusing to send the token to http/)
  })

  it.each([
    'https://api.example.com@evil.example/',
    'https://user@api.example.com/',
    'https://user:password@api.example.com/',
    'https://api.example.com%2f@evil.example',
  ])('a user or a password in it: %s', async (url) => {
    expect(await judge(url)).toBe(
      'refusing to send the token to a URL with a user or password in it',
    )
  })

  it.each([
    '',
    'api.example.com',
    '//api.example.com',
    'https:api.example.com',
    'https:/api.example.com',
    'https:\\\\api.example.com',
    'https://evil.example\\@api.example.com',
    'https://api.exam\tple.com',
    'https://api.example.com\n',
    ' https://api.example.com',
    'https://',
    'https://a b/',
    'ftp://api.example.com',
    'file:///api.example.com',
    'data:https://api.example.com',
    `https://api.example.com/${'x'.repeat(9_000)}`,
  ])('no URL of HTTP: %j', async (url) => {
    expect(await judge(url)).toBe('the value of --for is not a full URL')
  })

  it('whatever is sent is for an origin of the profile, as a URL parser sees it', async () => {
    const part = fc.constantFrom('api.example.com', 'evil.example', '@', ':443', '/', '#', '?', '.')
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(part, fc.string()), { maxLength: 6 }), async (parts) => {
        const url = `https://${parts.join('')}`
        const sentTo = (await judge(url)) === 'sent' ? new URL(url).origin : undefined
        expect([undefined, ...origins]).toContain(sentTo)
      }),
    )
  })
})
