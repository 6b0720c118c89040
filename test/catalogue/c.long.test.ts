import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/sandbox/faults.ts'
import { hasPart, requirePart } from '../support/parts.ts'
import { startCommand } from '../support/run.ts'
import { startWitness } from '../support/witness.ts'
import {
  errorOf,
  json,
  listen,
  openHome,
  openWorld,
  raw,
  type Listener,
  type World,
} from './world.ts'

const credentials = { TOKN_EMAIL: 'a@b.example', TOKN_PASSWORD: 'canary-password' }

/** A login at whoever listens there, with the credentials of nobody. */
async function loginAt(
  { tokn }: Pick<World, 'tokn'>,
  server: Pick<Listener, 'url'>,
  flags: readonly string[] = [],
) {
  const args = ['login', 'web', '--provider', 'oz', '--base-url', server.url]
  const ended = await tokn([...args, ...flags], { env: credentials })
  expect(ended.err).not.toContain('canary-password')
  return ended
}

/** Strikes a refresh, and asserts that the session is what it was. */
async function refreshUnder(world: World, fault: Fault, flags: readonly string[] = []) {
  const before = world.stored()
  world.strike(fault)
  const ended = await world.tokn(['refresh', 'web', ...flags])
  // That the provider has ended a session is remembered with it.
  if (ended.status !== 4) expect(world.stored()).toEqual(before)
  return ended
}

const status = (status: number, body: unknown, more = {}): Fault => ({
  do: 'status',
  status,
  body,
  ...more,
})

