import { createServer as createWeb } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { EngineOptions, SharedEngine } from '../../../src/core/shared-engine.ts'
import { createHttp } from '../../../src/io/http/http.ts'
import { openEtcd } from '../../../src/stores/etcd/engine.ts'
import { openPostgres } from '../../../src/stores/postgres/engine.ts'
import { openRedis } from '../../../src/stores/redis/engine.ts'

/** One each: a secret is known to the whole process. */
const [password, another] = ['PLAINWORDSECRET', 'ALSOOFPLAINWORDS']

async function open(
  opener: (options: EngineOptions) => SharedEngine,
  scheme: string,
  server: Server,
  place = '',
): Promise<SharedEngine> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const engine = opener({
    url: new URL(`${scheme}//${scheme === 'etcd:' ? '' : 'me@'}127.0.0.1:${port}${place}`),
    password: scheme === 'postgres:' ? another : password,
    ca: undefined,
    time: { now: Date.now, monotonic: () => performance.now() },
    timeLeft: () => 2_000,
    environment: {},
    http: async () => createHttp({ environment: {} }),
  })
  onTestFinished(async () => await engine.close())
  return engine
}

async function failureOf(ask: () => Promise<unknown>): Promise<Error & { readonly code: string }> {
  return await ask().then(
    (found) => expect.fail(`answered: ${JSON.stringify(found)}`),
    (error: unknown) => error as Error & { readonly code: string },
  )
}

/** Says that again and again, whatever is asked. */
function saying(answer: (heard: string) => string | Buffer): Server {
  return createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => void socket.write(answer(chunk.toString('latin1'))))
  })
}

describe('what answers in place of Redis', () => {
  const nonsense: ReadonlyArray<readonly [string, string]> = [
    ['a list of more than there can be', '*4294967296\r\n'],
    ['lists in lists without end', '*1\r\n'.repeat(100_000)],
    ['lists in lists, with an end', `${'*1\r\n'.repeat(2_000)}:1\r\n`],
    ['a map', '%1\r\n+a\r\n:1\r\n'],
    ['a truth', '#t\r\n'],
    ['a large number', '(12345678901234567890\r\n'],
    ['a list with an error in it', '*1\r\n-ERR x\r\n'],
    ['what is no answer', 'garbage\r\n'],
  ]
  test.each(nonsense)('with %s is said not to be one', async (_, answer) => {
    const engine = await open(
      openRedis,
      'redis:',
      saying(() => answer),
    )
    const failure = await failureOf(() => engine.find('web'))
    expect(failure).toMatchObject({ code: 'network', retryable: false })
    expect(failure.message).toMatch(/is not Redis$/)
  })

  test.each([
    ['as a code', `-${password} no\r\n`],
    ['as a place', `-MOVED 1 ${password}:6379\r\n`],
    ['as a version', `$${password.length}\r\n${password}\r\n`],
  ])('does not get the password shown that it says %s', async (_, answer) => {
    const engine = await open(
      openRedis,
      'redis:',
      saying((heard) => {
        const greeting = heard.includes('\r\nauth\r\n') ? '+OK\r\n' : ''
        return greeting + (heard.includes('\r\nget\r\n') ? answer : '')
      }),
    )
    const failure = await failureOf(() => engine.prepare())
    expect(failure.message).toMatch(/refuses|newer|moving|moved|elsewhere/)
    expect(failure.message).not.toContain(password)
  })
})

