import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run, startCommand } from '../support/run.ts'
import { openTerminal } from '../support/terminal.ts'
import { readClaims } from '../../src/core/jwt.ts'
import { metadata, startFake, type FakeServer, type Seen } from '../unit/oauth/fake-server.ts'

const given = { access_token: 'given', token_type: 'Bearer', expires_in: 600 }
const secret = { TOKN_CLIENT_SECRET: 's3cret-value' }

let fake: FakeServer
let home: Home
beforeEach(async () => {
  home = makeHome()
  fake = await startFake({
    '/.well-known/oauth-authorization-server': metadata(),
    '/token': { body: given },
  })
})
afterEach(async () => {
  home.remove()
  await fake.stop()
})

const client = () => [
  'login',
  'svc',
  '--issuer',
  fake.origin,
  '--client-id',
  'app',
  '--flow',
  'client',
]
const person = () => [
  ...['login', 'svc', '--issuer', fake.origin, '--client-id', 'app', '--flow', 'password'],
  ...['--username', 'alice', '--client-auth', 'none'],
]
const password = { TOKN_PASSWORD: 'correct horse' }

async function expectRun(words: readonly string[], env = {}): Promise<string> {
  const { status, out, err } = await run(words, { home, env })
  expect(status, err).toBe(0)
  return out + err
}

async function expectUsage(words: readonly string[], env = {}): Promise<string> {
  const before = fake.seen.length
  const { status, out, err } = await run(words, { home, env })
  expect({ status, out, sent: fake.seen.length - before }, err).toEqual({
    status: 2,
    out: '',
    sent: 0,
  })
  return err
}

/** As from another moment: the clock is only moved for a program of its own. */
async function later(words: readonly string[], env = {}): Promise<Awaited<ReturnType<typeof run>>> {
  return await startCommand(['tokn', ...words], { home, env }).ended
}

const asked = () => fake.seen.filter(({ url }) => url === '/token')
const form = () => [...(asked().at(-1)?.form ?? [])]

describe('further parameters of token requests', () => {
  it('go out with every request, byte for byte', async () => {
    fake.answers['/token'] = { body: { ...given, refresh_token: 'r1' } }
    const odd = ' a+b&c=d %41 é'
    const words = ['--token-param', `odd=${odd}`, '--token-param', 'empty=']
    await expectRun([...person(), ...words], password)
    expect(form()).toEqual(
      expect.arrayContaining([
        ['odd', odd],
        ['empty', ''],
      ]),
    )
    await expectRun(['refresh', 'svc'])
    expect(form()).toEqual(
      expect.arrayContaining([
        ['grant_type', 'refresh_token'],
        ['odd', odd],
      ]),
    )
  })

  it('may name several audiences and resources, and nothing else twice', async () => {
    const words = ['--token-param', 'audience=a', '--token-param', 'audience=b', '--audience', 'c']
    await expectRun([...client(), ...words, '--token-param', 'audience=c'], secret)
    const audiences = form().filter(([name]) => name === 'audience')
    expect(audiences.map(([, value]) => value).toSorted()).toEqual(['a', 'b', 'c'])
    const twice = ['--token-param', 'x=1', '--token-param', 'x=2']
    expect(await expectUsage([...client(), ...twice], secret)).toContain('"x" twice')
  })

  it.each([
    ['grant_type', '--flow'],
    ['client_id', '--client-id'],
    ['client_secret', '--client-secret-file'],
    ['client_assertion', '--private-key-file'],
    ['password', '--password-stdin'],
    ['username', '--username'],
    ['subject_token', '--subject-token-file'],
    ['assertion', '--assertion-file'],
    ['scope', '--scope'],
    ['redirect_uri', '--redirect-uri'],
    ['code_verifier', 'by itself'],
    ['refresh_token', 'by itself'],
    ['code', 'by itself'],
  ])('are not what has its own place: %s', async (name, place) => {
    const err = await expectUsage([...client(), '--token-param', `${name}=hidden-value`], secret)
    expect(err).toContain(`"${name}"`)
    expect(err).toContain(place)
    expect(err).not.toContain('hidden-value')
    const query = { ...secret, TOKN_TOKEN_PARAMETERS: `a=b&${name}=hidden-value` }
    expect(await expectUsage(client(), query)).toContain(place)
  })

  it('of the address that a browser opens are for no other flow', async () => {
    const words = ['--authorization-param', 'login_hint=alice']
    expect(await expectUsage([...client(), ...words], secret)).toContain('--authorization-param')
  })

  it('may be secret, from a variable or a file, and are kept with the session', async () => {
    fake.answers['/token'] = { body: { ...given, refresh_token: 'r1' } }
    const file = join(home.work, 'parameters')
    writeFileSync(file, 'pin=12%2034-sealed\n', { mode: 0o600 })
    const env = { ...password, TOKN_SECRET_TOKEN_PARAMETERS_FILE: file }
    const said = await expectRun([...person(), '--debug'], env)
    expect(form()).toContainEqual(['pin', '12 34-sealed'])
    expect(said).not.toContain('34-sealed')
    await expectRun(['refresh', 'svc'])
    expect(form()).toContainEqual(['pin', '12 34-sealed'])
    expect((await run(['profile', 'show', 'svc', '--json'], { home })).out).not.toContain('sealed')
    const own = { ...password, TOKN_SECRET_TOKEN_PARAMETERS: 'client_secret=x' }
    const refused = await run(person(), { home, env: own })
    expect(refused).toMatchObject({ status: 2, out: '' })
  })

  it('take none of the preset away', async () => {
    const { err } = await run(
      [
        'login',
        'web',
        '-p',
        'google',
        '--client-id',
        'app',
        '--authorization-param',
        'hd=x',
        '--dry-run',
      ],
      { home },
    )
    expect(err).not.toContain('error')
    expect(
      (await run(['login', 'x', '--issuer', fake.origin, '--token-param', 'x'], { home })).status,
    ).toBe(2)
  })
})

