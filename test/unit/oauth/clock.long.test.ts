import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/core/secret.ts'
import type { TokenSet } from '../../../src/core/token.ts'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { openReach } from '../../oauth/reach.ts'
import { thorough } from '../../support/effort.ts'
import {
  discoveryPath,
  idToken,
  metadata,
  publicKey,
  signJwt,
  startFake,
  type FakeServer,
  type Said,
  type Seen,
} from './fake-server.ts'

// Seconds by which the clock of the server is ahead of ours.
const near = [0, 1, 2, 4, 6, 10, 20, 29, 30, 31, 35, 45, 55, 59, 60, 61, 65, 75, 90, 120]
const far = [600, 3_600, 86_400, 172_800]
const offsets = [...near, ...far].flatMap((one) => (one === 0 ? [0] : [one, -one]))

let ahead = 0
let server: FakeServer

/** Seconds by the clock of the server. */
function serverTime(): number {
  return Date.now() / 1_000 + ahead
}

function date(seconds = serverTime()): Readonly<Record<string, string>> {
  return { date: new Date(seconds * 1_000).toUTCString() }
}

function claimsOf(jwt: string): Readonly<Record<string, number>> {
  return JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString())
}

/** What a server makes of something signed that allows the way six seconds, and nothing else. */
function isTimely({ iat, nbf, exp }: Readonly<Record<string, number>>): boolean {
  const now = serverTime()
  if (iat === undefined || iat > now || iat < now - 6) return false
  return (nbf === undefined || nbf <= now) && (exp === undefined || exp > now)
}

function judge({ form, headers }: Seen): Said {
  const assertion = form.get('client_assertion')
  if (assertion !== null && !isTimely(claimsOf(assertion))) return no('invalid_client', 401)
  const grant = form.get('assertion')
  if (grant !== null && !isTimely(claimsOf(grant))) return no('invalid_grant')
  const proof = headers['dpop']
  if (proof !== undefined && !isTimely(claimsOf(String(proof)))) return no('invalid_dpop_proof')
  const now = Math.floor(serverTime())
  const access_token = signJwt({ sub: 'alice', exp: now + 600 })
  const id_token = idToken(server.origin, { iat: now, exp: now + 90 })
  const token_type = proof === undefined ? 'Bearer' : 'DPoP'
  return { headers: date(), body: { access_token, token_type, id_token, refresh_token: 'next' } }
}

function no(error: string, status = 400): Said {
  return { status, headers: date(), body: { error } }
}

beforeEach(async () => {
  server = await startFake({
    '/token': judge,
    '/keys': () => ({ headers: date(), body: { keys: [publicKey] } }),
  })
  say({})
})
afterEach(async () => server.stop())