describe('what answers in place of PostgreSQL', () => {
  const int = (value: number) => {
    const four = Buffer.alloc(4)
    four.writeInt32BE(value)
    return four
  }
  const message = (kind: string, body: string | Buffer) =>
    Buffer.concat([Buffer.from(kind), int(Buffer.byteLength(body) + 4), Buffer.from(body)])
  const ready = Buffer.concat([message('R', int(0)), message('Z', 'I')])
  const fields = (state: string, text: string) => `SFATAL\0C${state}\0M${text}\0`
  const refusal = (state: string, text: string) => message('E', `${fields(state, text)}\0`)
  /** To the start, and to what is asked then. */
  const twice = (first: Buffer, second: (heard: string) => Buffer) =>
    saying((heard) => (heard.includes('user\0') ? first : second(heard)))
  const none = () => Buffer.alloc(0)
  const nonsense: ReadonlyArray<readonly [string, Server]> = [
    ['a way to ask who is there that nobody knows', twice(message('R', int(99)), none)],
    ['a length that is none', twice(ready, () => Buffer.from([68, 0, 0, 0, 0]))],
    ['a length without end', twice(Buffer.from([82, 0x7f, 255, 255, 255]), none)],
    ['less than no columns', twice(ready, () => message('T', Buffer.from([255, 255, 97])))],
    ['a row that is shorter than it says', twice(ready, () => message('D', Buffer.from([0, 9])))],
    ['an error that does not end', twice(message('E', fields('28000', 'no')), none)],
    ['an error of nothing', twice(message('E', ''), none)],
    ['a message of an unknown kind', twice(message('?', 'x'), none)],
  ]
  test.each(nonsense)('with %s is said not to be one', async (_, server) => {
    const engine = await open(openPostgres, 'postgres:', server, '/d')
    const failure = await failureOf(() => engine.find('web'))
    expect(failure).toMatchObject({ code: 'network', retryable: false })
    expect(failure.message).toMatch(/does not speak as a PostgreSQL does$/)
    await failureOf(() => engine.watch('rows', () => undefined).then((stop) => stop()))
  })

  test.each([
    [2, 'krb5'],
    [7, 'gss'],
    [9, 'sspi'],
  ])('and asks who is there by the way %i has that named', async (kind, name) => {
    const server = twice(message('R', int(kind)), none)
    const engine = await open(openPostgres, 'postgres:', server, '/d')
    const failure = await failureOf(() => engine.find('web'))
    expect(failure).toMatchObject({ code: 'store' })
    expect(failure.message).toMatch(new RegExp(`does not speak: ${name}$`))
  })

  test.each(['28P01', '42501', '3D000', '57014', 'XX000', '3F'])(
    'does not get shown what it was told, with the state %s',
    async (state) => {
      const said = (heard: string) => refusal(state, `no \u001b[31m${heard.slice(5, -1)}`)
      const server = twice(message('R', int(3)), said)
      const engine = await open(openPostgres, 'postgres:', server, '/d')
      const failure = await failureOf(() => engine.find('web'))
      expect(failure.message).toContain('[secret]')
      expect(failure.message).toContain('127.0.0.1')
      expect(failure.message).not.toContain(another)
      expect(failure.message).not.toContain('\u001b')
    },
  )

  test('says at most a line', async () => {
    const server = twice(refusal('28000', 'no '.repeat(1_000)), none)
    const engine = await open(openPostgres, 'postgres:', server, '/d')
    const failure = await failureOf(() => engine.find('web'))
    expect(failure.message.length).toBeLessThan(400)
  })
})

describe('what answers in place of etcd', () => {
  const answering = (answer: string) =>
    createWeb((request, response) => {
      request.resume()
      response.end(answer)
    })
  const header = { revision: '9'.repeat(100) }

  test.each([
    [{}],
    [[]],
    [null],
    [{ result: null }],
    [{ header: 5, kvs: [] }],
    [{ succeeded: true, responses: [] }],
  ])('with %j is said not to be one', async (answer) => {
    const engine = await open(openEtcd, 'etcd:', answering(JSON.stringify(answer)))
    for (const asking of [
      async () => await engine.find('web'),
      async () => await engine.list(undefined, 5),
      async () => await engine.incarnation(),
    ]) {
      const failure = await failureOf(asking)
      expect(failure).toMatchObject({ code: 'store' })
      expect(failure.message).toMatch(/is not the JSON gateway/)
    }
  })

  test('and never lets anything be written is not asked for ever', async () => {
    const engine = await open(openEtcd, 'etcd:', answering(JSON.stringify({ header })))
    for (const asking of [
      async () => await engine.incarnation(),
      async () => await engine.takeLease('a', 'me', 5_000),
    ]) {
      expect(await failureOf(asking)).toMatchObject({ code: 'network' })
    }
  })

  test('with values of other kinds is an answer with nothing in it', async () => {
    const kvs = [{ key: 'DEEP', value: { toString: 1 }, mod_revision: 'DEEP', lease: 'DEEP' }]
    const odd = { errors: ['DEEP', { toString: 1 }], leader: 'DEEP', version: 'DEEP', token: 'x' }
    const text = JSON.stringify({ header, kvs, ...odd })
    const deep = '['.repeat(20_000) + ']'.repeat(20_000)
    const engine = await open(openEtcd, 'etcd:', answering(text.replaceAll('"DEEP"', deep)))
    expect(await engine.find('web')).toBeUndefined()
    expect(await engine.readDocument('keys')).toBeUndefined()
    expect((await engine.examine()).map(({ id }) => id)).toContain('members')
  })
})