describe('scopes', () => {
  const scopesOf = async () => {
    const out = await expectRun(['token', 'svc', '--json'])
    return (JSON.parse(out) as { scopes: readonly string[] }).scopes
  }
  const echo = (text: (scope: string) => string) => (seen: Seen) => ({
    body: { ...given, scope: text(seen.form.get('scope') ?? '') },
  })

  it('with commas are sent as they are written, and not cut in the reply', async () => {
    fake.answers['/token'] = echo((scope) => scope)
    await expectRun([...client(), '--scope', 'a,b', '--scope', 'c'], secret)
    expect(form()).toContainEqual(['scope', 'a,b c'])
    expect(await scopesOf()).toEqual(['a,b', 'c'])
    await expectRun([...client(), '--set', 'scope=d,e f'], secret)
    expect(form()).toContainEqual(['scope', 'd,e f'])
    expect(await scopesOf()).toEqual(['d,e', 'f'])
    // The profile has it so, for the next login.
    await expectRun(['login', 'svc'], secret)
    expect(form()).toContainEqual(['scope', 'd,e f'])
    await expectRun(client(), { ...secret, TOKN_SCOPE: 'g,h' })
    expect(form()).toContainEqual(['scope', 'g,h'])
  })

  it('of a profile from before are by commas as they were', async () => {
    fake.answers['/token'] = echo((scope) => scope)
    await expectRun([...client(), '--set', 'scope=d e f'], secret)
    const path = join(home.config, 'config.json')
    const before = readFileSync(path, 'utf8').replace('"d e f"', '"d,e f"')
    expect(before).toContain('"d,e f"')
    writeFileSync(path, before)
    await expectRun(['login', 'svc'], secret)
    expect(form()).toContainEqual(['scope', 'd e f'])
    expect(await scopesOf()).toEqual(['d', 'e', 'f'])
  })

  it('are read of a server that answers with commas', async () => {
    fake.answers['/token'] = echo((scope) => scope.replaceAll(' ', ','))
    const said = await expectRun([...client(), '--scope', 'repo', '--scope', 'user'], secret)
    expect(said).not.toContain('warning')
    expect(await scopesOf()).toEqual(['repo', 'user'])
  })

  it.each([
    ['comma', 'a,b'],
    ['plus', 'a+b'],
    ['space', 'a b'],
  ])('have a %s between where the server wants that', async (separator, sent) => {
    fake.answers['/token'] = echo((scope) => scope)
    const words = ['--set', `scope_separator=${separator}`, '--scope', 'a', '--scope', 'b']
    const said = await expectRun([...client(), ...words], secret)
    expect(form()).toContainEqual(['scope', sent])
    expect(said).not.toContain('warning')
    expect(await scopesOf()).toEqual(['a', 'b'])
  })
})