/** Lets the discovery document come with these headers, by default with the server's own time. */
function say(headers: Readonly<Record<string, string>>): void {
  server.answers[discoveryPath] = (seen, origin) => {
    const document = metadata({ id_token_signing_alg_values_supported: ['ES256'] }) as (
      seen: Seen,
      origin: string,
    ) => Said
    return { ...document(seen, origin), headers: { ...date(), ...headers } }
  }
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const private_key = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
const client_secret = 'long enough for an HMAC key of SHA-256'
const held: TokenSet = {
  access: new Secret('a'),
  refresh: new Secret('r'),
  expiry: { state: 'unknown' },
  context: { flow: 'code', sub: 'alice' },
}

const ways = {
  client_secret_jwt: { settings: { flow: 'client', client_auth: 'client_secret_jwt' } },
  private_key_jwt: { settings: { flow: 'client', client_auth: 'private_key_jwt' } },
  'a grant that is signed': { settings: { flow: 'jwt', client_auth: 'none' } },
  DPoP: { settings: { flow: 'client', client_auth: 'client_secret_post', dpop: 'true' } },
  'a refresh with DPoP': { settings: { client_auth: 'none', dpop: 'true' }, held },
  'a refresh with private_key_jwt': { settings: { client_auth: 'private_key_jwt' }, held },
}
interface Way {
  readonly settings: Readonly<Record<string, string>>
  readonly held?: TokenSet
}

async function obtain({ settings, held: session }: Way, place: Readonly<Record<string, string>>) {
  const given = settings['client_auth'] === 'private_key_jwt' || settings['flow'] === 'jwt'
  const secrets: Record<string, string> = given ? { private_key } : { client_secret }
  const provider = await openOauth({ settings: { client_id: 'app', ...place, ...settings } })
  const warned: string[] = []
  const reach = { ...openReach(secrets), warn: (text: string) => void warned.push(text) }
  const tokens =
    session === undefined
      ? await provider.login!(reach, {})
      : await provider.refresh!(reach, session)
  const asked = server.seen.filter(({ url }) => url === '/token').length
  const { expiry } = tokens
  const left = expiry.state === 'at' ? (expiry.at - Date.now()) / 1_000 : undefined
  return { tokens, warned, asked, left }
}

const byIssuer = () => ({ issuer: server.origin })
const byEndpoint = () => ({ token_endpoint: `${server.origin}/token` })

/**
 * The offsets that a way meets: a third of them, and a day, so that two ways meet each. What is
 * signed is dated by one clock, whichever way it is.
 */
function offsetsFor(name: string): readonly number[] {
  const at = Object.keys(ways).indexOf(name)
  return offsets.filter((one, index) => thorough || index % 3 === at % 3 || one === 86_400)
}

describe.each(Object.entries(ways))('%s', (name, way: Way) => {
  it.each(offsetsFor(name))('fits a server that is %d s ahead', async (offset) => {
    ahead = offset
    const { warned, asked, left, tokens } = await obtain(way, byIssuer())
    expect(warned).toEqual([])
    expect(tokens.context['id_token']).toBeDefined()
    expect(left).toBeGreaterThan(596)
    expect(left).toBeLessThan(603)
    // That a server is ahead its discovery document proves; that it is behind may be the cache's age.
    expect(asked).toBeLessThanOrEqual(offset < -2 ? 2 : 1)
  })

  it.each(offsetsFor(name))(
    'fits one that is known by its endpoint and is %d s ahead',
    async (offset) => {
      ahead = offset
      const { asked } = await obtain(way, byEndpoint())
      expect(asked).toBeLessThanOrEqual(2)
    },
  )
})

describe('a discovery document that was kept on the way', () => {
  const kept: ReadonlyArray<readonly [string, () => Readonly<Record<string, string>>]> = [
    ['by an honest cache', () => ({ ...date(serverTime() - 3_000), age: '3000' })],
    ['a day ago', () => ({ ...date(serverTime() - 86_400), age: '86400' })],
    ['by a cache that says no age', () => date(serverTime() - 50)],
    ['so, for an hour', () => date(serverTime() - 3_600)],
    [
      'as long as it may be',
      () => ({ ...date(serverTime() - 900), 'cache-control': 'max-age=999' }),
    ],
    ['by two caches', () => ({ ...date(serverTime() - 120), age: '60', 'x-cache': 'HIT' })],
    ['with an age that is none', () => ({ ...date(serverTime() - 700), age: 'old' })],
    ['with an age of 0', () => ({ ...date(serverTime() - 700), age: '0' })],
  ]

  it.each(kept)('%s, says nothing of a clock that is right', async (_name, headers) => {
    ahead = 0
    say(headers())
    const { asked } = await obtain(ways['private_key_jwt'], byIssuer())
    expect(asked).toBe(1)
  })

  it.each(
    kept.flatMap(([name, headers]) =>
      [-90, -45, 45, 90, 4_000].map((one) => [name, one, headers] as const),
    ),
  )('%s, hides nothing of one that is %d s off', async (_name, offset, headers) => {
    ahead = offset
    say(headers())
    const { asked, left } = await obtain(ways['a refresh with DPoP'], byIssuer())
    expect(asked).toBeLessThanOrEqual(2)
    expect(left).toBeGreaterThan(596)
    expect(left).toBeLessThan(603)
  })

  it('is believed both ways where nobody may keep it', async () => {
    ahead = -600
    say({ 'cache-control': 'no-store' })
    expect((await obtain(ways['private_key_jwt'], byIssuer())).asked).toBe(1)
  })
})

describe('what is not the fault of the clock', () => {
  /** With an audience of its own, an assertion is not sent for another one as well. */
  const signed = (): Way => ({
    settings: { ...ways['private_key_jwt'].settings, assertion_audience: server.origin },
  })

  it.each(['invalid_client', 'invalid_request', 'invalid_grant', 'access_denied'])(
    '%s is asked for once where the clocks agree',
    async (error) => {
      ahead = 0
      server.answers['/token'] = () => no(error)
      await expect(obtain(signed(), byIssuer())).rejects.toBeInstanceOf(Error)
      expect(server.seen.filter(({ url }) => url === '/token')).toHaveLength(1)
    },
  )

  it.each(['invalid_grant', 'access_denied', 'invalid_scope'])(
    '%s is no word about a client, whatever the clock',
    async (error) => {
      ahead = -7_200
      server.answers['/token'] = () => no(error)
      await expect(obtain(ways['private_key_jwt'], byIssuer())).rejects.toBeInstanceOf(Error)
      expect(server.seen.filter(({ url }) => url === '/token')).toHaveLength(1)
    },
  )

  it('a client that nobody knows is asked for twice at most', async () => {
    ahead = -7_200
    server.answers['/token'] = () => no('invalid_client', 401)
    await expect(obtain(signed(), byIssuer())).rejects.toBeInstanceOf(Error)
    expect(server.seen.filter(({ url }) => url === '/token')).toHaveLength(2)
  })

  it.each([
    [-61, 'it has already expired'],
    [-59, undefined],
    [30, undefined],
  ])('an ID token that ended %d s from now by the server', async (end, dropped) => {
    ahead = 7_200
    server.answers['/token'] = () => {
      const now = Math.floor(serverTime())
      const id_token = idToken(server.origin, { iat: now - 300, exp: now + end })
      return { headers: date(), body: { access_token: 'a', token_type: 'Bearer', id_token } }
    }
    const { warned } = await obtain(ways['a refresh with private_key_jwt'], byIssuer())
    expect(warned).toEqual(dropped === undefined ? [] : [`the ID token was dropped: ${dropped}`])
  })
})
