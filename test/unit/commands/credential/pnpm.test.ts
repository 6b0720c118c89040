import { describe, expect, test } from 'vitest'
import { pnpmProtocol } from '../../../../src/commands/credential/pnpm.ts'
import { act, loggedOut, otherWays, tokenOf } from './build-world.ts'

describe('pnpm', () => {
  test('gets the value of Authorization, without a word', async () => {
    const { status, out, asked } = await act(pnpmProtocol, {})
    expect({ status, out, asked }).toEqual({ status: 0, out: 'Bearer abc.def\n', asked: [{}] })
  })

  test('can say for which registry', async () => {
    const url = 'https://packages.example/npm/'
    const { out, asked } = await act(pnpmProtocol, { operands: [url] })
    expect(out).toBe('Bearer abc.def\n')
    expect(asked).toEqual([{ target: { kind: 'url', url } }])
  })

  test('gets nothing for another registry', async () => {
    const operands = ['https://elsewhere.example/']
    expect(await act(pnpmProtocol, { operands })).toMatchObject({ status: 3, out: '' })
  })

  test('gets nothing where the session has ended', async () => {
    expect(await act(pnpmProtocol, { give: loggedOut })).toMatchObject({ status: 4, out: '' })
  })

  test.each(otherWays)('is refused a token that travels in %s', async (_, attach) => {
    const ended = await act(pnpmProtocol, { give: () => tokenOf({ attach }) })
    expect(ended).toMatchObject({ status: 5, out: '' })
  })

  test('is refused what it would put another word in front of', async () => {
    const attach = { headers: { Authorization: '{access}' } }
    const ended = await act(pnpmProtocol, { give: () => tokenOf({ attach }) })
    expect(ended).toMatchObject({ status: 5, out: '' })
  })

  test('may say one URL, and no more', async () => {
    const operands = ['https://packages.example', 'https://packages.example']
    expect(await act(pnpmProtocol, { operands })).toMatchObject({ status: 2, out: '', asked: [] })
  })
})
