import { describe, expect, test } from 'vitest'
import { bazelProtocol } from '../../../../src/commands/credential/bazel.ts'
import { act, loggedOut, otherWays, tokenOf, type Scene } from './build-world.ts'

async function get(request: unknown, more: Scene = {}) {
  const input = typeof request === 'string' ? request : JSON.stringify(request)
  return await act(bazelProtocol, { operands: ['get'], input, ...more })
}

const uri = 'https://packages.example/a/b?c'
const headers = { Authorization: ['Bearer abc.def'] }
const expires = '2026-11-26T20:00:00Z'

describe('headers for Bazel', () => {
  test('with the true end of the token', async () => {
    const { status, out } = await get({ uri })
    expect({ status, out: JSON.parse(out) as unknown }).toEqual({
      status: 0,
      out: { headers, expires },
    })
    expect(out.endsWith('}\n')).toBe(true)
  })

  test('without one where nobody knows it', async () => {
    const { out } = await get({ uri }, { give: () => tokenOf({ expiresAt: undefined }) })
    expect(JSON.parse(out)).toEqual({ headers })
  })

  test('whatever else it says', async () => {
    const { out } = await get({ uri, other: [{ uri: 'https://elsewhere.example' }] })
    expect(JSON.parse(out)).toEqual({ headers, expires })
  })

  test('for a remote cache', async () => {
    const { out, asked } = await get({ uri: 'grpcs://packages.example/Service/Method' })
    expect(JSON.parse(out)).toEqual({ headers, expires })
    const url = 'https://packages.example/Service/Method'
    expect(asked).toEqual([{ target: { kind: 'url', url } }])
  })

  test('of any name, and as many as it takes', async () => {
    const attach = { headers: { 'X-Forensic-Access-Token': '{access}', 'X-Client': 'c' } }
    const { out } = await get({ uri }, { give: () => tokenOf({ attach }) })
    const all = { 'X-Forensic-Access-Token': ['abc.def'], 'X-Client': ['c'] }
    expect(JSON.parse(out)).toEqual({ headers: all, expires })
  })

  test('even of a name that objects know', async () => {
    const attach = { headers: Object.fromEntries([['__proto__', '{access}']]) }
    const { out } = await get({ uri }, { give: () => tokenOf({ attach }) })
    expect(out).toContain('"__proto__":["abc.def"]')
  })
})

describe('what Bazel is refused', () => {
  test('a place that no profile answers for', async () => {
    const { status, out } = await get({ uri: 'https://packages.example.evil/' })
    expect({ status, out }).toEqual({ status: 3, out: '' })
  })

  test('a session that has ended', async () => {
    const { status, out, said } = await get({ uri }, { give: loggedOut })
    expect({ status, out, said }).toEqual({
      status: 4,
      out: '',
      said: ['the session "web" has ended'],
    })
  })

  test.each(otherWays.filter(([what]) => !/^(?:a header of|two)/.test(what)))(
    'a token that travels in %s',
    async (_, attach) => {
      const { status, out } = await get({ uri }, { give: () => tokenOf({ attach }) })
      expect({ status, out }).toEqual({ status: 5, out: '' })
    },
  )

  test('a token that would be two lines', async () => {
    const give = () =>
      tokenOf({ attach: { headers: { Authorization: 'Bearer a\r\nX: {access}' } } })
    expect(await get({ uri }, { give })).toMatchObject({ status: 5, out: '' })
  })

  test.each([
    ['nothing', ''],
    ['no JSON', 'uri=https://packages.example'],
    ['no object', '["https://packages.example"]'],
    ['no URI', '{}'],
    ['a URI that is no text', '{"uri":["https://packages.example"]}'],
    ['two URIs', '{"uri":"https://a.example","uri":"https://packages.example"}'],
    ['the key of an older text', '{"url":"https://packages.example"}'],
  ])('%s', async (_, input) => {
    const { status, out, asked } = await get(input)
    expect({ status, out, asked }).toEqual({ status: 2, out: '', asked: [] })
  })

  test.each([[[]], [['store']], [['get', 'https://packages.example']]])(
    'to be run with %j',
    async (operands) => {
      expect(await get({ uri }, { operands })).toMatchObject({ status: 2, out: '', asked: [] })
    },
  )
})
