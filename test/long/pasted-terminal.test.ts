import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeHome, program, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'
import { hasTerminal, openTerminal, type Terminal } from '../support/terminal.ts'

const enter = '\r'
const down = '\u001b[B'

describe.skipIf(!hasTerminal())('a token pasted by a person', () => {
  let servers: Servers
  let home: Home
  beforeEach(async () => {
    servers = await startServers(['rightech', 'oz', 'mcs'])
    home = makeHome()
  })
  afterEach(async () => {
    home.remove()
    await servers.close()
  })

  type Name = 'rightech' | 'oz' | 'mcs'

  async function makeToken(name: Name): Promise<string> {
    const api = servers.api(name)
    const env = credentialsOf(api)
    const login = await run(['login', 'maker', ...addressOf(api), '--yes'], { home, env })
    expect(login.status, login.err).toBe(0)
    const { out } = await run(['token', 'maker'], { home })
    await run(['profile', 'remove', 'maker', '--yes'], { home })
    return out.trim()
  }

  function open(
    name: Name,
    flags: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Terminal {
    return openTerminal(['login', 'web', ...addressOf(servers.api(name)), ...flags], home, env)
  }

  async function answer(terminal: Terminal, question: RegExp, text: string): Promise<void> {
    await terminal.until(question)
    terminal.type(text)
  }

  async function tokenOf(name = 'web'): Promise<string> {
    return (await run(['token', name], { home })).out.trim()
  }

  test.each([{}, { TERM: 'dumb' }, { NO_COLOR: '1' }])(
    'is chosen in the menu, asked for in secret, and checked, with %j',
    async (env: Readonly<Record<string, string>>) => {
      const token = await makeToken('rightech')
      const terminal = open('rightech', [], env)
      await terminal.until(/How to log in to Rightech IoT Cloud\?/)
      await terminal.until(/with credentials[^]*paste a token that was made at the provider/)
      terminal.type(env['TERM'] === 'dumb' ? `2${enter}` : down + enter)
      await answer(terminal, /Token of Rightech/, `"${token}" ${enter}`)
      const { status, out, err } = await terminal.ended
      expect({ status, out }, err).toEqual({ status: 0, out: '' })
      expect(err).toContain('took off the quotes around it')
      expect(err).toContain('checked with Rightech IoT Cloud: the token is accepted')
      expect(terminal.raw()).not.toContain(token)
      expect(await tokenOf()).toBe(token)
    },
  )

  test('is not offered where an answer to the login is given, or nobody can be asked', async () => {
    for (const [flags, env] of [
      [['--username', 'ann'], {}],
      [[], { TOKN_USERNAME: 'ann' }],
      [['--scope', 'GET /objects'], {}],
    ] as const) {
      const terminal = open('rightech', flags, env)
      await terminal.until(/User name|Password/)
      terminal.type('\u0003')
      const { status, err } = await terminal.ended
      expect(status).toBe(130)
      expect(err).not.toContain('How to log in')
    }
    const { status, err } = await open('rightech', ['--no-input']).ended
    expect(status, err).toBe(4)
    expect(err).not.toContain('How to log in')
  })

  test('is asked for with --with-token, with its refresh token and its end', async () => {
    const terminal = open('oz', ['--with-token'])
    await answer(terminal, /Token of Oz API/, `made-by-hand${enter}`)
    await answer(terminal, /Its refresh token/, `refresh-by-hand${enter}`)
    await answer(terminal, /When does it end/, `yesterday${enter}`)
    await terminal.until(/neither a duration nor an instant[^]*When does it end/)
    terminal.type(`2h${enter}`)
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
    expect(err).toMatch(/not checked: Oz API has no way to ask/)
    expect(err).toMatch(/expires in (1h 59m|2h)/)
    expect(terminal.raw()).not.toMatch(/made-by-hand|refresh-by-hand/)
    expect(await tokenOf()).toBe('made-by-hand')
  })

  test('needs neither, and is asked again for what is no token, three times', async () => {
    const terminal = open('oz', ['--with-token'])
    await answer(terminal, /Token of Oz API/, `curl https://x.example${enter}`)
    await answer(terminal, /is a command line[^]*Token of/, `${enter}`)
    await answer(terminal, /token is empty[^]*Token of/, `made-by-hand${enter}`)
    await answer(terminal, /Its refresh token/, enter)
    await answer(terminal, /When does it end/, enter)
    expect(await terminal.ended).toMatchObject({ status: 0 })
    expect(await tokenOf()).toBe('made-by-hand')

    const lost = open('oz', ['--with-token', '--yes'])
    await answer(lost, /Token of/, `null${enter}`)
    await answer(lost, /is the word for nothing[^]*Token of/, `a b${enter}`)
    await answer(lost, /has blanks in it[^]*Token of/, `[1]${enter}`)
    expect((await lost.ended).status).toBe(2)
    expect(await tokenOf()).toBe('made-by-hand')
  })

  test('of MCS that never ends is not asked for an end, and a pair is asked for its client', async () => {
    const terminal = open('mcs', ['--with-token'])
    const { service_token: token = '' } = servers.api('mcs').credentials
    await answer(terminal, /Token of MCS Vision/, token + enter)
    await answer(terminal, /Its refresh token/, enter)
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
    expect(err).not.toContain('When does it end')

    const pair = open('mcs', ['--with-token', '--yes'])
    await answer(pair, /Token of MCS Vision/, `{"access_token":"a","refresh_token":"b"}${enter}`)
    await answer(pair, /Client id/, `id-of-client${enter}`)
    expect(await pair.ended).toMatchObject({ status: 0 })
  })

  test('that the provider refuses is kept after a yes alone', async () => {
    for (const [key, status] of [
      ['n', 130],
      ['y', 0],
    ] as const) {
      const terminal = open('rightech', ['--with-token'])
      await answer(terminal, /Token of Rightech/, `opaque${enter}`)
      await answer(terminal, /When does it end/, enter)
      await answer(terminal, /does not accept the token.*Keep it anyway\?/, key)
      expect((await terminal.ended).status).toBe(status)
      expect(terminal.shown()).not.toMatch(/does not accept the token.*does not accept the token/)
    }
    expect(await tokenOf()).toBe('opaque')
  })

  test.each(['xterm', 'dumb'])(
    'takes a reply of several lines, and none of them lands in the shell of a %s',
    async (TERM) => {
      const words = ['sh', '-c', `"$@"; echo ended >&2; cat >&2`, 'sh', process.execPath, program]
      const args = ['login', 'web', ...addressOf(servers.api('oz')), '--with-token']
      const terminal = openTerminal(args, home, { TERM }, words)
      await terminal.until(/Token of Oz API/)
      terminal.type(
        '{\r  "access_token": "s3cret-one",\r  "expire_token": "s3cret-two",\r  "expire_date": 9',
      )
      terminal.type('999999999\r}\r')
      await terminal.until(/\(\d+ characters\)/)
      await terminal.until(/ended/)
      terminal.type('\u0004')
      await terminal.ended
      expect(terminal.raw()).not.toContain('s3cret')
      expect(await tokenOf()).toBe('s3cret-one')
    },
  )

  test('takes what is marked as pasted to its end, and what is corrected', async () => {
    const terminal = open('oz', ['--with-token'])
    await terminal.until(/Token of Oz API/)
    terminal.type('\u001b[200~s3cret-\r')
    await delay(300)
    terminal.type('\u001b[201~')
    terminal.type('\u0015s3cret-onf\u007fe\u001b[D')
    await delay(200)
    terminal.type(enter)
    await answer(terminal, /Its refresh token/, enter)
    await answer(terminal, /When does it end/, enter)
    expect((await terminal.ended).status).toBe(0)
    expect(await tokenOf()).toBe('s3cret-one')
  })

  test.each([4_095, 4_096, 16_384])('takes one of %i characters at once', async (length) => {
    const token = 'Ab1-'.repeat(length / 4 + 1).slice(0, length)
    const terminal = open('oz', ['--with-token'])
    await answer(terminal, /Token of Oz API/, token + enter)
    await terminal.until(new RegExp(`\\(${length} characters\\)`))
    await answer(terminal, /Its refresh token/, enter)
    await answer(terminal, /When does it end/, enter)
    expect((await terminal.ended).status).toBe(0)
    expect(terminal.raw()).not.toContain('Ab1-Ab1')
    expect(await tokenOf()).toBe(token)
  })

  test.each([
    ['at once', (text: string) => [text + enter]],
    ['marked as such', (text: string) => [`\u001b[200~${text}\u001b[201~`, enter]],
    ['in lines', (text: string) => [text.replace(/.{1000}/g, '$&\r') + enter]],
  ])('that is too long, pasted %s, answers no further question', async (_, pieces) => {
    for (const length of [69_900, 140_000]) {
      const terminal = open('oz', ['--with-token', '--yes'])
      await terminal.until(/Token of Oz API/)
      for (const piece of pieces(`${'x'.repeat(length)}TAIL`)) {
        terminal.type(piece)
        await delay(200)
      }
      await answer(terminal, /more to read than the 64 KiB[^]*Token of Oz API/, `by-hand${enter}`)
      await answer(terminal, /Its refresh token/, enter)
      await answer(terminal, /When does it end/, enter)
      expect((await terminal.ended).status).toBe(0)
      expect(await tokenOf()).toBe('by-hand')
    }
  })

  test.each([
    ['Ctrl-C', '\u0003'],
    ['the end of input', '\u0004'],
  ])('%s at a question ends with 130 and stores nothing', async (_, key) => {
    for (const [flags, question] of [
      [[], /How to log in/],
      [['--with-token'], /Token of Oz API/],
    ] as const) {
      const terminal = open('oz', flags)
      await answer(terminal, question, key)
      expect(await terminal.ended).toMatchObject({ status: 130, out: '' })
    }
    expect((await run(['token', 'web'], { home })).status).toBe(3)
  })
})
