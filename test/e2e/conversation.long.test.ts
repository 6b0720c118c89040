import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { converse, said, type Turn } from '../support/conversation.ts'
import { makeHomes, type Environment } from '../support/home.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'

const enter = '\r'
const interrupt = '\u0003'
const end = '\u0004'
const yes = 'y'

// The clerk at the counter: what is wrong is said, and asked again; what is right stays.
describe.skipIf(!hasTerminal())('a login as a conversation', () => {
  let servers: Servers
  const { newHome, remove } = makeHomes()
  beforeAll(async () => {
    servers = await startServers(['rightech', 'oz', 'mcs', 'hosterby'], {})
  })
  afterEach(() => {
    remove()
  })
  afterAll(async () => await servers.close())

  // Where a provider takes pasted tokens too, it may be asked which it is to be.
  async function talk(
    args: readonly string[],
    turns: readonly Turn[],
    { home = newHome(), env = {} as Environment, plain = false } = {},
  ) {
    const given = plain ? { ...env, TERM: 'dumb' } : env
    const between = plain ? (['1-2', `1${enter}`] as const) : (['How to log in', enter] as const)
    const ended = await converse(openTerminal(args, home, given), turns, { plain, between })
    return { ...ended, home, lines: said(ended.err) }
  }

  const rightech = () => {
    const api = servers.api('rightech')
    const { TOKN_USERNAME: username = '', TOKN_PASSWORD: password = '' } = credentialsOf(api)
    return { api, username, password, at: ['-p', 'rightech', '--base-url', api.baseUrl] }
  }

  test('asks for the password alone after a wrong one, and shows what it keeps', async () => {
    const { username, password, at } = rightech()
    const { status, lines, home } = await talk(
      ['login', 'iot', ...at],
      [
        ['User name', ` ${username} ${enter}`],
        ['Password', `wrong${enter}`],
        ['Password', `  ${password} ${enter}`],
        ['Keep the credentials', yes],
      ],
    )
    expect(status).toBe(0)
    const kept = lines.find((line) => line.startsWith('kept: '))
    expect(kept).toBe(`kept: User name (e-mail address) ${username}`)
    expect(lines.filter((line) => line.endsWith(': once more'))).toHaveLength(1)
    expect(lines.join('\n')).toContain('the blanks around "Password" are left out')
    expect(lines.at(-1)).toBe('next: tokn token iot')
    const info = await run(['info', 'iot', '--local', '--json'], { home })
    expect(JSON.parse(info.out)).toMatchObject({ credentials_kept: true })
    const shown = await run(['profile', 'show', 'iot', '--json'], { home })
    expect(JSON.parse(shown.out)).toMatchObject({ credentials_kept: true })
  })

  test('ends after the third wrong password, with the exit status of one', async () => {
    const { api, username, at } = rightech()
    const before = api.log.length
    const { status, lines, out } = await talk(
      ['login', 'iot', ...at],
      [
        ['User name', `${username}${enter}`],
        ['Password', `wrong${enter}`],
        ['Password', `wrong too${enter}`],
        ['Password', `wrong again${enter}`],
      ],
    )
    expect({ status, out }).toEqual({ status: 4, out: '' })
    expect(api.log.length - before).toBe(3)
    expect(lines.filter((line) => line.endsWith(': once more'))).toHaveLength(2)
    expect(lines.join('\n')).toContain('tokn: error: ')
  })

  test('asks again where Oz refuses with its own words', async () => {
    const api = servers.api('oz')
    const { TOKN_EMAIL: email = '', TOKN_PASSWORD: password = '' } = credentialsOf(api)
    const { status, lines } = await talk(
      ['login', 'oz'],
      [
        ['Base URL', `example.com${enter}`],
        ['Base URL', `http://example.com${enter}`],
        ['Base URL', ` ${api.baseUrl}/api/authorize/auth/ ${enter}`],
        ['E-mail', `${email}${enter}`],
        ['Password', `wrong${enter}`],
        ['Password', `${password}${enter}`],
        ['Keep the credentials', enter],
      ],
    )
    expect({ status, first: lines[0] }).toEqual({
      status: 0,
      first: 'to Oz API, as profile oz, kept in the file store',
    })
    expect(lines[1]).toContain('is not a valid URL: once more')
    expect(lines[2]).toContain('is not encrypted: once more')
    expect(lines).toContain(`base URL taken as ${api.baseUrl}`)
  })

  test('says what a further login costs where they are counted, and stops where none is left', async () => {
    const api = servers.api('mcs')
    const { TOKN_CLIENT_ID: id = '', TOKN_CLIENT_SECRET: secret = '' } = credentialsOf(api)
    const home = newHome()
    const first = await talk(
      ['login', 'vis', ...addressOf(api), '--set', `client_id=${id}`],
      [
        ['Client secret', `wrong${enter}`],
        ['Client secret', `${secret}${enter}`],
        ['Keep the credentials', enter],
      ],
      { home },
    )
    expect(first.status).toBe(0)
    expect(first.lines.join('\n')).toContain(
      'each login spends one of those that MCS Vision allows',
    )
    // All but one of the 25 are used.
    for (let logins = 2; logins < 23; logins++) {
      const env = { ...credentialsOf(api), TOKN_CLIENT_SECRET: 'wrong' }
      await run(['login', 'vis', ...addressOf(api)], { home, env })
    }
    const last = await talk(
      ['login', 'vis', ...addressOf(api), '--set', `client_id=${id}`],
      [['Client secret', `wrong${enter}`]],
      { home },
    )
    expect(last.status).toBe(4)
    expect(last.lines.join('\n')).toContain('it is not asked again: ')
  })

  test('takes another name for a profile that cannot have the one given', async () => {
    const { username, password, at } = rightech()
    const { status, lines } = await talk(
      ['login', 'My Things', ...at],
      [
        ['Name of the profile', enter],
        ['Name of the profile', ` things ${enter}`],
        ['User name', `${username}${enter}`],
        ['Password', `${password}${enter}`],
        ['Keep the credentials', enter],
      ],
    )
    expect({ status, last: lines.at(-1) }).toEqual({ status: 0, last: 'next: tokn token things' })
  })

  test('has a new passphrase typed twice, and asks once for the one that is there', async () => {
    const { username, password, at } = rightech()
    const home = newHome()
    const env = { TOKN_STORE_KEY: undefined }
    const turns: readonly Turn[] = [
      ['User name', `${username}${enter}`],
      ['Password', `${password}${enter}`],
      ['Keep the credentials', enter],
    ]
    const first = await talk(
      ['login', 'iot', ...at],
      [
        ['New passphrase for the file store', `one${enter}`],
        ['Once more', `other${enter}`],
        ['New passphrase for the file store', `horse${enter}`],
        ['Once more', `horse${enter}`],
        ...turns,
      ],
      { home, env },
    )
    expect(first.status).toBe(0)
    expect(first.lines[0]).toMatch(/^to Rightech IoT Cloud at .*, as profile iot, kept in the file/)
    expect(first.lines[1]).toBe('tokn: the two passphrases differ: once more')
    const second = await talk(
      ['token', 'iot'],
      [
        ['Passphrase of the file store', `wrong${enter}`],
        ['Passphrase of the file store', `horse${enter}`],
      ],
      { home, env },
    )
    expect(second).toMatchObject({ status: 0, out: expect.stringMatching(/^eyJ/) })
    const never = await talk(
      ['token', 'iot'],
      ['a', 'b', 'c'].map((wrong) => ['Passphrase of the file store', `${wrong}${enter}`]),
      { home, env },
    )
    expect(never).toMatchObject({ status: 8, out: '' })
  })

  test('asks for nothing where the store cannot keep a session', async () => {
    const { at } = rightech()
    const home = newHome()
    writeFileSync(join(home.path, 'plain'), '')
    const env = { XDG_DATA_HOME: join(home.path, 'plain') }
    const { status, err } = await talk(['login', 'iot', ...at], [], { home, env })
    expect(status).toBe(8)
    expect(err).not.toContain('User name')
  })

  test.each([
    ['Ctrl-C', interrupt, false],
    ['the end of the input', end, false],
    ['Ctrl-C without a cursor', interrupt, true],
    ['the end of the input without a cursor', end, true],
  ])('loses nothing by %s at each of its questions', async (_, key, plain) => {
    const { username, password, at } = rightech()
    const home = newHome()
    const turns: readonly Turn[] = [
      ['User name', `${username}${enter}`],
      ['Password', `${password}${enter}`],
      ['Keep the credentials', enter],
    ]
    for (const [index, [question]] of turns.entries()) {
      const said = [...turns.slice(0, index), [question, key] as const]
      const ended = await talk(['login', 'iot', ...at], said, { home, plain })
      expect({ question, status: ended.status, out: ended.out }).toEqual({
        question,
        status: 130,
        out: '',
      })
      const token = await run(['token', 'iot'], { home })
      expect({ question, status: token.status }).toEqual({ question, status: index === 2 ? 0 : 3 })
      if (index === 2) expect(ended.err).toContain('is kept, without the credentials')
    }
    const info = await run(['info', 'iot', '--local', '--json'], { home })
    expect(JSON.parse(info.out)).toMatchObject({ credentials_kept: false })
    expect((await run(['doctor', '--offline'], { home })).status).toBe(0)
  })

  test('offers to end the token that it replaced, and says what was seen', async () => {
    const { username, password, at, api } = rightech()
    const home = newHome()
    const env = credentialsOf(api)
    await run(['login', 'iot', ...at], { home, env })
    const old = (await run(['token', 'iot'], { home })).out
    const turns = (last: string): readonly Turn[] => [
      ['Password', `${password}${enter}`],
      ['Keep the credentials', enter],
      ['The token that this login replaced', last],
    ]
    const willing = await talk(['login', 'iot', ...at, '--username', username], turns(yes), {
      home,
    })
    expect(willing.lines.join('\n')).toContain('the token before is revoked')
    expect(willing).toMatchObject({ status: 0 })
    const gone = await run(['check', '--online'], { home, env: { TOKN_TOKEN: old } })
    expect(gone.status).not.toBe(0)
    expect((await run(['list', 'iot', '--remote'], { home })).status).toBe(0)
    const second = (await run(['token', 'iot'], { home })).out
    const other = await talk(['login', 'iot', ...at, '--username', username], turns(enter), {
      home,
    })
    expect(other.status).toBe(0)
    expect(other.lines.join('\n')).not.toContain('the token before')
    expect((await run(['token', 'iot'], { home })).out).not.toBe(second)
  })

  describe('to an OAuth server', () => {
    let server: Server
    let issuer: string
    beforeAll(async () => {
      server = createServer((request, response) => {
        void (async () => {
          const body = await text(request)
          response.setHeader('content-type', 'application/json')
          if (request.method === 'GET') {
            const endpoints = { token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys` }
            const methods = { token_endpoint_auth_methods_supported: ['client_secret_post'] }
            response.end(JSON.stringify({ issuer, ...endpoints, ...methods }))
          } else if (new URLSearchParams(body).get('client_secret') === 'right') {
            response.end('{"access_token":"at","token_type":"bearer","expires_in":600}')
          } else {
            response.statusCode = 401
            response.end('{"error":"invalid_client"}')
          }
        })()
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    })
    afterAll(() => server.close())

    test('asks for the secret of a client, and again for a wrong one', async () => {
      const { status, lines, home } = await talk(
        ['login', 'work', '--issuer', issuer, '--client-id', 'app', '--flow', 'client'],
        [
          ['Client secret (may be left empty)', `wrong${enter}`],
          ['Client secret (may be left empty)', `right${enter}`],
          ['Keep the credentials', yes],
        ],
      )
      expect({ status, last: lines.at(-1) }).toEqual({ status: 0, last: 'next: tokn token work' })
      expect(lines[0]).toBe(`to ${new URL(issuer).host}, as profile work, kept in the file store`)
      expect((await run(['token', 'work'], { home })).out).toBe('at\n')
      const forgotten = await run(['profile', 'forget-credentials', 'work', '--json'], { home })
      expect(JSON.parse(forgotten.out)).toMatchObject({ forgotten: true, renewal: null })
    })

    test('takes no secret for an answer, and a file with a key that is there alone', async () => {
      const empty = await talk(
        ['login', 'work', '--issuer', issuer, '--client-id', 'app', '--flow', 'client'],
        Array.from({ length: 3 }, () => ['Client secret (may be left empty)', enter]),
      )
      expect(empty.status).toBe(4)
      expect(empty.lines.join('\n')).not.toContain('was left empty')
      const words = ['--issuer', issuer, '--client-id', 'app', '--client-auth', 'private_key_jwt']
      const key = await talk(
        ['login', 'work', ...words, '--flow', 'client'],
        [
          ['File with the private key', `/no/such/file${enter}`],
          ['File with the private key', '\u0003'],
        ],
      )
      expect(key.status).toBe(130)
      expect(key.lines.join('\n')).toContain('/no/such/file')
    })
  })
})