describe('what a provider may answer', () => {
  test('C1: what is not JSON is told by its kind, never quoted', async () => {
    const world = await openWorld()
    await world.login()
    const cases: readonly Fault[] = [
      status(200, '<html>SECRET page', { contentType: 'text/html' }),
      status(200, ''),
      status(200, '{"a":"SECRET', { contentType: 'application/json' }),
      status(200, '{}', { contentType: 'application/json; charset=utf-16' }),
    ]
    for (const fault of cases) {
      const ended = await refreshUnder(world, fault)
      expect(ended, JSON.stringify(fault)).toMatchObject({ status: 6 })
      expect(ended.err).not.toContain('SECRET')
    }
  })

  test('C2: a token that is missing, or is none, leaves the old one', async () => {
    const world = await openWorld('oz')
    await world.login()
    const bodies = ['[]', 'null']
    for (const body of bodies) {
      const ended = await refreshUnder(world, { do: 'status', status: 200, body })
      expect(ended, body).toMatchObject({ status: 6 })
    }
    for (const access_token of ['', 5, 'x'.repeat(200_000)]) {
      const before = world.stored()
      world.strike({ do: 'merge', body: { access_token } })
      const ended = await world.tokn(['refresh', 'web'])
      expect(ended, JSON.stringify(access_token)?.slice(0, 30)).toMatchObject({ status: 6 })
      expect(world.stored()).toEqual(before)
    }
  })

  test('C3, C4: a token that no header can carry, or that is a slip of a program, is refused', async () => {
    const world = await openWorld('oz')
    await world.login()
    const bad = ['a\r\nb: c', '\u001b[31m', 'й']
    for (const access_token of [...bad, 'undefined', '[object Object]']) {
      world.strike({ do: 'merge', body: { access_token } })
      const before = world.stored()
      const ended = await world.tokn(['refresh', 'web'])
      expect(ended, access_token.slice(0, 20)).toMatchObject({ status: 6 })
      expect(world.stored()).toEqual(before)
    }
  })

  test('C5: too much is not read', async () => {
    const world = openHome()
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    const endless = (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n')
      const more = () => {
        while (!socket.destroyed && socket.write('x'.repeat(65_536))) continue
      }
      socket.on('drain', more)
      more()
    }
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'
    const zipped = Buffer.concat([
      Buffer.from(`${head}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`),
      bomb,
    ])
    for (const answer of [
      endless,
      raw(zipped),
      raw(`${head}content-length: 600000000\r\n\r\n{"a`),
      raw(`${head}content-length: 100\r\n\r\n{"a"`),
      json('{}', '200 OK', ['content-encoding: br']),
    ]) {
      const ended = await loginAt(world, await listen(answer), ['--timeout', '5s'])
      expect([6, 7], ended.err).toContain(ended.status)
    }
  })

  test('C6: one limit for everything, however slowly it comes', async () => {
    const drip = (head: string, text: string) => (socket: Socket) => {
      socket.write(head)
      let at = 0
      const timer = setInterval(() => socket.write(text[at++ % text.length] ?? ''), 100)
      socket.on('close', () => clearInterval(timer))
    }
    const answers = [
      () => undefined,
      drip('', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(99)}`),
      drip('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n', ' '),
    ]
    const outcomes = answers.map(async (answer) => {
      const server = await listen(answer)
      const startedAt = performance.now()
      const ended = await loginAt(openHome(), server, ['--timeout', '1s'])
      expect(performance.now() - startedAt).toBeLessThan(8_000)
      expect(ended).toMatchObject({ status: 7 })
      expect(server.received).toHaveLength(1)
    })
    await Promise.all(outcomes)
  })

  test('C7: no redirect is followed, and its target is told by its origin alone', async () => {
    const world = await openWorld('rightech')
    await world.login()
    const trap = await listen(json({}))
    const onward = await listen(json({}), hasPart('127.0.0.2') ? '127.0.0.2' : '127.0.0.1')
    const targets = [
      `${trap.url}/x?canary`,
      `${onward.url}/`,
      `//${new URL(onward.url).host}`,
      'file:///x',
    ]
    // All methods and targets of all kinds meet all codes in the tests of the client.
    const commands = [['list'], ['issue', '--name', 'x'], ['revoke', '66a66b2207dfcec6494cd618']]
    for (const code of [300, 301, 302, 303, 307, 308]) {
      const to = targets[code % targets.length] ?? ''
      const command = commands[code % commands.length] ?? []
      world.strike({ do: 'redirect', to, status: code })
      const before = world.api.log.length
      const ended = await world.tokn([...command, '-P', 'web'])
      expect(ended, `${code} ${command[0]}`).toMatchObject({ status: 6 })
      expect(errorOf(ended)).toContain('redirect')
      expect(ended.err).not.toContain('canary')
      expect(world.api.log.length).toBe(before + 1)
    }
    expect([...trap.received, ...onward.received]).toEqual([])
  })

  test('C8: what is hardly HTTP ends with 6 or 7', async () => {
    const world = openHome()
    const body = '\r\n\r\n{}'
    const answers = [
      'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      'HTTP/1.1 103 E\r\nx: y\r\n\r\n'.repeat(200),
      `HTTP/1.1 500 ${'x'.repeat(1_000_000)}${body}`,
      `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(30_000)}${body}`,
      `HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2${body}`,
      `HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked${body}`,
    ]
    for (const answer of answers) {
      const ended = await loginAt(world, await listen(raw(answer)), ['--timeout', '5s'])
      expect([6, 7], `${answer.slice(0, 40)}: ${ended.err}`).toContain(ended.status)
      expect(ended.err.length).toBeLessThan(1_000)
    }
  })

  test('C9, C10, C33: an end that means nothing is unknown, and one that is past is past', async () => {
    const world = await openWorld('rightech')
    await world.login()
    const day = 86_400_000
    const now = Date.now()
    const cases: ReadonlyArray<readonly [unknown, string]> = [
      [null, 'unknown'],
      [{}, 'unknown'],
      [1e15, 'unknown'],
      [now + day, 'known'],
      [Math.floor((now + day) / 1_000), 'known'],
      [String(now + day), 'known'],
      [5_000_000_000_000, 'unknown'],
    ]
    for (const [expiresAt, expiry] of cases) {
      world.strike({ do: 'merge', body: { expiresAt }, path: '/api/v1/tokens', method: 'POST' })
      const { status, out, err } = await world.tokn(['issue', 'web', '--name', 'x', '--json'])
      expect(status, `${JSON.stringify(expiresAt)}: ${err}`).toBe(0)
      expect([expiry, 'known'], JSON.stringify(expiresAt)).toContain(
        JSON.parse(out).expiry ?? expiry,
      )
      expect(out).not.toMatch(/NaN|Invalid/)
    }
  })

  test('C12, C34: doubled keys, depths and prototypes; an error that repeats what was sent', async () => {
    const world = await openWorld('oz')
    await world.login()
    const bodies = [
      `{"access_token":"a","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      '{"__proto__":{"access_token":"a","polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    ]
    for (const body of bodies) {
      expect(await refreshUnder(world, status(200, body))).toMatchObject({ status: 6 })
    }
    const { access, refresh = '' } = world.api.state.tokens[0]!
    for (const secret of [access, encodeURIComponent(refresh), btoa(access)]) {
      const body = { error_code: 0, error_message: `received: "${secret}"` }
      const ended = await refreshUnder(world, status(400, body))
      expect(ended.err).not.toContain(secret)
    }
    // The last of a key given twice is taken, and the answer is not refused: the tokens before it may
    // be spent by the time that it comes.
    world.strike(status(200, '{"access_token":"aaaa","access_token":"bbbb","expire_token":"cccc"}'))
    expect(await world.tokn(['refresh', 'web'])).toMatchObject({ status: 0 })
    expect(await world.tokn(['token', 'web'])).toMatchObject({ status: 0, out: 'bbbb\n' })
  })

  test('C13: names, scopes and errors that would drive a terminal', async () => {
    const world = await openWorld('rightech')
    await world.login()
    const evil =
      '\u001b]52;c;eHh4\u0007\u001b]8;;https://evil\u001b\\x\u001b[2J\u202e\u0085\r\nforged'
    const token = { _id: '66a66b2207dfcec6494cd618', name: evil, scopes: [evil], expiresAt: 4e12 }
    world.strike({ do: 'body', method: 'GET', body: [token] })
    for (const flags of [[], ['--plain'], ['--json'], ['--fields', 'name']]) {
      const { status, out } = await world.tokn(['list', 'web', ...flags])
      expect(status).toBe(0)
      expect(out).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f\u0080-\u009f]|^forged/m)
    }
    world.strike(status(400, { success: false, code: evil, message: evil }))
    for (const flags of [[], ['--json'], ['--debug']]) {
      const ended = await world.tokn(['issue', 'web', '--name', 'x', ...flags])
      expect(ended.status).toBe(6)
      expect(ended.err).not.toMatch(/^forged/m)
    }
  })

  test('C14: a huge list, ids twice, and names that are not unique', async () => {
    const world = await openWorld('rightech')
    await world.login()
    const id = (index: number) => index.toString(16).padStart(24, 'a')
    const token = (index: number, more = {}) => ({ _id: id(index), name: `n${index}`, ...more })
    const many = Array.from({ length: 20_000 }, (_, index) => token(index))
    world.strike({ do: 'body', method: 'GET', body: many })
    const long = await world.tokn(['list', 'web', '--json'])
    expect([0, 6]).toContain(long.status)
    const odd = [
      token(1, { name: 'same' }),
      token(2, { name: 'same' }),
      token(3),
      token(3),
      { _id: id(4) },
      token(5, { name: 'x'.repeat(100_000) }),
    ]
    world.strike({ do: 'body', method: 'GET', body: odd })
    const { status, out } = await world.tokn(['list', 'web', '--json'])
    expect(status).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ duplicates: [id(3)] })
    const before = world.api.log.length
    const ended = await world.tokn(['revoke', 'same', '-P', 'web'])
    expect(ended).toMatchObject({ status: 3 })
    expect(ended.err).toContain(`${id(1)}, ${id(2)}`)
    expect((await world.tokn(['revoke', 'n3', '-P', 'web'])).status).toBe(2)
    const sent = world.api.log.slice(before).map(({ method }) => method)
    expect(sent).not.toContain('DELETE')
  })

  test('C15: is waited for when it says how long, within the limit', async () => {
    const world = await openWorld('rightech')
    await world.login()
    const asked = async (after: string | undefined, timeout = '10s') => {
      const headers = after === undefined ? {} : { 'retry-after': after }
      world.strike({ ...status(429, {}), headers, times: 1 } as Fault)
      const before = world.api.log.length
      const ended = await world.tokn(['issue', 'web', '--name', 'x', '--timeout', timeout])
      return { ...ended, sent: world.api.log.length - before }
    }
    expect(await asked('1')).toMatchObject({ status: 0, sent: 2 })
    for (const after of ['99999999', '-5', 'soon', undefined, 'Fri, 31 Dec 2100 23:59:59 GMT']) {
      expect(await asked(after), after).toMatchObject({ status: 7, sent: 1 })
    }
    const mcs = await openWorld('mcs')
    await mcs.login()
    mcs.strike({ ...status(429, {}), headers: { 'retry-after': '0' } } as Fault)
    const before = mcs.api.log.length
    expect(await mcs.tokn(['refresh', 'web'])).toMatchObject({ status: 7 })
    expect(mcs.api.log.length).toBe(before + 1)
  })

  test('C16: what may be asked again is, and what may have happened is not', async () => {
    const world = await openWorld('rightech')
    await world.login()
    for (const code of [502, 503]) {
      world.strike({ ...status(code, {}), times: 1 } as Fault)
      expect((await world.tokn(['list', 'web'])).status).toBe(0)
      world.strike({ ...status(code, {}), times: 1 } as Fault)
      const before = world.api.log.length
      expect((await world.tokn(['issue', 'web', '--name', 'x'])).status).toBe(7)
      expect(world.api.log.length).toBe(before + 1)
    }
    const hoster = await openWorld('hosterby')
    await hoster.login()
    const said = { httpCode: 401, statusCode: 'error', messageList: { error: { x: 'no' } } }
    expect(await refreshUnder(hoster, status(200, said))).toMatchObject({ status: 4 })
    hoster.strike()
    await hoster.login()
    expect(await refreshUnder(hoster, status(200, { error: 'x' }))).toMatchObject({ status: 6 })
  })

  test('C17, C18: a host that is not there, refuses, or hangs up, is named and nothing more', async () => {
    const world = openHome()
    const refused = await loginAt(world, { url: 'http://127.0.0.1:1' })
    expect(refused).toMatchObject({ status: 7 })
    const nowhere = await loginAt(world, { url: 'https://no-such-host.invalid/a/path' })
    expect(nowhere).toMatchObject({ status: 7 })
    expect(errorOf(nowhere)).toContain('no-such-host.invalid')
    expect(errorOf(nowhere)).not.toContain('a/path')
    const hangUps: ReadonlyArray<(socket: Socket) => void> = [
      (socket) => void socket.resetAndDestroy(),
      (socket) => void socket.end(),
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{', () =>
          socket.resetAndDestroy(),
        )
      },
    ]
    for (const hangUp of hangUps) {
      const server = await listen(hangUp)
      expect((await loginAt(world, server)).status).toBe(7)
      expect(server.received).toHaveLength(1)
    }
  })

  test('C19: a server that cannot prove itself is told in words, never to be ignored', async () => {
    const world = openHome()
    const server = await listen((socket) => void socket.end('plain text\r\n'))
    const garbage = await loginAt(world, { url: `https://127.0.0.1:${server.port}` })
    expect(garbage).toMatchObject({ status: 7 })
    expect(garbage.err).not.toMatch(/-k\b|insecure/)
    expect(server.received.join('')).not.toContain('canary-password')
  })

  test('C20, C21, C32: base URLs that are not encrypted, or are more than a host', async () => {
    const world = openHome()
    const urls = [
      'http://example.com',
      'http://[::ffff:127.0.0.1]',
      'https://user:SECRET@example.com',
      'https://example.com/#x',
      'https://example.com/?x=SECRET',
      'https://example.com:65536',
      'https://example.com:４４３x',
      'file:///etc/passwd',
    ]
    for (const url of urls) {
      const ended = await loginAt(world, { url })
      expect(ended, url).toMatchObject({ status: 2 })
      expect(ended.err).not.toContain('SECRET')
    }
    const here = await listen(json({ error_code: 1, error_message: 'no' }, '400 Bad'))
    const named = hasPart('localhost') ? ['localhost'] : []
    for (const host of ['0x7f.1', '2130706433', ...named, '127.0.0.1.']) {
      const ended = await loginAt(world, { url: `http://${host}:${here.port}` })
      expect([2, 6], `${host}: ${ended.err}`).toContain(ended.status)
    }
    const alike = await loginAt(world, { url: 'https://xn--pple-43d.invalid' })
    expect(alike.err).toContain('xn--pple-43d.invalid')
    expect((await loginAt(world, { url: 'https://аpple.invalid' })).err).toContain('xn--')
  })

  test('C22: an id never changes the address', async () => {
    const world = await openWorld('rightech')
    await world.login()
    const ids = ['..%2f..', 'x?y', '//evil', '\\evil', '..']
    const tokens = ids.map((_id, index) => ({ _id, name: `n${index}` }))
    world.strike({ do: 'body', method: 'GET', path: '/api/v1/tokens', body: tokens })
    const before = world.api.log.length
    for (const [index, id] of ids.entries()) {
      const byName = await world.tokn(['revoke', `n${index}`, '-P', 'web'])
      expect(byName.status, `${id}: ${byName.err}`).not.toBe(0)
      await world.tokn(['revoke', '-P', 'web', '--', id])
    }
    const sent = world.api.log.slice(before).filter(({ method }) => method === 'DELETE')
    for (const { path } of sent) expect(path).toMatch(/^\/api\/v1\/tokens\/[^/?#]+$/)
  })

  test('C23: a proxy of the environment is not asked about this machine, and its password is not told', async () => {
    const world = await openWorld('oz')
    const trap = await listen(raw('HTTP/1.1 407 No\r\n\r\n'))
    const { host } = new URL(trap.url)
    const proxy = `http://user:SECRETPASS@${host}`
    const env = { HTTPS_PROXY: proxy, HTTP_PROXY: proxy, https_proxy: proxy, ALL_PROXY: proxy }
    expect((await world.login()).status).toBe(0)
    expect((await world.tokn(['refresh', 'web'], { env })).status).toBe(0)
    expect(trap.received).toEqual([])
    const args = ['login', 'far', '--provider', 'oz', '--base-url', 'https://far.invalid']
    const far = await world.tokn(args, { env: { ...env, ...credentials } })
    expect(far.status).toBe(7)
    expect(trap.received.join('')).toContain('CONNECT far.invalid:443')
    expect(far.err).not.toMatch(/SECRETPASS|canary-password/)
    expect(trap.received.join('')).not.toContain('canary-password')
  })

  test('C27: no header of ours has a letter that only looks like one', async () => {
    const world = await openWorld('hosterby')
    await world.login()
    await world.tokn(['info', 'web'])
    await world.tokn(['refresh', 'web'])
    const names = world.api.log.flatMap(({ headers }) => headers.map(([name]) => name))
    expect(names).toContain('X-User-Id')
    expect(names.filter((name) => !/^[\x21-\x7e]+$/.test(name))).toEqual([])
  })

  test.skipIf(!requirePart('curl'))(
    'C28: a token that travels in the query is nowhere else',
    async () => {
      const world = await openWorld('mcs')
      await world.login(['--debug'])
      const token = world.api.state.tokens[0]?.access ?? ''
      const witness = startWitness(() => [token], [world.home.path], 5)
      const ended = await startCommand(
        ['tokn', 'curl', 'web', '--debug', '--', '-sS', world.api.resource.url],
        world,
      ).ended
      witness.stop()
      expect(ended, ended.err).toMatchObject({ status: 0 })
      expect(ended.err).not.toContain(token)
      expect([...witness.sightings]).toEqual([])
      world.strike({ do: 'drop-before' })
      const failed = await world.tokn(['refresh', 'web', '--debug'])
      expect(failed).toMatchObject({ status: 7 })
    },
  )

  test('C29: a token that is refused is refreshed once, and no more', async () => {
    const world = await openWorld('rightech')
    await world.login()
    world.strike(status(401, { success: false, code: '401', message: 'jwt expired' }))
    const before = world.api.log.length
    expect(await world.tokn(['list', 'web'])).toMatchObject({ status: 4 })
    expect(world.api.log.length - before).toBeLessThanOrEqual(3)
  })

  // The old tokens are spent when the answer comes: whoever it is for, it holds the only tokens that
  // there are.
  test('C30: tokens of another user are kept', async () => {
    const world = await openWorld('hosterby')
    await world.login()
    world.strike({ do: 'merge', body: { userId: 1 }, under: 'payload' })
    const ended = await world.tokn(['refresh', 'web'])
    expect(ended, ended.err).toMatchObject({ status: 0 })
    const held = world.api.state.tokens.at(-1)?.access
    expect(await world.tokn(['token', 'web'])).toMatchObject({ status: 0, out: `${held}\n` })
  })

  test('C31: every request has a connection of its own', async () => {
    const world = openHome()
    const body = { access_token: 'canary-token-1', expire_token: 'canary-token-2', user: {} }
    const server = await listen(json(body, '200 OK', ['connection: keep-alive']))
    await loginAt(world, server)
    await loginAt(world, server)
    await sleep(0)
    expect(server.received).toHaveLength(2)
    for (const request of server.received) expect(request).toMatch(/connection: close/i)
  })
})
