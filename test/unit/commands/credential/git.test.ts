import { describe, expect, it } from 'vitest'
import { gitProtocol } from '../../../../src/commands/credential/git.ts'
import type { GivenToken } from '../../../../src/commands/credential/protocol.ts'
import { given, runProtocol } from './scripted-world.ts'

const site = 'protocol=https\nhost=git.example\n'
const knows = 'capability[]=authtype\ncapability[]=state\n'
const noon = Date.UTC(2026, 10, 26, 12) + 999
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const other = (headers: Record<string, string>, bound = false) =>
  given('tok', { headers, ...(bound ? { bound } : {}) })

async function get(input: string, token: GivenToken = given('tok')) {
  return await runProtocol(gitProtocol, ['get'], { input, give: () => token })
}

const lines = (...all: readonly string[]) => `${all.join('\n')}\n\n`
const both = ['capability[]=authtype', 'capability[]=state']
const bearer = ['authtype=Bearer', 'credential=tok', 'ephemeral=1']
const pair = ['username=oauth2', 'password=tok']

describe('get answers as the git that asks can send it', () => {
  it.each<readonly [what: string, input: string, token: GivenToken, out: string]>([
    ['an old git', site, given('tok'), lines(...pair)],
    ['with a user', `${site}username=alice\n`, given('tok'), lines('username=alice', pair[1]!)],
    ['with a user of no name', `${site}username=\n`, given('tok'), lines(...pair)],
    [
      'the last one counts',
      `${site}username=a\nusername=b\n`,
      given('tok'),
      lines('username=b', pair[1]!),
    ],
    [
      'with an end',
      site,
      given('tok', undefined, noon),
      lines(...pair, 'password_expiry_utc=1795694400'),
    ],
    ['a new git', knows + site, given('tok'), lines(...both, ...bearer)],
    [
      'a new git, with an end',
      knows + site,
      given('tok', undefined, noon),
      lines(...both, ...bearer, 'password_expiry_utc=1795694400'),
    ],
    ['one of both', `capability[]=authtype\n${site}`, given('tok'), lines(both[0]!, ...bearer)],
    ['the other', `capability[]=state\n${site}`, given('tok'), lines(both[1]!, ...pair)],
    ['one that takes it back', `${knows}capability[]=\n${site}`, given('tok'), lines(...pair)],
    [
      'what nobody knows yet',
      `capability[]=x\nodd=1\nodd[]=2\n${site}`,
      given('tok'),
      lines(...pair),
    ],
    [
      'a server that wants Basic alone',
      `${knows}${site}wwwauth[]=Basic realm="Bearer, x"\n`,
      given('tok'),
      lines(...both, ...pair),
    ],
    [
      'one that takes either',
      `${knows}${site}wwwauth[]=Basic realm="x"\nwwwauth[]=bearer\n`,
      given('tok'),
      lines(...both, ...bearer),
    ],
    [
      'both in one header',
      `${knows}${site}wwwauth[]=Basic realm="x", Bearer realm="y", charset="UTF-8"\n`,
      given('tok'),
      lines(...both, ...bearer),
    ],
    [
      'one that wants something else',
      `${knows}${site}wwwauth[]=FooBar param1="value1" param2="value2"\n`,
      given('tok'),
      lines(...both, ...bearer),
    ],
    [
      'another scheme',
      `${knows}${site}wwwauth[]=Basic realm="x"\n`,
      other({ Authorization: 'token {access}' }),
      lines(...both, 'authtype=token', 'credential=tok', 'ephemeral=1'),
    ],
    [
      'a user and a password',
      site,
      other({ Authorization: basic('al:s:t') }),
      lines('username=al', 'password=s:t'),
    ],
    [
      'the same, of a new git',
      knows + site,
      other({ authorization: basic('al:st') }),
      lines(...both, 'username=al', 'password=st'),
    ],
    ['up to an empty line', `${site}\nhost=evil.example\n=`, given('tok'), lines(...pair)],
    ['a URL', 'url=https://git.example/team/x.git\n', given('tok'), lines(...pair)],
  ])('%s', async (_, input, token, out) => {
    expect(await get(input, token)).toMatchObject({ status: 0, out, said: [] })
  })

  it.each<readonly [what: string, input: string, token: GivenToken]>([
    ['another scheme', site, other({ Authorization: 'token {access}' })],
    ['another header', knows + site, other({ 'X-Token': '{access}' })],
    ['two headers', knows + site, other({ Authorization: 'Bearer {access}', 'X-User': '1' })],
    ['a query', knows + site, given('tok', { query: { t: '{access}' } })],
    ['a cookie', knows + site, given('tok', { cookies: { t: '{access}' } })],
    [
      'a header and a query',
      knows + site,
      given('tok', { headers: { Authorization: 'Bearer {access}' }, query: { t: '1' } }),
    ],
    ['a proof besides', knows + site, other({ Authorization: 'DPoP {access}' }, true)],
    ['several lines', site, given('tok\nusername=evil')],
    ['no base64', site, other({ Authorization: 'Basic {access}' })],
    ['a line break in base64', site, other({ Authorization: basic('al:st\nquit=1') })],
  ])('nothing for what it cannot send: %s', async (_, input, token) => {
    const { status, out, said } = await get(input, token)
    expect({ status, out }).toEqual({ status: 0, out: '' })
    expect(said).toEqual([expect.stringContaining('"web" does not travel in a way that this git')])
  })
})