describe('a lifetime that the profile says', () => {
  const silent = { access_token: 'given', token_type: 'Bearer', refresh_token: 'r1' }

  it('holds where neither the reply nor the token does, and is called assumed', async () => {
    fake.answers['/token'] = { body: silent }
    const said = await expectRun([...person(), '--token-lifetime', '1h'], password)
    expect(said).toContain('(assumed)')
    const token = JSON.parse(await expectRun(['token', 'svc', '--json'])) as Record<string, unknown>
    expect(token).toMatchObject({ expiry: 'assumed' })
    expect(Number(token['expires_in'])).toBeGreaterThan(3_500)
    expect(await expectRun(['info', 'svc', '--local'])).toContain('assumed: the reply did not say')
    home.shiftClock(3_700_000)
    const before = asked().length
    expect((await later(['token', 'svc'])).status).toBe(0)
    expect(asked()).toHaveLength(before + 1)
    expect(form()).toContainEqual(['grant_type', 'refresh_token'])
  })

  it('gives way to what the reply says', async () => {
    fake.answers['/token'] = { body: { ...silent, expires_in: 60 } }
    await expectRun([...person(), '--token-lifetime', '1h'], password)
    const token = JSON.parse(
      await expectRun(['token', 'svc', '--min-ttl', '0s', '--json']),
    ) as object
    expect(token).toMatchObject({ expiry: 'known' })
  })

  it.each(['0s', 'soon', '-1h', '1 fortnight'])('is a duration: %s', async (text) => {
    expect(await expectUsage([...person(), `--token-lifetime=${text}`], password)).toContain(
      'is not a duration',
    )
  })
})

