import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findTexts } from '../support/files.ts'
import { linkCurl } from '../support/curl-world.ts'
import { makeHome, program, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand, type RunOptions } from '../support/run.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { nonceChallenge, startProtectedApi, type ProtectedApi } from './cli-verifier.ts'
import { startOidc, type OidcServer } from './oidc-server.ts'
import { logInAs } from './user-agent.ts'

const there = [hasTerminal(), requirePart('curl')].every(Boolean)

describe.skipIf(!there)('tokens that are bound to a key', () => {
  let server: OidcServer
  let api: ProtectedApi
  let home: Home
  beforeAll(async () => {
    server = await startOidc()
    api = await startProtectedApi()
    home = makeHome()
    const client = ['--issuer', server.issuer, '--client-id', 'native', '--dpop']
    const place = ['--api-url', api.origin, '--no-browser']
    const terminal = openTerminal(['login', 'work', ...client, ...place], home)
    await logInAs('alice', (await terminal.until(/^(http:\S+)$/m))[1] ?? '')
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
  })
  afterAll(async () => {
    await server?.stop()
    await api?.stop()
    home?.remove()
  })

  for (const [name, args] of [
    ['GET', []],
    ['GET with a query', ['?page=2&q=a%20b']],
    ['POST', ['-d', 'x=1']],
    ['DELETE', ['-X', 'DELETE']],
    ['HEAD', ['--head']],
  ] as const) {
    it(`go with a proof for ${name}`, async () => {
      const query = args.find((arg) => arg.startsWith('?')) ?? ''
      const others = args.filter((arg) => !arg.startsWith('?'))
      const words = ['curl', 'work', '--', '-sS', '-f', ...others, `${api.origin}/things${query}`]
      const { status, out, err } = await run(words, { home })
      expect({ status, err, complaints: api.complaints }).toEqual({
        status: 0,
        err: '',
        complaints: [],
      })
      if (name !== 'HEAD') expect(out).toBe('{"seen":true}\n')
    })
  }

  for (const ahead of [-3_600, -90, 90, 86_400]) {
    it(`go with a proof of the time that the API has, though the clock is ${ahead} s ahead`, async () => {
      home.shiftClock(ahead * 1_000)
      const words = ['curl', 'work', '--', '-sS', '-f', `${api.origin}/things`]
      const { status, out, err } = await startCommand(['tokn', ...words], { home }).ended
      home.shiftClock(0)
      expect({ status, out }, err).toEqual({ status: 0, out: '{"seen":true}\n' })
    })
  }

  it('are followed by the login that has more scopes, where the API wants some', async () => {
    const { out: json } = await run(['token', 'work', '--json'], { home })
    const { scopes } = JSON.parse(json) as { readonly scopes: readonly string[] }
    const all = [...scopes, 'orders:write'].join(' ')
    const words = ['curl', 'work', '--', '-sS', `${api.origin}/x`]
    for (const [asked, said] of [
      ['orders:write', `orders:write (tokn login work --scope "${all}")`],
      ['$(id)', ''],
    ] as const) {
      const challenge = `DPoP error="insufficient_scope", scope="${asked}"`
      api.challenge = { status: 403, headers: { 'WWW-Authenticate': challenge } }
      const { status, out, err } = await run(words, { home })
      api.challenge = undefined
      expect({ status, out }, err).toEqual({ status: 0, out: '{"seen":false}\n' })
      expect(err).toBe(said && `tokn: warning: the API wants more scopes for that: ${said}\n`)
    }
  })

  describe('where the API demands a nonce', () => {
    const answer = '{"seen":true}\n'
    beforeEach(() => {
      Object.assign(api, { challenge: nonceChallenge, demands: 0 })
      for (const list of [api.taken, api.complaints]) list.length = 0
      writeFileSync(join(home.work, 'in.txt'), 'of the file')
    })
    afterEach(() => {
      api.challenge = undefined
    })

    const curl = (words: readonly string[], options: Partial<RunOptions> = {}) =>
      run(['curl', 'work', '--', '-sS', ...words], { home, ...options })

    for (const [name, words, taken, more] of [
      ['GET', ['$API/x'], 'GET /x', {}],
      ['GET with a query', ['$API/x?a=b'], 'GET /x?a=b', {}],
      ['HEAD', ['-I', '$API/x'], 'HEAD /x', { out: /^HTTP\/1.1 200 OK\r\n/ }],
      ['DELETE', ['-X', 'DELETE', '$API/x'], 'DELETE /x', {}],
      ['a form', ['-d', 'a=1', '-d', 'b=2', '$API/x'], 'POST /x a=1&b=2', {}],
      ['JSON', ['--json', '{"a":1}', '$API/x'], 'POST /x {"a":1}', {}],
      ['data in the query', ['-G', '-d', 'a=1', '$API/x'], 'GET /x?a=1', {}],
      ['data of a file', ['-d', '@in.txt', '$API/x'], 'POST /x of the file', {}],
      ['standard input', ['--data-binary', '@-', '$API/x'], 'POST /x typed', {}],
      ['an upload of standard input', ['-T', '-', '$API/x'], 'PUT /x typed', {}],
      ['an upload to a folder', ['-T', 'in.txt', '$API/d/'], 'PUT /d/in.txt of the file', {}],
      [
        'a file to write to',
        ['-o', 'out', '$API/x'],
        'GET /x',
        { out: '', files: { out: answer } },
      ],
      ['a file named by the URL', ['-O', '$API/na'], 'GET /na', { out: '', files: { na: answer } }],
      [
        'the head as well',
        ['-i', '$API/x'],
        'GET /x',
        { out: /^HTTP\/1.1 200 OK\r\n[\s\S]*true}\n$/ },
      ],
      [
        'the head in a file',
        ['-D', 'head', '$API/x'],
        'GET /x',
        { files: { head: /^HTTP\/1.1 200/ } },
      ],
      ['failing on errors', ['-f', '$API/x'], 'GET /x', {}],
      ['a format', ['-w', '%{http_code}', '$API/x'], 'GET /x', { out: `${answer}200` }],
      ['a large answer', ['-o', 'large', '$API/large'], 'GET /large', { out: '' }],
    ] as const) {
      it(`it is answered: ${name}`, async () => {
        const said = words.map((word) => word.replace('$API', api.origin))
        const ended = await curl(said, { input: 'typed' })
        const expected: { out?: string | RegExp; files?: Record<string, string | RegExp> } = more
        expect(ended).toMatchObject({ status: 0, err: '' })
        expect({ demands: api.demands, taken: api.taken, complaints: api.complaints }).toEqual({
          demands: 1,
          taken: [taken],
          complaints: [],
        })
        expect(ended.out).toEqual(like(expected.out ?? answer))
        for (const [file, content] of Object.entries(expected.files ?? {})) {
          expect(readFileSync(join(home.work, file), 'utf8')).toEqual(like(content))
        }
        expect(readdirSync(join(home.path, 'tmp'))).toEqual([])
      })
    }
  })

  describe('that are not refused for the lack of a nonce', () => {
    for (const [name, challenge] of Object.entries({
      'another status': { ...nonceChallenge, status: 403 },
      'no demand': { status: 401, headers: { 'DPoP-Nonce': '$NONCE' } },
      'another error': {
        status: 401,
        headers: { 'WWW-Authenticate': 'DPoP error="invalid_token"', 'DPoP-Nonce': '$NONCE' },
      },
      'another scheme': {
        status: 401,
        headers: { 'WWW-Authenticate': 'Bearer error="use_dpop_nonce"', 'DPoP-Nonce': '$NONCE' },
      },
      'no nonce': {
        status: 401,
        headers: { 'WWW-Authenticate': 'DPoP error="use_dpop_nonce"' },
      },
      'two nonces': {
        status: 401,
        headers: { ...nonceChallenge.headers, 'DPoP-Nonce': ['$NONCE', 'other'] },
      },
      'a nonce of odd signs': {
        status: 401,
        headers: { ...nonceChallenge.headers, 'DPoP-Nonce': 'a"b' },
      },
    })) {
      it(`are sent once: ${name}`, async () => {
        Object.assign(api, { challenge, demands: 0 })
        try {
          const words = ['-sS', '-D', 'head', '-w', '%{http_code}', `${api.origin}/x`]
          const ended = await run(['curl', 'work', '--', ...words], { home })
          const shown = { status: 0, out: `{"seen":false}\n${challenge.status}`, err: '' }
          expect({ ...ended, demands: api.demands }).toEqual({ ...shown, demands: 1 })
          const head = readFileSync(join(home.work, 'head'), 'utf8')
          expect(head).toMatch(new RegExp(`^HTTP/1.1 ${challenge.status} `))
        } finally {
          api.challenge = undefined
        }
      })
    }

    it('are sent once to an API that wants none, and the answer passes whole', async () => {
      const words = ['curl', 'work', '--', '-sS', '-D', '-', `${api.origin}/large`]
      const { status, out, err } = await run(words, { home })
      expect({ status, err }).toEqual({ status: 0, err: '' })
      const [head = '', body = ''] = out.split('\r\n\r\n')
      expect(head).toMatch(/^HTTP\/1.1 200 OK/)
      expect(body).toBe('0123456789abcdef'.repeat(65_536))
    })

    it('are sent once where nobody can look at the answer first: without mkfifo', async () => {
      Object.assign(api, { challenge: nonceChallenge, demands: 0 })
      try {
        const line = [process.execPath, program, 'curl', 'work', '--', '-sS', `${api.origin}/x`]
        const ended = await startCommand(line, { home, env: { PATH: linkCurl(home) } }).ended
        expect(ended).toEqual({ status: 0, out: '{"seen":false}\n', err: '' })
        expect(api.demands).toBe(1)
      } finally {
        api.challenge = undefined
      }
    })

    it('end with a reader that goes away', async () => {
      const line = `tokn curl work -- -sS ${api.origin}/large | head -c 5`
      expect(await startCommand(['sh', '-c', line], { home }).ended).toMatchObject({ out: '01234' })
    })
  })

  it('are refused with what would not survive a second request', async () => {
    for (const words of [
      ['--no-clobber', '-o', 'x'],
      ['--skip-existing', '-o', 'x'],
      ['-H', 'DPoP: mine'],
      ['-H', 'Authorization: mine'],
    ]) {
      const args = ['curl', 'work', '--', ...words, `${api.origin}/x`]
      expect(await run(args, { home })).toMatchObject({ status: 2, out: '' })
    }
  })

  it('are taken by the userinfo endpoint of the server', async () => {
    const words = ['curl', 'work', '--', '-sS', '-f', `${server.issuer}/me`]
    const { status, out, err } = await run(words, { home })
    expect(status, err).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ sub: 'alice' })
  })

  it('are refreshed with the same key, which rests with the secrets', async () => {
    const refreshed = await run(['refresh', 'work'], { home })
    expect(refreshed.status, refreshed.err).toBe(0)
    const { status } = await run(['curl', 'work', '--', '-sSf', `${api.origin}/again`], { home })
    expect(status).toBe(0)
    expect(api.keys.size).toBe(1)
    expect(findTexts(home.path, ['"crv"', 'dpop_key'])).toEqual([])
  })

  it('are worth nothing to who has no proof', async () => {
    const { out } = await run(['token', 'work'], { home })
    for (const scheme of ['Bearer', 'DPoP']) {
      const headers = { authorization: `${scheme} ${out.trim()}` }
      expect((await fetch(`${api.origin}/stolen`, { headers })).status).toBe(401)
    }
  })

  it('are not sent where a proof cannot go along', async () => {
    const two = ['curl', 'work', '--', '-sS', `${api.origin}/1`, `${api.origin}/2`]
    const { status, out, err } = await run(two, { home })
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toContain('one request at a time')
    const elsewhere = await run(['curl', 'work', '--', 'https://example.com/'], { home })
    expect(elsewhere).toMatchObject({ status: 2, out: '' })
    const header = await run(['header', 'work'], { home })
    expect(header).toMatchObject({ status: 2, out: '' })
    expect(header.err).toContain('tokn: hint: tokn curl work -- URL\n')
    const token = await run(['token', 'work', '--json', '--fields', 'token_type'], { home })
    expect(JSON.parse(token.out)).toMatchObject({ token_type: 'DPoP' })
  })
})

function like(expected: string | RegExp): unknown {
  return typeof expected === 'string' ? expected : expect.stringMatching(expected)
}
