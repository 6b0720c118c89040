import { describe, expect, test } from 'vitest'
import { keyringProtocol } from '../../../../src/commands/credential/keyring.ts'
import { act, loggedOut, offline, otherWays, tokenOf, type Scene } from './build-world.ts'

async function keyring(line: string, more: Scene = {}) {
  return await act(keyringProtocol, { operands: line.split(' '), ...more })
}

const index = 'https://packages.example/simple/'

describe('what keyring prints', () => {
  test.each([
    ['a password, for pip', `get ${index} me`, 'abc.def\n'],
    ['a password where no user is said', `get ${index}`, 'abc.def\n'],
    ['a user and a password, for uv', `get ${index} --mode creds`, 'oauth2\nabc.def\n'],
    ['the same, the other way round', `--mode creds get ${index}`, 'oauth2\nabc.def\n'],
    ['the same, in one word', `--mode=creds get ${index}`, 'oauth2\nabc.def\n'],
    ['the user that was asked for', `--mode creds get ${index} me`, 'me\nabc.def\n'],
    ['a password, asked for as such', `--mode password get ${index} me`, 'abc.def\n'],
    ['the password of an unnamed user', `get ${index} `, 'abc.def\n'],
    ['for a host', 'get packages.example me', 'abc.def\n'],
  ])('%s', async (_, line, out) => {
    expect(await keyring(line)).toMatchObject({ status: 0, out, said: [] })
  })

  test('is asked of the profile that answers for the URL, or the host, and the user', async () => {
    const both = await Promise.all([
      keyring(`get ${index} me`),
      keyring('get packages.example:8443 --mode creds'),
    ])
    expect(both.map(({ asked }) => asked)).toEqual([
      [{ target: { kind: 'url', url: index }, username: 'me' }],
      [{ target: { kind: 'host', host: 'packages.example:8443' }, username: undefined }],
    ])
  })

  test.each([
    [`get ${index} ada`, 0, 'lovelace:1\n'],
    [`get ${index} --mode creds`, 0, 'ada\nlovelace:1\n'],
    [`get ${index} me`, 1, ''],
  ])('of a login with user and password, for "%s"', async (line, status, out) => {
    const Authorization = `Basic ${btoa('ada:lovelace:1')}`
    const give = () => tokenOf({ attach: { headers: { Authorization } }, isBearer: false })
    expect(await keyring(line, { give })).toMatchObject({ status, out })
  })
})

describe('keyring fails with 1, and prints nothing', () => {
  test.each([
    ['for another place', 'get https://elsewhere.example/simple/ me'],
    ['for another host', 'get elsewhere.example me'],
    ['for what is no place', 'get something me'],
  ])('%s, without a word of its own', async (_, line) => {
    expect(await keyring(line)).toMatchObject({ status: 1, out: '', said: [] })
  })

  test.each([
    ['has ended', loggedOut],
    ['cannot be renewed now', offline],
  ])('where the session %s', async (_, give) => {
    const { status, out, said } = await keyring(`get ${index} me`, { give })
    expect({ status, out }).toEqual({ status: 1, out: '' })
    expect(said).toHaveLength(1)
  })

  test.each(otherWays)('for a token that travels in %s', async (_, attach) => {
    const give = () => tokenOf({ attach, isBearer: false })
    expect(await keyring(`get ${index} me`, { give })).toMatchObject({ status: 1, out: '' })
  })

  test.each([
    'set https://packages.example/ me',
    'del https://packages.example/ me',
    'get',
    'get https://packages.example/ me too',
    'get https://packages.example/ --mode',
    'get https://packages.example/ --mode secret',
    'get https://packages.example/ --output json',
    '--list-backends',
    'diagnose',
  ])('for "%s"', async (line) => {
    const { status, out, said, asked } = await keyring(line)
    expect({ status, out, asked }).toEqual({ status: 1, out: '', asked: [] })
    expect(said).toHaveLength(1)
  })

  test('for a user that would be two lines', async () => {
    const operands = ['get', index, 'me\nother', '--mode', 'creds']
    expect(await act(keyringProtocol, { operands })).toMatchObject({ status: 1, out: '' })
  })
})