describe('a token endpoint that takes JSON alone', () => {
  const json = (seen: Seen) => {
    if (seen.headers['content-type'] !== 'application/json') return { status: 415 }
    const body = JSON.parse(seen.text) as Record<string, string>
    const ok = body['client_secret'] === secret.TOKN_CLIENT_SECRET || body['client_id'] === 'app'
    return ok ? { body: { ...given, refresh_token: `r${asked().length}` } } : { status: 401 }
  }
  const sent = () => asked().map(({ headers }) => headers['content-type']?.split(';')[0])

  it('is found out by its 415, once, and remembered', async () => {
    fake.answers['/token'] = json
    const words = ['--token-param', 'audience=a', '--token-param', 'audience=b']
    await expectRun([...person(), ...words], password)
    expect(sent()).toEqual(['application/x-www-form-urlencoded', 'application/json'])
    expect(JSON.parse(asked().at(-1)?.text ?? '')).toEqual({
      grant_type: 'password',
      username: 'alice',
      password: 'correct horse',
      client_id: 'app',
      audience: ['a', 'b'],
    })
    await expectRun(['refresh', 'svc'])
    await expectRun(['refresh', 'svc'])
    expect(sent().slice(2)).toEqual(['application/json', 'application/json'])
    expect(JSON.parse(asked()[3]?.text ?? '')).toMatchObject({ refresh_token: 'r3' })
  })

  it('gets the secret of the client in it', async () => {
    fake.answers['/token'] = json
    await expectRun([...client(), '--client-auth', 'client_secret_post'], secret)
    expect(JSON.parse(asked().at(-1)?.text ?? '')).toMatchObject({
      client_id: 'app',
      client_secret: 's3cret-value',
    })
  })

  it('is spared the form where the profile says so', async () => {
    fake.answers['/token'] = (seen) => (json(seen).status === 415 ? { status: 400 } : json(seen))
    const refused = await run(person(), { home, env: password })
    expect(refused.status).not.toBe(0)
    expect(sent()).toEqual(['application/x-www-form-urlencoded'])
    await expectRun([...person(), '--set', 'token_request=json'], password)
    expect(sent().slice(1)).toEqual(['application/json'])
  })

  it('gets a proof of its own in each format (DPoP)', async () => {
    const proofs: string[] = []
    fake.answers['/token'] = (seen) => {
      proofs.push(String(seen.headers['dpop']))
      const answer = json(seen)
      return answer.body === undefined ? answer : { body: { ...answer.body, token_type: 'DPoP' } }
    }
    const said = await expectRun([...person(), '--dpop'], password)
    expect(said).not.toContain('warning')
    const ids = proofs.map((proof) => readClaims(proof)?.['jti'])
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(2)
  })

  it('is polled in its format by a device login', async () => {
    let polls = 0
    fake.answers['/device'] = {
      body: {
        device_code: 'd',
        user_code: 'U',
        verification_uri: 'https://x.example/',
        interval: 1,
      },
    }
    fake.answers['/token'] = (seen) => {
      if (seen.headers['content-type'] !== 'application/json') return { status: 415 }
      const pending = { status: 400, body: { error: 'authorization_pending' } }
      return ++polls < 2 ? pending : { body: given }
    }
    const words = [
      'login',
      'svc',
      '--issuer',
      fake.origin,
      '--client-id',
      'app',
      '--flow',
      'device',
    ]
    const terminal = openTerminal([...words, '--no-browser'], home)
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
    expect(sent()).toEqual([
      'application/x-www-form-urlencoded',
      'application/json',
      'application/json',
    ])
  })

  it('is named in a hint where its words say so', async () => {
    const description = 'Content-Type must be application/json'
    fake.answers['/token'] = {
      status: 400,
      body: { error: 'invalid_request', error_description: description },
    }
    const { status, err } = await run(person(), { home, env: password })
    expect(status).toBe(6)
    expect(err).toContain('--set token_request=json')
    expect(asked()).toHaveLength(1)
  })

  it.each([
    ['an empty refusal', { status: 400 }],
    ['no parameter found', { status: 400, body: { error: 'invalid_request' } }],
    ['a page', { status: 403, headers: { 'content-type': 'text/html' }, body: '<html>no</html>' }],
  ])('is not taken for the end of a refresh token: %s', async (_, refusal) => {
    fake.answers['/token'] = { body: { ...given, refresh_token: 'r1' } }
    await expectRun(person(), password)
    fake.answers['/token'] = (seen) =>
      seen.headers['content-type'] === 'application/json' ? refusal : { status: 415 }
    const refused = await run(['refresh', 'svc'], { home })
    expect(refused.err).toContain('415')
    expect(asked()).toHaveLength(3)
    fake.answers['/token'] = { body: { ...given, access_token: 'other', refresh_token: 'r2' } }
    await expectRun(['refresh', 'svc'])
    expect(form()).toContainEqual(['refresh_token', 'r1'])
    expect(await expectRun(['token', 'svc'])).toBe('other\n')
  })

  it('is remembered by what was refused, should the process die between the two', async () => {
    fake.answers['/token'] = { body: { ...given, refresh_token: 'r1' } }
    await expectRun(person(), password)
    // The answer to the second is lost: whether it was read nobody knows, but the first was not.
    let lost = false
    fake.answers['/token'] = (seen) => {
      if (seen.headers['content-type'] !== 'application/json') return { status: 415 }
      if (lost) return { body: { ...given, access_token: 'other', refresh_token: 'r2' } }
      lost = true
      return undefined
    }
    await expectRun(['refresh', 'svc'])
    expect(sent().filter((type) => type === 'application/json')).toHaveLength(2)
    expect(await expectRun(['token', 'svc'])).toBe('other\n')
  })

  it('is asked no more than twice', async () => {
    fake.answers['/token'] = { status: 415 }
    expect((await run(person(), { home, env: password })).status).toBe(6)
    expect(asked()).toHaveLength(2)
  })
})
