import { createPublicKey, createHmac, verify, type KeyObject } from 'node:crypto'
import {
  metadata,
  startFake,
  type FakeServer,
  type Said,
  type Seen,
} from '../unit/oauth/fake-server.ts'

/** A client as it is registered at a server of the tests, and how the server knows it. */
export interface Registered {
  readonly id: string
  readonly secret?: string
  readonly key?: KeyObject
  /** The method that it is registered with: no other is taken. */
  readonly method: string
  /** What the discovery document lists; absent: nothing. */
  readonly offered?: readonly string[]
  /** Whether the server decodes what is in HTTP Basic. Default: it does. */
  readonly decodes?: boolean
  /** What an assertion must be for. Default: either will do. */
  readonly audience?: 'issuer' | 'token_endpoint'
  /** How a client is refused. Default: RFC 6749 section 5.2. */
  readonly refusal?: Said
  /** Whether a refused client has spent its code all the same. */
  readonly spends?: boolean
  readonly changes?: Readonly<Record<string, unknown>>
}

/** One request of a client: where, by which method, and whether it was let in. */
export interface Proven {
  readonly at: string
  readonly by: string
  readonly taken: boolean
}

export interface ClientServer extends FakeServer {
  readonly proven: Proven[]
  client: Registered
}

const endpoints = ['/token', '/device', '/introspect', '/revoke', '/par']

/** A server that knows one client, and hands out tokens to nobody else. */
export async function startClientServer(client: Registered): Promise<ClientServer> {
  const proven: Proven[] = []
  const spent = new Set<string>()
  const seenIds = new Set<string>()
  const fake = await startFake()
  const server: ClientServer = Object.assign(fake, { proven, client })
  const answer = (at: string) => (seen: Seen, origin: string) => {
    const by = methodOf(seen)
    const jti = claimsOf(seen)['jti']
    const taken = isProven(server.client, by, seen, origin) && !seenIds.has(String(jti))
    if (jti !== undefined) seenIds.add(String(jti))
    proven.push({ at, by, taken })
    const grant = seen.form.get('code') ?? seen.form.get('device_code')
    if (!taken) {
      if (grant !== null && server.client.spends === true) spent.add(grant)
      return server.client.refusal ?? refused
    }
    if (grant !== null && spent.has(grant)) return { status: 400, body: { error: 'invalid_grant' } }
    return granted(at, origin)
  }
  for (const at of endpoints) server.answers[at] = answer(at)
  server.answers['/.well-known/openid-configuration'] = (seen, origin) => {
    const { offered, changes } = server.client
    const said = metadata({
      ...(offered === undefined ? {} : { token_endpoint_auth_methods_supported: offered }),
      userinfo_endpoint: undefined,
      ...changes,
    })
    return typeof said === 'function' ? said(seen, origin) : said
  }
  return server
}

const refused: Said = { status: 401, body: { error: 'invalid_client' } }

function granted(at: string, origin: string): Said {
  if (at === '/introspect') return { body: { active: true } }
  if (at === '/revoke') return { status: 200 }
  if (at === '/par') return { status: 201, body: { request_uri: 'urn:pushed', expires_in: 60 } }
  if (at === '/device') {
    const body = { device_code: 'd', user_code: 'ABCD', expires_in: 600, interval: 5 }
    return { body: { ...body, verification_uri: `${origin}/enter` } }
  }
  const body = { access_token: 'good', token_type: 'Bearer', expires_in: 600 }
  return { body: { ...body, refresh_token: 'renew' } }
}

function methodOf({ headers, form }: Seen): string {
  const ways = [
    ...(headers.authorization?.startsWith('Basic ') === true ? ['client_secret_basic'] : []),
    ...(form.has('client_secret') ? ['client_secret_post'] : []),
    ...(form.has('client_assertion') ? [assertionKind(form.get('client_assertion')!)] : []),
  ]
  return ways.length === 0 ? 'none' : ways.join('+')
}

function assertionKind(assertion: string): string {
  const { alg = '' } = parse(assertion.split('.')[0])
  return String(alg).startsWith('HS') ? 'client_secret_jwt' : 'private_key_jwt'
}

function isProven(
  { id, secret, key, method, decodes = true, audience }: Registered,
  by: string,
  seen: Seen,
  origin: string,
): boolean {
  if (by !== method) return false
  const { headers, form } = seen
  if (by === 'none') return form.get('client_id') === id
  if (by === 'client_secret_post') {
    return form.get('client_id') === id && form.get('client_secret') === secret
  }
  if (by === 'client_secret_basic') {
    const pair = Buffer.from(headers.authorization!.slice(6), 'base64').toString()
    const at = pair.indexOf(':')
    const read = (text: string) => (decodes ? decode(text) : text)
    // Without decoding the id ends where the first colon is: the client has to live with it.
    return decodes
      ? read(pair.slice(0, at)) === id && read(pair.slice(at + 1)) === secret
      : pair === `${id}:${secret}`
  }
  const assertion = form.get('client_assertion')!
  const signed = Buffer.from(assertion.slice(0, assertion.lastIndexOf('.')))
  const signature = Buffer.from(assertion.split('.')[2]!, 'base64url')
  const { aud, iss } = claimsOf(seen)
  const wanted = { issuer: origin, token_endpoint: `${origin}/token` }
  if (iss !== id || (audience !== undefined && aud !== wanted[audience])) return false
  if (by === 'client_secret_jwt') {
    return createHmac('sha256', secret!).update(signed).digest().equals(signature)
  }
  const options = { key: createPublicKey(key!), dsaEncoding: 'ieee-p1363' } as const
  return verify('sha256', signed, options, signature)
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}

export function claimsOf({ form }: Seen): Readonly<Record<string, unknown>> {
  return parse(form.get('client_assertion')?.split('.')[1])
}

function parse(part: string | undefined): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(part ?? 'e30', 'base64url').toString())
}
