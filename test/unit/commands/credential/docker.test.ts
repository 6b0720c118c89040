import { describe, expect, it } from 'vitest'
import { version } from '../../../../package.json'
import { dockerProtocol } from '../../../../src/commands/credential/docker.ts'
import type { Asked, GivenToken } from '../../../../src/commands/credential/protocol.ts'
import { ToknError } from '../../../../src/core/errors.ts'
import { given, runProtocol } from './scripted-world.ts'

const absent = 'credentials not found in native keychain\n'

async function get(input: string, give: (asked: Asked) => GivenToken | undefined) {
  return await runProtocol(dockerProtocol, ['get'], { input, give })
}

describe('get', () => {
  it.each<readonly [input: string, server: string, target: Asked['target']]>([
    ['registry.example', 'registry.example', { kind: 'host', host: 'registry.example' }],
    [
      'registry.example:5000\n',
      'registry.example:5000',
      { kind: 'host', host: 'registry.example:5000' },
    ],
    [
      '  https://index.docker.io/v1/ \r\n',
      'https://index.docker.io/v1/',
      { kind: 'host', host: 'index.docker.io' },
    ],
    ['registry.example/team', 'registry.example/team', { kind: 'host', host: 'registry.example' }],
    [
      'http://127.0.0.1:5000/v2',
      'http://127.0.0.1:5000/v2',
      { kind: 'url', url: 'http://127.0.0.1:5000' },
    ],
    ['localhost:5000', 'localhost:5000', { kind: 'host', host: 'localhost:5000' }],
  ])('%j', async (input, server, target) => {
    const { status, out, asked } = await get(input, () => given('t"k'))
    expect(asked).toEqual([{ target }])
    expect(out.endsWith('}\n')).toBe(true)
    expect(JSON.parse(out)).toEqual({ ServerURL: server, Username: 'oauth2', Secret: 't"k' })
    expect(status).toBe(0)
  })

  it.each([
    'http://registry.example',
    'user@registry.example',
    'https://registry.example@evil.example/',
    'https://evil.example#registry.example',
    'https://evil.example?registry.example',
    'ftp://registry.example',
    'registry example',
    'registry.example:port',
    ':5000',
  ])('absent for %j, and nobody is asked', async (input) => {
    const never = () => {
      throw new Error('asked')
    }
    expect(await get(input, never)).toMatchObject({ status: 1, out: absent, said: [] })
  })

  it('each way to fail is one line on standard output, and status 1', async () => {
    expect(await get('registry.example', () => undefined)).toMatchObject({ status: 1, out: absent })
    for (const [input, out] of [
      ['', 'no credentials server URL\n'],
      [' \r\n\n', 'no credentials server URL\n'],
      ['a\u0000b', 'the server URL has characters that are no text\n'],
    ] as const) {
      expect(await get(input, () => undefined)).toMatchObject({ status: 1, out, said: [] })
    }
    const locked = () => {
      throw new ToknError('store', 'it is locked', { hint: 'unlock it\nand more' })
    }
    const out = 'it is locked (unlock it)\n'
    expect(await get('registry.example', locked)).toMatchObject({ status: 1, out, said: [] })
    const over = () => {
      throw new ToknError('reauth_required', 'it is over', { hint: 'tokn login web' })
    }
    const said = ['it is over']
    expect(await get('registry.example', over)).toMatchObject({ status: 1, out: absent, said })
    const oz = () => given('tok', { headers: { 'X-Token': '{access}' } })
    expect(await get('registry.example', oz)).toMatchObject({
      status: 1,
      out: 'the token of "web" does not travel in a way that docker can send\n',
    })
    const bug = () => {
      throw new TypeError('a bug')
    }
    await expect(get('registry.example', bug)).rejects.toThrow('a bug')
  })

  it('a user and a password are given as they are', async () => {
    const value = Buffer.from('al:s:t').toString('base64')
    const headers = { Authorization: `Basic ${value}` }
    const { out } = await get('r.example', () => given('x', { headers }))
    expect(JSON.parse(out)).toMatchObject({ Username: 'al', Secret: 's:t' })
  })

  it.each(['YWw6czp0!', 'YWw6!czp0', 'YWw6czp0=', 'YWw6-_8', '%%', 'YWw'])(
    'what is no base64 of both is none: %s',
    async (value) => {
      const headers = { Authorization: `Basic ${value}` }
      const { status, out } = await get('r.example', () => given('x', { headers }))
      expect(status).toBe(1)
      expect(out).toContain('does not travel in a way that docker can send')
    },
  )
})

describe('the other operations', () => {
  const run = async (operands: readonly string[], input = '', held?: string) =>
    await runProtocol(dockerProtocol, operands, {
      input,
      held,
      servers: [
        { host: 'r.example', username: 'oauth2' },
        { host: 'q.example:1', username: 'al' },
      ],
    })

  it('erase means the token that is held, whichever it is', async () => {
    const { status, out, rejected } = await run(['erase'], 'https://r.example/v1/')
    expect({ status, out }).toEqual({ status: 0, out: '' })
    expect(rejected).toEqual([[{ target: { kind: 'host', host: 'r.example' } }, undefined]])
    expect(await run(['erase'], 'http://r.example')).toMatchObject({ status: 0, rejected: [] })
    expect(await run(['erase'])).toMatchObject({ status: 1, out: 'no credentials server URL\n' })
  })

  it.each<readonly [input: string, out: string | RegExp]>([
    ['{"ServerURL":"r.example","Username":"oauth2","Secret":"held"}', ''],
    [
      '{"ServerURL":"r.example","Username":"al","Secret":"other"}',
      /^tokn keeps no .*\(tokn login NAME\)\n$/,
    ],
    ['{"ServerURL":"r.example","Username":"","Secret":"held"}', 'no credentials username\n'],
    ['{"Username":"al","Secret":"held"}', 'no credentials server URL\n'],
    ['{"ServerURL":"http://r.example","Username":"al","Secret":"held"}', /^tokn keeps no /],
    [
      '{"ServerURL":"q.example","ServerURL":"r.example","Username":"al","Secret":"held"}',
      'the input is not the JSON of credentials\n',
    ],
    ['hunter2', 'the input is not the JSON of credentials\n'],
    ['["hunter2"]', 'the input is not the JSON of credentials\n'],
  ])('store keeps nothing: %s', async (input, expected) => {
    const { status, out } = await run(['store'], input, 'held')
    expect(out).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected))
    expect(status).toBe(out === '' ? 0 : 1)
  })

  it('list tells servers and users', async () => {
    const { status, out } = await run(['list'])
    expect({ status, out: JSON.parse(out) }).toEqual({
      status: 0,
      out: { 'r.example': 'oauth2', 'q.example:1': 'al' },
    })
  })

  it('version tells name, package and version', async () => {
    const out = `docker-credential-tokn (tokn) ${version}\n`
    expect(await run(['version'])).toMatchObject({ status: 0, out })
  })

  it.each([[[]], [['get', 'x']], [['constructor']], [['help']]])('%j is none', async (operands) => {
    const { status, out } = await run(operands)
    expect({ status, out }).toEqual({
      status: 1,
      out: expect.stringMatching(/^name one operation: .*\n$/),
    })
  })
})
