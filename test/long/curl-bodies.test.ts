import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeHome, program, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, start, startCommand } from '../support/run.ts'
import { hasTerminal } from '../support/terminal.ts'

const megabyte = 1_048_576
const random = randomBytes(3 * megabyte)
const dead = '{"code":401,"text":"the token is dead"}'
const long = `{"text":"${'x'.repeat(3 * megabyte)}"}`
const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`

/** Answers with a token that is fresh at each login; the path says what else is answered. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
  const say = (body: string | Buffer, headers = {}, status = 200) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  seen.push(`${request.method} ${pathname}`)
  if (pathname === '/login') return void say(`{"token":"made-${seen.length}","refresh":"again"}`)
  switch (pathname) {
    case '/random':
      return void say(random, { 'content-type': 'application/octet-stream' })
    case '/long':
      return void say(long)
    case '/deep':
      return void say(deep)
    case '/dead':
      return void say(dead)
    case '/dead-in-gzip':
      return void say(gzipSync(dead), { 'content-encoding': 'gzip' })
    case '/dead-in-list':
      return void say(`[${dead}]`)
    case '/dead-elsewhere':
      return void say(`{"data":${dead}}`)
    case '/dead-with-mark':
      return void say(`\ufeff${dead}`)
    case '/cut':
      return void say('{"code":401,', { 'content-length': '999' })
    case '/empty':
      return void say('', {}, 401)
    case '/slow':
      return void trickle(response, dead)
    case '/blanks':
      return void trickle(response, `{${' '.repeat(100_000)}`)
    case '/endless':
      return void flood(response)
    default:
      return void say('{}', {}, 404)
  }
}

async function trickle(response: ServerResponse, text: string): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' })
  for (const sign of text) {
    if (response.destroyed) return
    response.write(sign)
    await wait(20)
  }
  response.end()
}

async function flood(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"text":"')
  const much = 'x'.repeat(65_536)
  response.setMaxListeners(0)
  while (!response.destroyed) {
    if (!response.write(much))
      await Promise.race([once(response, 'drain'), once(response, 'close')])
  }
}

let home: Home
let server: Server
let url: string
let seen: string[] = []

const definition = {
  id: 'bodies',
  title: 'Bodies',
  docs: 'https://bodies.example/docs',
  fields: [{ name: 'password', label: 'Password', secret: true }],
  attach: { headers: { authorization: 'Bearer {access}' } },
  login: {
    request: { method: 'POST', path: '/login', json: { password: '{fields.password}' } },
    reply: { access: 'token', refresh: 'refresh' },
  },
  refresh: {
    request: { method: 'POST', path: '/login', json: { refresh: '{refresh}' } },
    reply: { access: 'token', refresh: 'refresh' },
  },
  rotation: 'none',
  lifetime: '1h',
  api: {
    refused: [
      { when: { at: 'code', equals: 401 }, means: 'invalid' },
      { when: { status: 401 }, means: 'expired' },
    ],
  },
}

beforeAll(async () => {
  home = makeHome()
  server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  writeFileSync(join(home.work, 'bodies.json'), JSON.stringify(definition))
  const env = { TOKN_PASSWORD: 'a password' }
  for (const line of ['provider add bodies.json -y', `login web -p bodies --base-url ${url}`]) {
    const ended = await run(line.split(' '), { home, env })
    expect(ended, ended.err).toMatchObject({ status: 0 })
  }
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
  home.remove()
})

/** What `tokn curl` prints of a path, byte for byte. */
async function get(path: string, ...options: readonly string[]) {
  seen = []
  const { child, ended } = start(['curl', 'web', '--', '-sS', ...options, `${url}${path}`], {
    home,
  })
  const chunks: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  const { status, err } = await ended
  return { status, err, out: Buffer.concat(chunks) }
}

const hash = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')

describe.skipIf(!requirePart('curl'))('tokn curl passes on, as it is,', () => {
  test.each([
    ['what is no text', '/random', random],
    ['an object that is too long to be a refusal', '/long', long],
    ['an object that is too deep to be one', '/deep', deep],
    ['a compressed body that nobody asked to be read', '/dead-in-gzip', gzipSync(dead)],
    ['a list', '/dead-in-list', `[${dead}]`],
    ['a refusal at another place', '/dead-elsewhere', `{"data":${dead}}`],
    ['a mark before it', '/dead-with-mark', `\ufeff${dead}`],
  ])('%s', async (_, path, body) => {
    const { status, out, err } = await get(path)
    expect({ status, err, out: hash(out) }).toEqual({ status: 0, err: '', out: hash(body) })
    expect(seen).toEqual([`GET ${path}`])
  })

  test('an answer that is cut off, with the status of curl', async () => {
    const { status, out } = await get('/cut')
    expect({ status, out: out.toString() }).toEqual({ status: 18, out: '{"code":401,' })
    expect(seen).toEqual(['GET /cut'])
  })

  test('what comes too slowly to be waited for', async () => {
    const { child, ended } = start(['curl', 'web', '--', '-sS', `${url}/blanks`], { home })
    const started = Date.now()
    await once(child.stdout ?? child, 'data')
    expect(Date.now() - started).toBeLessThan(20_000)
    child.kill()
    await ended
  })

  test('what has no end, in little memory, until its reader has enough', async () => {
    const line = `"$1" "$2" curl web -- -sS "$3" | head -c 200000000 | wc -c`
    const { child, ended } = startCommand(
      ['sh', '-c', line, 'sh', process.execPath, program, `${url}/endless`],
      { home, env: { NODE_OPTIONS: '--max-old-space-size=64' } },
    )
    expect(child.pid).toBeGreaterThan(0)
    expect((await ended).out.trim()).toBe('200000000')
  })
})

describe.skipIf(!requirePart('curl') || !requirePart('linux'))(
  'where nothing can be written',
  () => {
    test('tokn curl ends as curl does, and says why', async () => {
      const line = `"$1" "$2" curl web -- -sS "$3" > /dev/full`
      const { status, err } = await startCommand(
        ['sh', '-c', line, 'sh', process.execPath, program, `${url}/dead-in-list`],
        { home },
      ).ended
      expect(status).toBe(23)
      expect(err).toMatch(/could not write to standard output \(ENOSPC\)/)
    })
  },
)

describe.skipIf(!requirePart('curl') || !hasTerminal())('in a terminal tokn curl', () => {
  const see = async (...options: readonly string[]) => {
    const words = [process.execPath, program, 'curl', 'web', '--', '-sS', ...options]
    const line = [...words, `${url}/random`].map((word) => `'${word}'`).join(' ')
    const script = ['script', '--quiet', '--return', '--command', line, '/dev/null']
    return await startCommand(script, { home, env: { SHELL: '/bin/sh' } }).ended
  }

  test('shows nothing binary, as curl does', async () => {
    const { status, out } = await see()
    expect(status).toBe(23)
    expect(out).toMatch(/^tokn: warning: binary output can mess up your terminal/)
    expect(out.length).toBeLessThan(1_000)
  })

  test('shows it where that is wanted', async () => {
    const { status, out } = await see('-o', '-')
    expect(status).toBe(0)
    expect(out.length).toBeGreaterThan(megabyte)
  })
})

describe.skipIf(!requirePart('curl'))('tokn curl refreshes once, and asks again, where', () => {
  test.each([
    ['the body is a refusal', '/dead', []],
    ['it is compressed, and curl reads that', '/dead-in-gzip', ['--compressed']],
    ['its head is printed as well', '/dead', ['-i']],
    ['its head goes to standard output', '/dead', ['-D', '-']],
    ['it comes sign by sign, but soon', '/slow', []],
    ['the status says so, and there is no body', '/empty', []],
    ['the status says so, and no body is wanted', '/empty', ['-I']],
    ['curl fails for the status', '/empty', ['-f']],
  ])('%s', async (_, path, options) => {
    await get(path, ...options)
    const method = options.includes('-I') ? 'HEAD' : 'GET'
    expect(seen).toEqual([`${method} ${path}`, 'POST /login', `${method} ${path}`])
  })
})
