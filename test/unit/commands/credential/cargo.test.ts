import { describe, expect, test } from 'vitest'
import { cargoProtocol } from '../../../../src/commands/credential/cargo.ts'
import { act, loggedOut, offline, otherWays, endsAt, tokenOf, type Scene } from './build-world.ts'

const hello = '{"v":[1]}\n'
const index = 'sparse+https://packages.example/index/'

/** One request, of the version and for the registry that `more` does not change. */
function ask(more: Readonly<Record<string, unknown>> = {}): string {
  const registry = { 'index-url': index, name: 'mine' }
  return `${JSON.stringify({ v: 1, kind: 'get', operation: 'read', registry, args: [], ...more })}\n`
}

async function converse(input: string, more: Scene = {}) {
  const ended = await act(cargoProtocol, { operands: ['--cargo-plugin'], input, ...more })
  expect(ended.status).toBe(0)
  const [first, ...answers] = ended.out.split('\n').slice(0, -1)
  expect(`${first}\n`).toBe(hello)
  return { ...ended, answers: answers.map((line) => JSON.parse(line) as unknown) }
}

const given = {
  Ok: {
    kind: 'get',
    token: 'Bearer abc.def',
    cache: 'expires',
    expiration: endsAt / 1_000,
    operation_independent: true,
  },
}

describe('a token for cargo', () => {
  test('is the whole value of Authorization, until it ends', async () => {
    const { answers, asked } = await converse(ask())
    expect(answers).toEqual([given])
    expect(asked).toEqual([
      { target: { kind: 'url', url: 'https://packages.example/index/' }, username: undefined },
    ])
  })

  test.each(['publish', 'yank', 'unyank', 'owners', 'something-new'])(
    'to %s',
    async (operation) => {
      const { answers } = await converse(ask({ operation, name: 'crate', vers: '1.0.0' }))
      expect(answers).toEqual([given])
    },
  )

  test('for an index that is a git repository, by its own URL', async () => {
    const registry = { 'index-url': 'https://packages.example/index.git' }
    const { answers } = await converse(ask({ registry, extra: { deep: [1] } }))
    expect(answers).toEqual([given])
  })

  test('for as long as cargo runs where nobody knows when it ends', async () => {
    const give = () => tokenOf({ expiresAt: undefined })
    const { answers } = await converse(ask(), { give })
    expect(answers).toEqual([
      {
        Ok: {
          kind: 'get',
          token: 'Bearer abc.def',
          cache: 'session',
          operation_independent: true,
        },
      },
    ])
  })

  test('never beyond its last second', async () => {
    const { answers } = await converse(ask(), { give: () => tokenOf({ expiresAt: 1_999 }) })
    expect(answers).toMatchObject([{ Ok: { expiration: 1 } }])
  })

  test('of the profile that the configuration names', async () => {
    const give = () => tokenOf({ profile: 'work' })
    const { asked, answers } = await converse(ask({ args: ['work'] }), { give })
    expect(asked).toMatchObject([{ username: 'work' }])
    expect(answers).toEqual([given])
  })

  test('of a session that has no profile, whatever the configuration names', async () => {
    const give = () => tokenOf({ profile: undefined })
    expect((await converse(ask({ args: ['work'] }), { give })).answers).toEqual([given])
  })

  test('of no other profile than that', async () => {
    const { answers } = await converse(ask({ args: ['work'] }))
    expect(answers).toEqual([{ Err: { kind: 'not-found', message: expect.any(String) } }])
  })

  test('with whatever word stands before it', async () => {
    const give = () => tokenOf({ attach: { headers: { authorization: 'token {access}' } } })
    const { answers } = await converse(ask(), { give })
    expect(answers).toMatchObject([{ Ok: { token: 'token abc.def' } }])
  })

  test('for each request of several, until the input ends', async () => {
    const foreign = ask({ registry: { 'index-url': 'sparse+https://elsewhere.example/' } })
    const { answers } = await converse(ask() + foreign + ask({ kind: 'login' }) + ask())
    expect(answers).toEqual([
      given,
      { Err: { kind: 'url-not-supported' } },
      { Err: { kind: 'operation-not-supported', message: expect.any(String) } },
      given,
    ])
  })
})

describe('what cargo is refused', () => {
  test.each(['login', 'logout', 'something-new'])('%s', async (kind) => {
    const { answers, asked, said } = await converse(
      ask({ kind, token: 'secret', args: ['a', 'b'] }),
    )
    expect(said).toHaveLength(1)
    expect(answers).toEqual([
      { Err: { kind: 'operation-not-supported', message: expect.any(String) } },
    ])
    expect(asked).toEqual([])
  })

  test('a session that has ended, said to the user too', async () => {
    const { answers, said } = await converse(ask(), { give: loggedOut })
    const message = 'the session "web" has ended'
    expect(answers).toEqual([
      { Err: { kind: 'not-found', message, 'caused-by': ['tokn login web'] } },
    ])
    expect(said).toEqual([message])
  })

  test('anything else that goes wrong', async () => {
    const { answers, said } = await converse(ask(), { give: offline })
    expect(answers).toEqual([{ Err: { kind: 'other', message: 'the server cannot be reached' } }])
    expect(said).toEqual([])
  })

  test.each(otherWays)('a token that travels in %s', async (_, attach) => {
    const { answers, out } = await converse(ask(), { give: () => tokenOf({ attach }) })
    const curl = 'to send a request with it: tokn curl URL'
    const both = [curl, 'to hand it to a program: tokn exec -- COMMAND']
    const causes = attach.bound === true ? [curl] : both
    const refusal = { kind: 'other', message: expect.any(String), 'caused-by': causes }
    expect(answers).toEqual([{ Err: refusal }])
    expect(out).not.toContain('abc.def')
  })

  test.each([
    ['no JSON', 'secret words'],
    ['an empty line', ''],
    ['no object', '[1]'],
    ['a text cut off', '{"v":1,"kind":"get'],
    ['a version from the future', ask({ v: 2 }).trim()],
    ['no version', ask({ v: undefined }).trim()],
    ['no kind', ask({ kind: undefined }).trim()],
    ['a kind that is no text', ask({ kind: 7 }).trim()],
    ['no registry', ask({ registry: undefined }).trim()],
    ['a registry that is a text', ask({ registry: index }).trim()],
    ['no URL of an index', ask({ registry: { name: 'mine' } }).trim()],
    ['arguments that are no list', ask({ args: 'work' }).trim()],
    ['an argument that is no text', ask({ args: [7] }).trim()],
    ['two arguments', ask({ args: ['--profile', 'work'] }).trim()],
    ['one thing said twice', '{"v":1,"kind":"get","kind":"get","registry":{"index-url":"a"}}'],
    ['nothing but depth', '['.repeat(50_000)],
  ])('%s, and then it goes on', async (_, line) => {
    const { answers, asked } = await converse(`${line}\n${ask()}`)
    expect(answers).toEqual([{ Err: { kind: 'other', message: expect.any(String) } }, given])
    expect(JSON.stringify(answers)).not.toContain('secret')
    expect(asked).toHaveLength(1)
  })

  test.each([[[]], [['get']], [['--cargo-plugin', 'get']]])(
    'to be run with %j',
    async (operands) => {
      const ended = await act(cargoProtocol, { operands, input: ask() })
      expect(ended).toMatchObject({ status: 2, out: '' })
    },
  )
})
