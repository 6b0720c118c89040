import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { SharedEngine } from '../../../../src/core/shared-engine.ts'
import { openRedis } from '../../../../src/stores/redis/engine.ts'

// Real servers are in test/long/store-redis-*: here is what they seldom say.

let server: Server | undefined
let engine: SharedEngine | undefined

afterEach(async () => {
  await engine?.close()
  await new Promise((resolve) => (server === undefined ? resolve(0) : server.close(resolve)))
  server = engine = undefined
})

/** Something that does `answer` for each chunk that comes. */
async function serve(
  answer: (socket: Socket, chunk: string) => void,
  user = '',
  scheme = 'redis',
): Promise<void> {
  const sockets = new Set<Socket>()
  server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => answer(socket, String(chunk)))
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  server.once('close', () => sockets.clear())
  const { port } = server.address() as AddressInfo
  engine = openRedis({
    url: new URL(`${scheme}://${user}127.0.0.1:${port}`),
    time: { now: Date.now, monotonic: () => performance.now() },
    timeLeft: () => 700,
    environment: {},
    http: () => Promise.reject(new Error('no HTTP')),
  })
}

async function failureOf(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (failed: unknown) => failed,
  )
  return error as Error & { readonly code: string; readonly hint?: string }
}

describe('what Redis refuses', () => {
  test.each([
    ['LOADING Redis is loading the dataset in memory', 'network', 'still loading'],
    ['READONLY You can’t write against a read only replica.', 'network', 'is a replica'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'network', 'memory is full'],
    ['MISCONF Errors writing to the AOF file: No space left', 'network', 'write to its disk'],
    ['NOREPLICAS Not enough good replicas to write.', 'network', 'fewer replicas'],
    ['MASTERDOWN Link with MASTER is down', 'network', 'has lost its master'],
    ['CLUSTERDOWN The cluster is down', 'network', 'cluster is down'],
    ['TRYAGAIN Multiple keys request during rehashing of slot', 'network', 'moving keys'],
    ['ASK 3999 127.0.0.1:6381', 'network', 'moving keys'],
    ['BUSY Redis is busy running a script.', 'network', 'busy with a script'],
    ['ERR max number of clients reached', 'network', 'as many connections'],
    ['NOAUTH Authentication required.', 'store', 'asks for a password'],
    ['WRONGPASS invalid username-password pair', 'store', 'refuses the password'],
    ['NOPERM this user has no permissions to run the command', 'store', 'does not allow this'],
    ["ERR The user executing the script can't run this command", 'store', 'does not allow this'],
    ['DENIED Redis is running in protected mode', 'store', 'its own machine alone'],
    ['WRONGTYPE Operation against a key', 'store', 'something else into keys'],
    ['ERR unknown command `eval_ro`, with args', 'store', '7.0 or later'],
    [
      'ERR Error compiling script (new function): user_script:1: unexpected symbol near #',
      'store',
      '7.0 or later',
    ],
    ['ERR something of tomorrow', 'store', 'refuses this (ERR)'],
    ['canary of a strange answer', 'store', 'refuses this (ERR)'],
  ])('%s', async (answer, code, says) => {
    await serve((socket) => socket.write(`-${answer}\r\n`.repeat(2)))
    const error = await failureOf(engine!.write('id', { when: {} }))
    expect(error).toMatchObject({ code, message: expect.stringContaining(says) })
    expect(inspect(error, { depth: 9 })).not.toContain('canary')
  })

  test('is told without what was asked, and nothing else is printed', async () => {
    const printed = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')]
    const answers = [
      '-ERR AUTH <password> called without any password configured\r\n',
      '-WRONGPASS\r\n',
    ]
    for (const answer of answers) {
      await serve((socket) => socket.write(answer), 'canary-user:canary-password@')
      const parts = { record: 'canary-record' }
      const error = await failureOf(engine!.write('id', { name: 'canary-name', parts, when: {} }))
      expect(error).toMatchObject({ code: 'store' })
      expect(inspect(error, { depth: 9 }).replace('user canary-user', '')).not.toContain('canary')
    }
    for (const spy of printed) expect(spy).not.toHaveBeenCalled()
  })

  test('says what answers instead of Redis', async () => {
    await serve((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect(await failureOf(engine!.read('id'))).toMatchObject({
      code: 'network',
      message: expect.stringContaining('is not Redis'),
    })
  })

  test('is the connection: a server that expects TLS, one that is silent, one that is not there', async () => {
    await serve((socket) => socket.destroy())
    expect((await failureOf(engine!.read('id'))).hint).toContain('expect TLS')
    await engine!.close()
    server?.close()
    await serve(() => undefined)
    const begun = Date.now()
    expect((await failureOf(engine!.write('id', { when: {} }))).message).toContain('in time')
    expect(Date.now() - begun).toBeLessThan(3_000)
    await engine!.close()
    await new Promise((resolve) => server?.close(resolve))
    server = undefined
    expect((await failureOf(engine!.read('id'))).message).toContain('refused the connection')
  })

  test('is TLS, by a server that waits for the end of a line', async () => {
    await serve(() => undefined, '', 'rediss')
    expect(await failureOf(engine!.read('id'))).toMatchObject({
      code: 'network',
      message: expect.stringContaining('did not answer the TLS handshake in time'),
      hint: expect.stringContaining('may not speak TLS'),
    })
  })

  test('is no answer that comes in pieces, whose letters are cut in two', async () => {
    const text = 'не ASCII \u{1f511}\r\n'
    const row = ['id', 'a', 'name', 'n', 'version', 'v', 'generation', '1', 'record', text]
    const bulk = (part: string) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`
    const answer = Buffer.from(`*2\r\n:0\r\n*${row.length}\r\n${row.map(bulk).join('')}`)
    await serve((socket) => {
      void (async () => {
        for (const byte of answer) {
          socket.write(Buffer.from([byte]))
          await new Promise((resolve) => setImmediate(resolve))
        }
      })()
    })
    expect((await engine!.read('a'))?.parts).toEqual({ record: text })
  })

  test('of a script that it does not know is no refusal: it is told the whole of it', async () => {
    const asked: string[] = []
    await serve((socket, chunk) => {
      asked.push(chunk)
      socket.write(chunk.includes('evalsha') ? '-NOSCRIPT No matching script.\r\n' : ':1\r\n')
    })
    expect(await engine!.remove('id', {})).toBe(true)
    expect(asked.map((text) => /\r\n(eval\w*)\r\n/.exec(text)?.[1])).toEqual(['evalsha', 'eval'])
  })

  test('a cluster may say who has the keys; not how to lose them on the way', async () => {
    await serve((socket) => socket.write('-MOVED 1 10.0.0.1:6379\r\n'))
    expect(await failureOf(engine!.read('id'))).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('10.0.0.1:6379 could be read on the way'),
    })
  })
})
