import type { HttpReply } from '../../../src/core/ports.ts'
import { markOf, type Packet } from '../world/network.ts'
import type { World } from '../world/world.ts'

/** Tokens that were given together. */
export interface Pair {
  readonly family: Family
  readonly access: string
  readonly refresh: string | undefined
  readonly id: string
  readonly name: string | undefined
  readonly expiresAt: number
  /** The pair that ends when this one is first used. */
  readonly replaces: Pair | undefined
  accessDead: boolean
  /** When the refresh token was replaced. */
  usedAt: number | undefined
  dead: boolean
}

/** All tokens that come of one login. */
export interface Family {
  ended: boolean
}

export const password = 'correct horse'
const passing = [408, 429, 500, 502, 503, 504]

/** The provider: what it believes of every token is what counts. */
export class ProviderServer {
  readonly pairs: Pair[] = []
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /** Tokens of a new login. */
  open(): Pair {
    return this.#makePair({ ended: false })
  }

  /** Whether the API takes an access token now. */
  honours(access: string): boolean {
    const pair = this.pairs.find((one) => one.access === access)
    return pair !== undefined && this.#isLive(pair)
  }

  /** Whether the time of an access token is over. */
  isPast(access: string): boolean {
    const pair = this.pairs.find((one) => one.access === access)
    return pair !== undefined && this.#world.now >= pair.expiresAt
  }

  /** For how many milliseconds it has been over. */
  overFor(access: string): number {
    const pair = this.pairs.find((one) => one.access === access)
    return pair === undefined ? 0 : Math.max(0, this.#world.now - pair.expiresAt)
  }

  /** Whether a login has been ended, by its user or because a spent token came again. */
  hasEnded(access: string): boolean {
    return this.pairs.find((one) => one.access === access)?.family.ended ?? true
  }

  answer(packet: Packet): HttpReply {
    const { random } = this.#world
    if (packet.fate === 'passing') {
      const status = random.pick(passing)
      const after = random.chance(0.5) ? [['retry-after', '1'] as const] : []
      return { status, headers: after, body: '{"error":"later"}' }
    }
    const reply = this.#act(packet)
    packet.verdict = reply.status < 300 ? 'yes' : 'no'
    const mark = markOf(packet)
    if (packet.fate === 'nonsense' && reply.status < 300) {
      return { ...reply, body: `<html>welcome ${mark}</html>` }
    }
    return { ...reply, body: JSON.stringify({ ...JSON.parse(reply.body), mark }) }
  }

  #act(packet: Packet): HttpReply {
    const { message } = packet
    switch (message.op) {
      case 'login':
        if (message.password !== password) return refuse(401, 'bad_credentials')
        return this.#give(packet, this.#makePair({ ended: false }))
      case 'refresh':
        return this.#refresh(packet)
      case 'issue':
      case 'list':
      case 'revoke':
      case 'logout':
      case 'use':
        return this.#serve(packet)
    }
  }

  #serve(packet: Packet): HttpReply {
    const { message } = packet
    const pair = this.pairs.find((one) => one.access === message.access)
    if (pair === undefined || !this.#isLive(pair)) return refuse(401, 'invalid_token')
    use(pair)
    const listed = this.pairs.filter((one) => one.family === pair.family && this.#isLive(one))
    switch (message.op) {
      case 'issue':
        return this.#give(packet, this.#makePair(pair.family, { name: message.name }))
      case 'list':
        return json(200, { tokens: listed.map(({ id, name }) => ({ id, name })) })
      case 'revoke': {
        const target = listed.find(({ id }) => id === message.id)
        if (target === undefined) return refuse(404, 'not_found')
        target.dead = true
        return json(200, {})
      }
      case 'logout':
        pair.family.ended = true
        return json(200, {})
      default:
        return json(200, {})
    }
  }

  #refresh(packet: Packet): HttpReply {
    const { message } = packet
    const { provider } = this.#world.settings
    const pair = this.pairs.find(
      (one) =>
        one.refresh === message.refresh &&
        (provider.rotation !== 'none' || one.access === message.access),
    )
    if (pair === undefined || pair.family.ended || pair.dead) return refuse(400, 'invalid_grant')
    const { family } = pair
    switch (provider.rotation) {
      case 'none':
        return this.#give(packet, this.#makePair(family, { refresh: pair.refresh }), pair)
      case 'on-first-use':
        use(pair)
        return this.#give(packet, this.#makePair(family, { replaces: pair }), pair)
      default: {
        const replaces = provider.rotation === 'always' || provider.rotates
        if (pair.usedAt !== undefined && !this.#isInGrace(pair.usedAt)) {
          if (provider.endsFamily) family.ended = true
          return refuse(400, 'invalid_grant')
        }
        if (provider.rotation === 'always') pair.accessDead = true
        if (replaces) pair.usedAt ??= this.#world.now
        const next = this.#makePair(family, replaces ? {} : { refresh: pair.refresh })
        return this.#give(packet, next, pair)
      }
    }
  }

  #isInGrace(usedAt: number): boolean {
    const { rotation, grace } = this.#world.settings.provider
    return rotation === 'server-decides' && this.#world.now - usedAt < grace
  }

  #makePair(
    family: Family,
    rest: { refresh?: string | undefined; replaces?: Pair; name?: string | undefined } = {},
  ): Pair {
    const { settings, now } = this.#world
    const serial = this.pairs.length + 1
    const pair: Pair = {
      family,
      access: `access-${serial}`,
      refresh:
        settings.provider.rotation === 'reissue'
          ? undefined
          : (rest.refresh ?? `refresh-${serial}`),
      id: `id-${serial}`,
      name: rest.name,
      expiresAt: now + settings.provider.life,
      replaces: rest.replaces,
      accessDead: false,
      usedAt: undefined,
      dead: false,
    }
    this.pairs.push(pair)
    return pair
  }

  #give(packet: Packet, pair: Pair, before?: Pair): HttpReply {
    const { provider } = this.#world.settings
    const stays = before !== undefined && before.refresh === pair.refresh
    packet.newAccess = pair.access
    packet.replaced = !stays
    const refresh = stays && !provider.repeats ? undefined : pair.refresh
    const told = packet.fate === 'half nonsense' ? '\u0000' : refresh
    return json(200, {
      access: pair.access,
      refresh: told,
      expires_in: provider.life / 1_000,
      id: pair.id,
    })
  }

  #isLive(pair: Pair): boolean {
    return !pair.dead && !pair.accessDead && !pair.family.ended && this.#world.now < pair.expiresAt
  }
}

function use(pair: Pair): void {
  if (pair.replaces !== undefined) pair.replaces.dead = true
}

function json(status: number, value: unknown): HttpReply {
  return { status, headers: [['content-type', 'application/json']], body: JSON.stringify(value) }
}

function refuse(status: number, error: string): HttpReply {
  return json(status, { error })
}
