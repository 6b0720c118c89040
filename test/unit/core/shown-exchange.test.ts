import { assert, property, string, anything, constantFrom, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/core/secret.ts'
import { ExchangeView, type ShownReply } from '../../../src/core/shown-exchange.ts'

const form = [['content-type', 'application/x-www-form-urlencoded']] as const
const json = [['content-type', 'application/json; charset=utf-8']] as const

const textOf = (shown: object) => JSON.stringify(shown)

function reply(body: unknown, status = 200, view = new ExchangeView()): ShownReply {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return view.reply({ status, headers: json, body: text })
}

describe('what is shown of a request', () => {
  it('is what is known to be nobody’s secret', () => {
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: '0123456789abcdef0123456789abcdef',
      code: 'code-canary',
      code_verifier: 'verifier-canary',
      client_secret: 'canary',
      client_assertion: 'e.y.canary',
      further: 'unknown-canary',
      own: 'by the profile',
      own_token: 'canary',
    })
    const view = new ExchangeView(['own', 'own_token'])
    const shown = view.request({
      method: 'POST',
      url: new URL('https://user:canary@sso.example.com/token?key=canary&scope=read#canary'),
      headers: [...form, ['Authorization', 'Basic Y2FuYXJ5'], ['dpop', 'a.b.canary']],
      body: body.toString(),
    })
    expect(textOf(shown)).not.toMatch(/canary|Y2FuYXJ5/)
    expect(shown).toEqual({
      method: 'POST',
      url: 'https://sso.example.com/token?key=[secret]&scope=read',
      headers: [
        ['content-type:', 'application/x-www-form-urlencoded'],
        ['Authorization:', 'Basic [secret]'],
        ['dpop:', '[secret]'],
      ],
      body: [
        ['grant_type', 'authorization_code'],
        ['client_id', '0123456789abcdef0123456789abcdef'],
        ['code', '[secret]'],
        ['code_verifier', '[secret]'],
        ['client_secret', '[secret]'],
        ['client_assertion', '[secret]'],
        ['further', '[not shown]'],
        ['own', 'by the profile'],
        ['own_token', '[secret]'],
      ],
    })
  })
})

describe('what is shown of a reply', () => {
  it('has no token of any name, at any depth, and none that is a name', () => {
    const shown = reply({
      data: [{ t: 'canary-canary' }, { a: { b: ['canary'] } }, 'canary'],
      canary0123456789canary0123456789: true,
      token_type: 'Bearer',
      expires_in: '600',
      pin: 123456,
      ok: true,
      message: 'your code is canary',
    })
    expect(textOf(shown)).not.toMatch(/canary|123456/)
    expect(shown.body).toContainEqual(['token_type', 'Bearer'])
    expect(shown.body).toContainEqual(['pin', '[secret]'])
  })

  it('does not repeat what was hidden before, in whatever form', () => {
    const view = new ExchangeView()
    view.request({
      method: 'POST',
      url: new URL('https://sso.example.com/token'),
      headers: form,
      body: 'code=hunter%2Fcanary&further=0123456789-canary',
    })
    const description = `no code hunter/canary, hunter%2Fcanary, ${btoa('hunter/canary')}, 0123456789-canary`
    const shown = reply(
      { error: 'invalid_grant', error_description: description, message: 'x' },
      400,
      view,
    )
    expect(textOf(shown)).not.toContain('canary')
    expect(textOf(shown)).not.toContain(btoa('hunter/canary').slice(2, 12))
    expect(shown.body).toContainEqual(['message', 'x'])
  })

  it('hides cookies, and what a header repeats of the body', () => {
    const shown = new ExchangeView().reply({
      status: 401,
      headers: [
        ...json,
        ['set-cookie', 'canary'],
        ['www-authenticate', 'Bearer error="invalid_token", error_description="abc-canary"'],
        ['location', 'https://a.example.com/b?code=canary&error=x'],
        ['x-other', 'canary'],
      ],
      body: '{"access_token":"abc-canary"}',
    })
    expect(textOf(shown)).not.toContain('canary')
    expect(shown.headers).toContainEqual([
      'location:',
      'https://a.example.com/b?code=[secret]&error=x',
    ])
  })

  it.each(['', '<html>canary', '{"a":', '"canary"', 'null', '[]', '[[["canary"]]]'])(
    'has nothing of a body that is %s',
    (body) => {
      expect(textOf(reply(body))).not.toContain('canary')
    },
  )

  it('shows nothing of what it does not know, whatever it is', () => {
    const name = constantFrom('token', 'x', 'data', 'user', 'value', 'message')
    assert(
      property(name, string({ minLength: 3 }), anything(), (key, tail, other) => {
        const secret = `canary${tail}`
        const body = JSON.stringify({
          [key]: secret,
          deep: [{ [key]: [secret, { [key]: secret }] }],
          other,
        })
        expect(textOf(reply(body).body.map(([, value]) => value))).not.toContain('canary')
      }),
    )
    assert(
      property(record({ error: string(), [`__proto__x`]: string() }), (body) => {
        const shown = textOf(reply(body, 400))
        expect(shown).not.toMatch(/\\u00(0|1)|\u001b/)
      }),
    )
  })
})

describe('a secret that a server repeats', () => {
  const own = new Secret('S3cr3tClientVALUE-xyz.99*~_q')

  it.each([
    ['alone', own.reveal(), '[secret]'],
    ['among words', `no client has "${own.reveal()}" here`, 'no client has "[secret]" here'],
    ['within a longer word', `a1${own.reveal()}b2`, '[secret]b2'],
    ['twice', `${own.reveal()} ${own.reveal()}`, '[secret] [secret]'],
  ])('is hidden to its end: %s', (_, text, shown) => {
    const { body } = reply({ error: 'invalid_client', error_description: text }, 400)
    expect(Object.fromEntries(body)['error_description']).toBe(shown)
  })

  it('hides what was one long word with it', () => {
    const before = 'abcdefgh12345678ijklmnop'
    const { body } = reply({ error_description: `${before}${own.reveal()}` }, 400)
    expect(Object.fromEntries(body)['error_description']).toBe('[secret]')
  })
})
