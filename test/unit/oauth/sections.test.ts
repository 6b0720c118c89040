import { describe, expect, it } from 'vitest'
import { openOauth } from '../../../src/providers/oauth/provider.ts'

const url = new URL('https://sso.example.com/there')

async function sections(
  purpose: string,
  { method = 'GET', body, at = url }: { method?: string; body?: string; at?: URL } = {},
  profile: { certificate?: string; client_auth?: string } = {},
) {
  const { certificate, ...settings } = profile
  const issuer = url.origin
  const provider = await openOauth({ settings: { issuer, ...settings }, certificate })
  const headers = [['content-type', 'application/x-www-form-urlencoded']] as const
  const request = { method, url: at, purpose, body, headers }
  const section = async (status?: number) =>
    await provider.sectionOf!(request, status === undefined ? undefined : { status })
  return [await section(), await section(200), await section(401)]
}

describe('the section of a request and of its replies', () => {
  it.each([
    ['POST', ['RFC 7591 3.1', 'RFC 7591 3.2.1', 'RFC 7591 3.2.2']],
    ['GET', ['RFC 7592 2.1', 'RFC 7592 3', 'RFC 7592 2.1']],
    ['DELETE', ['RFC 7592 2.3', 'RFC 7592 2.3', 'RFC 7592 2.3']],
  ])('is that of registration, by %s', async (method, expected) => {
    expect(await sections('registration', { method })).toEqual(expected)
  })

  it('is that of a resource, or of its metadata', async () => {
    expect(await sections('resource')).toEqual([
      'RFC 9728 5',
      'RFC 9728 5',
      'RFC 9728 5.1, RFC 6750 3',
    ])
    const at = new URL('/.well-known/oauth-protected-resource/mcp', url)
    const [request] = await sections('resource metadata', { at })
    expect(request).toBe('RFC 9728 3.1')
  })

  it('is none for what no standard has', async () => {
    expect(await sections('constructor')).toEqual([undefined, undefined, undefined])
  })

  it.each([
    [{}, 'its id alone, RFC 6749 3.2.1'],
    [{ certificate: '/c.pem' }, 'its id and the certificate of the connection, RFC 8705 2'],
    [{ certificate: '/c.pem', client_auth: 'none' }, 'its id alone, RFC 6749 3.2.1'],
  ])('has by what the client proves itself, with %j', async (profile, client) => {
    const body = 'grant_type=client_credentials&client_id=app'
    const [request] = await sections('token', { method: 'POST', body }, profile)
    expect(request).toBe(`RFC 6749 4.4.2; client: ${client}`)
  })
})
