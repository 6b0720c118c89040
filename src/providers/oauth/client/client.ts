import type * as Openid from 'openid-client'
import { Secret } from '../../../core/secret.ts'
import { display } from '../../../core/text.ts'
import type { TokenSet } from '../../../core/token.ts'
import type { ClientAuthMethod } from '../settings/fields.ts'
import type { ServerClock } from '../server/server-clock.ts'
import { makeAuth } from './authenticate.ts'
import {
  heldMethods,
  isRemembered,
  methodsLeft,
  offeredMethods,
  proofsFor,
  rememberProof,
  type Audience,
  type KnownClient,
  type Proof,
} from './proofs.ts'

/** How a client was refused: what hints are made of. */
export interface ClientTries {
  readonly tried: readonly ClientAuthMethod[]
  /** What it holds enough for and has not tried, as far as the server does not exclude it. */
  readonly left: readonly ClientAuthMethod[]
  /** What the server lists, where nothing is held for any of it. */
  readonly wanted: readonly string[]
  /** What the server took, after what was refused had spent the grant. */
  readonly accepted?: ClientAuthMethod | undefined
}

/** The client of one connection. It authenticates by one method at a time. */
export interface Client {
  /** For openid-client, at each of its requests. */
  readonly authenticate: Openid.ClientAuth
  /** The proof of requests that are made now; `undefined` before the first. */
  current(): Proof | undefined
  /** Whether it is the one that the token endpoint took at an earlier time. */
  isRemembered(): boolean
  /**
   * Goes on with the next method, once; `false` where there is none. With `isLogin` Basic without an
   * encoding does not count: for the server it is the same method.
   */
  goOn(isLogin: boolean): boolean
  /** Whether `goOn` leads to the same method, for another audience. */
  hasOtherAudience(): boolean
  hasGoneOn(): boolean
  /** Whom an assertion is for that is the grant itself (RFC 7523 section 2.1). */
  grantAudience(): Audience
  /** Goes on with the other one, once; `false` where that has been done. */
  goOnWithGrant(): boolean
  /** Takes another secret, and begins with the first method again. */
  give(secret: Secret): void
  /** The secret that was given meanwhile. */
  given(): Secret | undefined
  tries(): ClientTries
  /** What of it is kept with the tokens. */
  facts(): TokenSet['context']
}

/** The proof is chosen at the first request, when the server's metadata are known. */
export function openClient(openid: typeof Openid, known: KnownClient, time: ServerClock): Client {
  let { credentials } = known
  let server: Openid.ServerMetadata | undefined
  let proofs: readonly Proof[] | undefined
  let at = 0
  let chosen: Promise<Openid.ClientAuth> | undefined
  let given: Secret | undefined
  let unproven = true
  /** The last assertion: a server may throw it back. */
  const sent = new Set<Secret>()
  const usualGrant = known.memory['grant_audience'] === 'issuer' ? 'issuer' : 'token_endpoint'
  let grantAudience: Audience | undefined
  const now = (): KnownClient => ({ ...known, credentials })
  const current = () => proofs?.[at]
  const authenticate = async (...request: Parameters<Openid.ClientAuth>) => {
    server = request[0]
    // The ID token of a CI job that stands for the client (RFC 7523 section 2.2).
    unproven = !request[2].has('client_assertion')
    proofs ??= proofsFor(server, now())
    chosen ??= makeAuth(openid, server, current() ?? { method: 'none' }, now(), time)
    await (
      await chosen
    )(...request)
    sent.clear()
    sent.add(new Secret(request[2].get('client_assertion') ?? ''))
  }
  return {
    // The library awaits what a client authentication returns, though its type does not say so.
    authenticate: authenticate as unknown as Openid.ClientAuth,
    current,
    isRemembered: () => {
      const proof = current()
      return proof !== undefined && isRemembered(proof, known.memory)
    },
    goOn: (isLogin) => {
      const next = proofs?.[at + 1]
      const isRaw = current()?.method === 'client_secret_basic' && next?.method === 'basic_raw'
      if (next === undefined || (at > 0 && !(isLogin && isRaw))) return false
      at += 1
      chosen = undefined
      return true
    },
    hasOtherAudience: () => at === 0 && proofs?.[1]?.method === current()?.method,
    hasGoneOn: () => at > 0,
    grantAudience: () => grantAudience ?? usualGrant,
    goOnWithGrant: () => {
      if (grantAudience !== undefined || known.settings['assertion_audience'] !== undefined)
        return false
      grantAudience = usualGrant === 'issuer' ? 'token_endpoint' : 'issuer'
      return true
    },
    give: (secret) => {
      credentials = { ...credentials, secret }
      given = secret
      at = 0
      proofs = undefined
      chosen = undefined
    },
    given: () => given,
    tries: () => {
      const methods = proofs?.slice(0, at + 1).map(({ method }) => method)
      const tried = [...new Set(methods)].filter((method) => unproven || method !== 'none')
      const offered = server === undefined ? undefined : offeredMethods(server)
      const held = heldMethods(now()).some((method) => offered?.includes(method))
      return {
        tried,
        left: methodsLeft(now(), offered, tried),
        wanted: held ? [] : [...new Set(offered)].map((one) => display(one, 40)),
      }
    },
    facts: () => {
      const proof = current()
      return {
        ...(proof === undefined ? {} : rememberProof(proof)),
        // Only where it is not the usual one.
        ...(grantAudience === undefined && usualGrant === 'token_endpoint'
          ? {}
          : { grant_audience: grantAudience ?? usualGrant }),
      }
    },
  }
}
