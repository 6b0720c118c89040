import { describe, expect, it } from 'vitest'
import type { Provider, ProbeResult } from '../../../src/core/provider.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { TokenSet } from '../../../src/core/token.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import {
  compare,
  probeTokens,
  probeAgain,
  type Liveness,
} from '../../../src/session/revoke/probe.ts'
import { json, record, type Scripted } from '../providers/reach.ts'
import { define } from '../providers/shapes.ts'

const used = (alive: boolean, by = 'userinfo'): ProbeResult => ({
  part: 'access',
  by,
  used: true,
  alive,
})
const said = (alive: boolean, by = 'introspection'): ProbeResult => ({
  ...used(alive, by),
  used: false,
})

describe('what two looks show', () => {
  it.each<readonly [string, readonly ProbeResult[], readonly ProbeResult[], Liveness]>([
    ['nothing at all', [], [], 'unseen'],
    ['dead afterwards, and nothing before', [], [used(false)], 'unseen'],
    ['alive before, and nothing afterwards', [used(true)], [], 'unseen'],
    ['alive before, dead after', [used(true)], [used(false)], 'ended'],
    ['alive before in one way, dead after in another', [said(true)], [used(false)], 'unseen'],
    ['said to be dead before and after', [said(false)], [said(false)], 'unseen'],
    ['refused before and after', [used(false)], [used(false)], 'over'],
    ['alive afterwards', [], [used(true)], 'alive'],
    ['said to be dead, and alive in use', [said(true)], [said(false), used(true)], 'alive'],
    ['said to be alive, and dead in use', [used(true)], [said(true), used(false)], 'ended'],
    [
      'not known to introspection, and ended in use',
      [said(false), used(true)],
      [said(false), used(false)],
      'ended',
    ],
    [
      'of the refresh token alone',
      [{ ...used(true), part: 'refresh' }],
      [{ ...used(false), part: 'refresh' }],
      'unseen',
    ],
  ])('%s', (_, before, after, seen) => {
    expect(compare(before, after, 'access').liveness).toBe(seen)
  })
})

describe('looking', () => {
  const end = Math.floor(Date.now() / 1_000) + 3_600
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const jwt = `${part({ alg: 'RS256' })}.${part({ sub: 'ada', exp: end })}.c2ln`
  const held: TokenSet = { access: new Secret(jwt), expiry: { state: 'unknown' }, context: {} }

  const asking = (changes: object = {}): Provider =>
    defineProvider(
      define({
        info: {
          request: { method: 'GET', path: '/me' },
          reply: { active: { at: 'active', equals: true } },
          ...changes,
        },
      }),
      {},
    )

  it.each<readonly [string, Scripted, boolean | undefined]>([
    ['yes', json({ active: true }), true],
    ['no', json({ active: false }), false],
    ['a refusal of the token', json({}, 401), false],
    ['a refusal of the scope', json({}, 403), undefined],
    ['no such address', json({}, 404), undefined],
    ['too many', json({}, 429), undefined],
    ['trouble', json({}, 503), undefined],
    ['a bad request', json({}, 400), undefined],
  ])('sees in "%s" what it says, and no more', async (_, answer, alive) => {
    const seen = await probeTokens(asking(), record([answer, answer, answer, answer]), held)
    expect(seen.map((one) => one.alive)).toEqual(alive === undefined ? [] : [alive])
  })

  it('counts nothing that a made-up token is told as well', async () => {
    const open = record([json({ active: true }), json({ active: true })])
    expect(await probeAgain(asking(), open, held)).toEqual([])
    const sent = open.requests.map(({ headers }) => JSON.stringify(headers))
    expect(sent[0]).toContain(jwt)
    expect(sent[1]).not.toContain(jwt)
    const strict = record([json({ active: true }), json({}, 401)])
    expect((await probeAgain(asking(), strict, held)).map(({ alive }) => alive)).toEqual([true])
  })

  it('takes "not active" of a JWT, said by one who is asked with other credentials, for nothing', async () => {
    const hearsay = {
      auth: 'none',
      request: { method: 'POST', path: '/introspect', form: { token: '{access}' } },
    }
    const info = await asking(hearsay).info!(record([json({ active: false })]), held)
    expect(info).toMatchObject({ active: undefined, facts: { asked: 'not known as active' } })
    const opaque = { ...held, access: new Secret('opaque-token') }
    const other = await asking(hearsay).info!(record([json({ active: false })]), opaque)
    expect(other.active).toBe(false)
    const own = await asking().info!(record([json({ active: false })]), held)
    expect(own.active).toBe(false)
  })
})
