import { describe, expect, it } from 'vitest'
import type { CallRefusals, CallReply } from '../../../src/core/call-refusals.ts'
import type { Provider } from '../../../src/core/provider.ts'
import { definitions } from '../../../src/providers/builtin/definitions.ts'
import { hosterby } from '../../../src/providers/builtin/hosterby.ts'
import { mcs } from '../../../src/providers/builtin/mcs.ts'
import { oz } from '../../../src/providers/builtin/oz.ts'
import { rightech } from '../../../src/providers/builtin/rightech.ts'
import { openCallRefusals } from '../../../src/providers/call-refusals.ts'
import { openProvider } from '../../../src/providers/catalog.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import type { ProviderDefinition } from '../../../src/providers/schema/definition.ts'

const site = { baseUrl: 'https://api.example' }
const open = (definition: ProviderDefinition): Provider => defineProvider(definition, site)
const url = new URL('https://api.example/things')
const reply = (status: number, body?: unknown): CallReply => ({
  status,
  headers: [],
  body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
})
const denied =
  'authorization failed, provider: mcs, token: vMA3(...), reason: CONDITION/UNAUTHORIZED'
const error = (httpCode: number, code: string) => ({
  httpCode,
  statusCode: 'error',
  messageList: { error: { [code]: 'text' } },
  codeList: { error: [code] },
})

describe('a reply of the API to a request of the user', () => {
  it.each<readonly [string, ProviderDefinition, number, unknown, boolean]>([
    ['the 401 inside a 200 of MCS', mcs, 200, { status: 401, body: denied }, true],
    ['the same as text', mcs, 200, { status: '401', body: denied }, true],
    ['a 401 of MCS without a body', mcs, 401, undefined, true],
    ['a result of MCS', mcs, 200, { status: 200, body: { status: 401 } }, false],
    ['a list of MCS', mcs, 200, [{ status: 401 }], false],
    ['no JSON of MCS', mcs, 200, '{"status":401', false],
    ['a 403 of MCS', mcs, 403, { status: 403 }, false],
    ['an expired token of hoster.by', hosterby, 200, error(401, 'access_token_expired'), true],
    ['an unknown one', hosterby, 401, error(401, 'access_token_not_found'), true],
    ['a missing route', hosterby, 520, error(520, 'unknown_error'), false],
    ['orders of hoster.by', hosterby, 200, { httpCode: 200, payload: { code: 401 } }, false],
    ['an ended session of Oz', oz, 401, { error_code: 8 }, true],
    ['an unknown token of Oz', oz, 403, { error_code: 7 }, true],
    ['what an Oz user may not do', oz, 403, { error_code: 9 }, false],
    ['a 401 of Oz for something else', oz, 401, { error_code: 3 }, false],
    ['a bare 401 of Oz', oz, 401, undefined, true],
    ['a 401 of Rightech', rightech, 401, { code: '401' }, true],
    ['a 403 of Rightech', rightech, 403, { code: '403' }, false],
    ['an object of Rightech that has such a code', rightech, 200, { code: '401' }, false],
    ['one that is too deep', mcs, 200, `${'{"a":'.repeat(99)}1${'}'.repeat(99)}`, false],
    ['one with a key of every object', mcs, 200, '{"__proto__":{"status":401}}', false],
  ])('is read: %s', (_, definition, status, body, dead) => {
    expect(open(definition).callRefusals?.isDead(reply(status, body), url)).toBe(dead)
  })

  it('is looked at below its head only where a rule does', () => {
    const needs = (definition: ProviderDefinition, status: number) =>
      open(definition).callRefusals?.needsBody(status)
    expect([mcs, hosterby, oz, rightech].map((one) => needs(one, 200))).toEqual([
      true,
      true,
      true,
      false,
    ])
    const only = { when: { status: 403, at: 'dead', equals: true }, means: 'invalid' } as const
    const own = { ...rightech, api: { refused: [only] } }
    expect([200, 403].map((status) => needs(own, status))).toEqual([false, true])
  })

  it('is read alike by the whole provider and by what is loaded for a request', async () => {
    const { api: _, ...silent } = rightech
    const own = { ...rightech, id: 'own', docs: 'https://api.example/', baseUrl: site.baseUrl }
    const replies = [
      error(401, 'access_token_expired'),
      { status: 401 },
      { code: '401' },
      undefined,
    ]
    const verdicts = (refusals: CallRefusals | undefined) =>
      [200, 401, 403].flatMap((status) =>
        replies.map((body) => [
          refusals?.needsBody(status),
          refusals?.isDead(reply(status, body), url),
        ]),
      )
    const profiles = definitions.map(({ id }) => ({ provider: id }))
    const overridden = { provider: 'rightech', overrides: { 'api.refused.0.when.status': '403' } }
    for (const sketch of [...profiles, overridden, { provider: 'own' }, { provider: 'none' }]) {
      for (const text of [JSON.stringify(own), JSON.stringify({ ...silent, id: 'own' }), '{']) {
        const profile = { settings: {}, ...site, ...sketch }
        const whole = openProvider(profile, sketch.provider === 'own' ? text : undefined)
        const part = openCallRefusals(profile, () => (sketch.provider === 'own' ? text : undefined))
        const [one, other] = await Promise.allSettled([whole, part])
        expect(other.status).toBe(one.status)
        if (one.status !== 'fulfilled' || other.status !== 'fulfilled') continue
        expect(verdicts(other.value)).toEqual(verdicts(one.value.callRefusals))
      }
    }
  })

  it('means nothing where the definition does not say', () => {
    const { api: _, ...silent } = rightech
    expect(open(silent).callRefusals).toBeUndefined()
  })
})
