import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { converse, said, type Turn } from '../support/conversation.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { credentialsOf, startServers, type Servers } from '../support/servers.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'

const enter = '\r'
const down = '\u001b[B'

describe.skipIf(!hasTerminal())('a login that does not say where', () => {
  let servers: Servers
  let home: Home
  beforeAll(async () => {
    servers = await startServers(['rightech'], {})
  })
  afterEach(() => home.remove())
  afterAll(async () => await servers.close())

  async function talk(args: readonly string[], turns: readonly Turn[], env: Environment = {}) {
    const ended = await converse(openTerminal(args, home, env), turns)
    return { ...ended, lines: said(ended.err) }
  }

  const rightech = () => {
    const api = servers.api('rightech')
    const env = credentialsOf(api)
    const { TOKN_USERNAME: username = '', TOKN_PASSWORD: password = '' } = env
    const login: Turn[] = [
      ['User name', `${username}${enter}`],
      ['Password', `${password}${enter}`],
      ['Keep the credentials', enter],
    ]
    return { at: ['--base-url', api.baseUrl], env, login, host: new URL(api.baseUrl).host }
  }

  test('has the API picked and the profile named, and then says where it goes', async () => {
    home = makeHome()
    const { at, login, host } = rightech()
    const turns: Turn[] = [
      ['Which API', `${down}${down}${enter}`],
      ['Name of the profile', enter],
      ['How to log in', enter],
      ...login,
    ]
    const { status, lines } = await talk(['login', ...at], turns)
    expect(lines[0]).toBe(
      `to Rightech IoT Cloud at ${host}, as profile rightech, kept in the file store`,
    )
    expect({ status, lines: lines.filter((line) => line.startsWith('to ')) }).toMatchObject({
      status: 0,
      lines: { length: 1 },
    })
  })

  test('offers the default profile or another API', async () => {
    home = makeHome()
    const { at, env, login } = rightech()
    await run(['login', 'web', '-p', 'rightech', ...at], { home, env })
    const again = await talk(
      ['login'],
      [['Log in to what', enter], ...login.slice(1), ['The token that this login replaced', enter]],
    )
    expect(again.lines[0]).toContain('as profile web, kept')
    const turns: Turn[] = [
      ['Log in to what', `${down}${down}${down}${enter}`],
      ['Name of the profile', `other${enter}`],
      ['How to log in', enter],
      ...login,
    ]
    const other = await talk(['login', ...at], turns)
    expect(other.lines[0]).toContain('as profile other, kept')
    expect((await run(['profile', 'list'], { home })).out).toMatch(/other[^]*web/)
  })

  test('says where it goes before it is done, with every answer in a variable', async () => {
    home = makeHome()
    const { at, env, host } = rightech()
    const args = ['login', 'iot', '-p', 'rightech', ...at, '--no-remember']
    const { status, lines } = await talk(args, [], env)
    expect({ status, first: lines[0] }).toEqual({
      status: 0,
      first: `to Rightech IoT Cloud at ${host}, as profile iot, kept in the file store`,
    })
    expect(lines[1]).toMatch(/^logged in as "iot"/)
  })
})
