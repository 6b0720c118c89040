import { describe, expect, it } from 'vitest'
import { quoteForeign, Secret } from '../../../src/core/secret.ts'
import type { TokenSet } from '../../../src/core/token.ts'
import { checkValue } from '../../../src/providers/schema/check.ts'
import type { ProviderDefinition, ReplyPlan } from '../../../src/providers/schema/definition.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { held, json, record } from './reach.ts'
import { define } from './shapes.ts'

const reply: ReplyPlan = {
  unwrap: ['AssumeRoleResult.Credentials'],
  access: 'SessionToken',
  signingKey: { id: 'AccessKeyId', secret: 'SecretAccessKey', session: 'SessionToken' },
}
const request = { method: 'POST', path: '/sts', json: {} } as const
const definition = define({
  login: { request, reply },
  refresh: { request, reply },
  rotation: 'none',
})

const credentials = {
  AccessKeyId: 'ASIA1',
  SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG',
  SessionToken: 'session-1',
}

function shown({ signingKey }: TokenSet) {
  return (
    signingKey && {
      id: signingKey.id,
      secret: signingKey.secret.reveal(),
      session: signingKey.session?.reveal(),
    }
  )
}

async function login(body: object, own: ProviderDefinition = definition) {
  const reach = record([json(body)])
  return { tokens: await defineProvider(own, {}).login!(reach, {}), reach }
}

describe('a signing key', () => {
  it('is found beside the access token, below an envelope too', async () => {
    for (const body of [credentials, { AssumeRoleResult: { Credentials: credentials } }]) {
      const { tokens, reach } = await login(body)
      expect(tokens.access.reveal()).toBe('session-1')
      expect(shown(tokens)).toEqual({
        id: 'ASIA1',
        secret: 'wJalrXUtnFEMI/K7MDENG',
        session: 'session-1',
      })
      expect(reach.warned).toEqual([])
    }
  })

  it('needs no session token where the definition names none', async () => {
    const own = define({
      login: { request, reply: { access: 'token', signingKey: { id: 'id', secret: 'key' } } },
    })
    const { tokens } = await login({ token: 't', id: 'AKIA1', key: 's' }, own)
    expect(shown(tokens)).toEqual({ id: 'AKIA1', secret: 's', session: undefined })
  })

  it.each([
    [{ AccessKeyId: undefined }, 'id'],
    [{ AccessKeyId: '' }, 'id'],
    [{ AccessKeyId: 7 }, 'id'],
    [{ AccessKeyId: 'A'.repeat(129) }, 'id'],
    [{ AccessKeyId: 'AKIA\r\nX: y' }, 'id'],
    [{ SecretAccessKey: null }, 'secret'],
    [{ SecretAccessKey: 'undefined' }, 'secret'],
    [{ SecretAccessKey: 'a b' }, 'secret'],
    [{ SecretAccessKey: { a: 'b' } }, 'secret'],
  ])('is whole or none, and the token is kept: %j', async (wrong, part) => {
    const { tokens, reach } = await login({ ...credentials, ...wrong })
    expect(tokens.access.reveal()).toBe('session-1')
    expect(tokens.signingKey).toBeUndefined()
    expect(reach.warned).toEqual([expect.stringContaining(`no usable ${part} of a signing key`)])
    expect(reach.warned[0]).not.toContain('wJal')
  })

  it('is replaced whole by a refresh, and not carried over', async () => {
    const before = held('session-0', 'r', {
      signingKey: { id: 'ASIA0', secret: new Secret('old-secret'), session: new Secret('old') },
    })
    const provider = defineProvider(definition, {})
    const renewed = await provider.refresh!(record([json(credentials)]), before)
    expect(shown(renewed)).toMatchObject({ id: 'ASIA1' })
    const half = { ...credentials, SecretAccessKey: undefined }
    const without = await provider.refresh!(record([json(half)]), before)
    expect('signingKey' in without).toBe(true)
    expect(without.signingKey).toBeUndefined()
  })

  it('is that of the reply whose token counts', async () => {
    const own = define({
      login: [
        { request, reply: { access: 'bearer' } },
        { request: { ...request, path: '/keys' }, auth: 'token', reply },
      ],
    })
    const reach = record([json({ bearer: 'first' }), json(credentials)])
    const tokens = await defineProvider(own, {}).login!(reach, {})
    expect(tokens.access.reveal()).toBe('session-1')
    expect(shown(tokens)).toMatchObject({ id: 'ASIA1' })
  })

  it('has its secret erased from what others say', async () => {
    await login({ ...credentials, SecretAccessKey: 'erase-me-wherever' })
    expect(quoteForeign('wrong key: erase-me-wherever')).toBe('wrong key: [secret]')
  })

  it('does not stand alone in a definition', () => {
    const alone = define({ info: { request, reply: { signingKey: reply.signingKey! } } })
    expect(checkValue(alone)).toContainEqual({
      pointer: '/info/reply/signingKey',
      message: 'a signing key comes beside an `access` token, and ends with it',
    })
    expect(checkValue(definition)).toEqual([])
  })
})