describe('what is asked for', () => {
  it.each<readonly [input: string, url: string, username: string]>([
    [site, 'https://git.example', ''],
    ['protocol=https\nhost=git.example:8443\npath=team/x.git\n', 'https://git.example:8443', ''],
    ['protocol=https\nhost=GIT.example.\n', 'https://GIT.example.', ''],
    ['protocol=http\nhost=127.0.0.1:8080\n', 'http://127.0.0.1:8080', ''],
    ['protocol=http\nhost=[::1]\n', 'http://[::1]', ''],
    [`${site}username=al ice\n`, 'https://git.example', 'al ice'],
    ['url=https://al%40ice:pw@git.example:1/x?y\n', 'https://git.example:1', 'al@ice'],
    ['username=x\npath=y\nurl=https://git.example\n', 'https://git.example', ''],
    ['url=https://evil.example/x\nhost=git.example\n', 'https://git.example', ''],
  ])('%j', async (input, url, username) => {
    const target = { kind: 'url', url }
    const asked = username === '' ? { target } : { target, username }
    expect((await get(input)).asked).toEqual([asked])
  })

  it.each([
    '',
    '\n',
    'protocol=https\n',
    'host=git.example\n',
    'protocol=https\nhost=\n',
    'protocol=http\nhost=git.example\n',
    'protocol=http\nhost=localhost.evil.example\n',
    'protocol=http\nhost=localhost@evil.example\n',
    'protocol=https\nhost=evil.example/git.example\n',
    'protocol=https\nhost=git.example#.evil.example\n',
    'protocol=https\nhost=git.example?x\n',
    'protocol=https\nhost=user@git.example\n',
    'protocol=https\nhost=evil.example\\git.example\n',
    'protocol=https\nhost=git example\n',
    'protocol=cert\npath=/key.pem\n',
    'protocol=smtp\nhost=git.example:587\n',
    'protocol=HTTPS\nhost=git.example\n',
    'url=cert:///etc/key.pem\n',
    'url=https://\n',
  ])('nothing, for %j', async (input) => {
    expect(await get(input)).toMatchObject({ status: 0, out: '', said: [], asked: [] })
  })

  it.each([
    'protocol\n',
    '=x\n',
    `${site}username=\u0000\n`,
    `${site.replaceAll('\n', '\r\n')}`,
    `${site}username=\ufffd\n`,
    'url=git.example\n',
    'url=https://git.example%0ahost\n',
    'url=https://%zz@git.example\n',
    `${site}${'wwwauth[]=x\n'.repeat(6_000)}`,
  ])('what is none is an error: %j', async (input) => {
    await expect(get(input)).rejects.toMatchObject({ code: 'usage' })
  })

  it.each([
    `${site}wwwauth[]=Basic realm="priv\ufffd"\n`,
    `${site}path=caf\ufffd.git\n`,
    'url=https://git.example/caf%E9.git\n',
  ])("what is no text is nobody's concern where it decides nothing: %j", async (input) => {
    expect((await get(input)).out).toContain('password=')
  })

  it.each<[string[]]>([[[]], [['get', 'get']]])('one operation: %j', async (operands) => {
    await expect(runProtocol(gitProtocol, operands, {})).rejects.toMatchObject({ code: 'usage' })
  })
})

describe('the other operations', () => {
  it('capability tells what is known', async () => {
    const out = 'version 0\ncapability authtype\ncapability state\n'
    expect(await runProtocol(gitProtocol, ['capability'], {})).toMatchObject({ status: 0, out })
  })

  it.each(['store', 'approve', 'constructor'])('%s does nothing', async (operation) => {
    const input = `${site}username=oauth2\npassword=tok\n`
    const nothing = { status: 0, out: '', said: [], asked: [], rejected: [] }
    expect(await runProtocol(gitProtocol, [operation], { input })).toEqual(nothing)
  })

  it.each<readonly [input: string, refused: string | undefined]>([
    [`${site}username=oauth2\npassword=tok\n`, 'tok'],
    [`capability[]=authtype\nauthtype=Bearer\ncredential=tok\n${site}wwwauth[]=Bearer\n`, 'tok'],
    [`authtype=basic\ncredential=${basic('u:tok').slice(6)}\n${site}`, 'tok'],
    ['url=https://oauth2:tok@git.example/x\n', 'tok'],
    [site, undefined],
    [`${site}password=\n`, undefined],
    ['protocol=http\nhost=git.example\npassword=tok\n', undefined],
  ])('erase takes note of what was refused: %j', async (input, refused) => {
    const { status, out, rejected } = await runProtocol(gitProtocol, ['erase'], { input })
    expect({ status, out }).toEqual({ status: 0, out: '' })
    expect(rejected.map(([, token]) => token)).toEqual(refused === undefined ? [] : [refused])
  })
})
