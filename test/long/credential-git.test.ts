import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startGitServer, type GitServer } from '../support/git-server.ts'
import { linkHelper, shiftHelper } from '../support/helper-names.ts'
import { makeHome, type Home } from '../support/home.ts'
import { logInWithTokens, startTokenServer, type TokenServer } from '../support/oauth-session.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand, type Ended } from '../support/run.ts'
import { hasTerminal } from '../support/terminal.ts'

const crowd = 20
const hour = 3_600_000
const name = 'git-credential-tokn'

let tokens: TokenServer
let server: GitServer
let foreign: GitServer
let never: GitServer
let home: Home
let place: Home

const isPossible = requirePart('git') && hasTerminal()

beforeAll(async () => {
  if (!isPossible) return
  place = makeHome()
  tokens = await startTokenServer()
  const repositories = join(place.path, 'repositories')
  const open = async (accepts: TokenServer['accepts']) =>
    await startGitServer({ repositories, accepts })
  server = await open(tokens.accepts)
  foreign = await open(tokens.accepts)
  never = await open(async () => false)
})

afterAll(async () => {
  await Promise.all([server?.close(), foreign?.close(), never?.close(), tokens?.stop()])
  place?.remove()
})

/** What a git sees that nobody sits before. */
const quiet = { GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '' }

async function git(...args: readonly string[]): Promise<Ended> {
  return await startCommand(['git', ...args], { home, env: quiet }).ended
}

async function done(...args: readonly string[]): Promise<Ended> {
  const ended = await git(...args)
  expect(ended.status, `git ${args.join(' ')}: ${ended.err}`).toBe(0)
  return ended
}

/** Whether the git of this machine sends a header as it is given one: since 2.46. */
const sendsHeaders = () =>
  spawnSync('git', ['credential', 'capability']).stdout.includes('authtype')

const repository = () => `${server.origin}/x.git`
const held = async () => (await run(['token', 'work'], { home })).out.trim()

describe.skipIf(!isPossible)('git over HTTP with the session of a profile', () => {
  beforeEach(async () => {
    home = makeHome()
    const bare = join(place.path, 'repositories', 'x.git')
    execFileSync('rm', ['-rf', bare])
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', bare])
    await logInWithTokens(home, tokens, 'work', [server.origin, never.origin])
    linkHelper(home, name)
    await done('config', '--global', 'credential.helper', 'tokn')
    await done('config', '--global', 'user.email', 'alice@example.com')
    await done('config', '--global', 'user.name', 'Alice')
    for (const one of [server, foreign, never]) one.requests.length = 0
    tokens.events.length = 0
  })
  afterEach(() => home.remove())

  async function commit(): Promise<void> {
    writeFileSync(join(home.work, 'x/file'), String(Math.random()))
    await done('-C', 'x', 'add', 'file')
    await done('-C', 'x', 'commit', '-q', '-m', 'a change')
  }

  test('clone, push and fetch, before and after the token has expired', async () => {
    await done('clone', '-q', repository(), 'x')
    await commit()
    await done('-C', 'x', 'push', '-q', 'origin', 'HEAD:main')
    await done('clone', '-q', repository(), 'y')
    expect(tokens.refreshes()).toBe(0)
    shiftHelper(home, name, 'git', hour)
    await commit()
    await done('-C', 'x', 'push', '-q', 'origin', 'HEAD:main')
    expect(tokens.refreshes()).toBe(1)
    await done('-C', 'y', 'fetch', '-q')
    const heads = await Promise.all(
      ['x', 'y'].map(async (one) => (await done('-C', one, 'rev-parse', 'origin/main')).out),
    )
    expect(heads[0]).toBe(heads[1])
    expect(tokens.refreshes()).toBe(1)
    const shown = server.requests.filter(({ token }) => token !== undefined)
    expect(
      new Set(shown.map(({ scheme, username, status }) => `${scheme} ${username} ${status}`)),
    ).toEqual(new Set([sendsHeaders() ? 'Bearer undefined 200' : 'Basic oauth2 200']))
  })

  test('the user of an address is who is named', async () => {
    await done('ls-remote', repository().replace('//', '//alice@'))
    const username = sendsHeaders() ? undefined : 'alice'
    expect(server.requests.at(-1)).toMatchObject({ username, status: 200 })
  })

  test('after a server has ended the token, one command fails and the next one works', async () => {
    const before = await held()
    await tokens.endAccess(before)
    const { status, err } = await git('ls-remote', repository())
    expect({ status, err }).toEqual({
      status: 128,
      err: expect.stringContaining('Authentication failed'),
    })
    const shown = await run(['status', '--json'], { home })
    expect(JSON.parse(shown.out)).toMatchObject({
      profiles: [{ state: 'doubtful', problem: expect.stringContaining(server.origin) }],
    })
    expect((await run(['why', 'work'], { home })).err).toContain(
      `git says that ${server.origin} refused it`,
    )
    expect((await run(['list', '--local'], { home })).out).toContain('doubtful')
    // A doubt keeps it from nobody.
    expect(await held()).toBe(before)
    expect(tokens.refreshes()).toBe(0)
    await done('ls-remote', repository())
    expect(tokens.refreshes()).toBe(1)
    expect((await run(['why', 'work'], { home })).out).toContain('the provider refused the token')
    // Who is late with the old one changes nothing.
    const late = `protocol=http\nhost=${server.origin.slice(7)}\nusername=oauth2\npassword=${before}\n`
    expect(await run(['credential', 'git', 'erase'], { home, input: late })).toEqual({
      status: 0,
      out: '',
      err: '',
    })
    expect(JSON.parse((await run(['status', '--json'], { home })).out)).toMatchObject({
      profiles: [{ state: 'alive' }],
    })
    await done('ls-remote', repository())
    expect(tokens.refreshes()).toBe(1)
  })

  test('twenty at once make one refresh, after the end of the token and after a server has ended it', async () => {
    const all = async () =>
      await Promise.all(
        Array.from({ length: crowd }, async () => await git('ls-remote', repository())),
      )
    await tokens.endAccess(await held())
    const refused = await all()
    expect(tokens.refreshes()).toBeLessThanOrEqual(1)
    const late = refused.filter(({ status }) => status !== 0)
    for (const { err } of late) expect(err).toContain('Authentication failed')
    const second = await all()
    expect(second.map(({ status, err }) => `${status} ${err}`)).toEqual(Array(crowd).fill('0 '))
    expect(tokens.refreshes()).toBe(1)
    shiftHelper(home, name, 'git', hour)
    const third = await all()
    expect(third.map(({ status, err }) => `${status} ${err}`)).toEqual(Array(crowd).fill('0 '))
    expect(tokens.refreshes()).toBe(2)
    expect(tokens.events).not.toContain('grant.revoked')
  })

  test('a server that refuses every token has it refreshed once', async () => {
    for (let times = 0; times < 4; times++) {
      const { status, err } = await git('ls-remote', `${never.origin}/x.git`)
      expect({ status, err }).toEqual({
        status: 128,
        err: expect.stringContaining('Authentication failed'),
      })
      if (times > 1) expect(err).toContain('it is not refreshed for that again within')
    }
    expect(tokens.refreshes()).toBe(1)
    await done('ls-remote', repository())
    expect(tokens.refreshes()).toBe(1)
  })

  test('where all is revoked, git is told to log in again, and the token server is asked once', async () => {
    await tokens.revoke(await held())
    expect((await git('ls-remote', repository())).err).toContain('Authentication failed')
    for (let times = 0; times < 2; times++) {
      const { status, err } = await git('ls-remote', repository())
      expect({ status, err }).toEqual({
        status: 128,
        err: expect.stringMatching(/tokn: error: .*\n(tokn: hint: )?.*tokn login work/),
      })
      expect(err).toContain('could not read Username')
    }
    expect(tokens.events.filter((event) => event === 'grant.error')).toHaveLength(1)
    expect(JSON.parse((await run(['status', '--json'], { home })).out)).toMatchObject({
      profiles: [{ state: 'dead' }],
    })
  })

  test('another host is given nothing, and nothing is asked of the token server', async () => {
    const { status, err } = await git('ls-remote', `${foreign.origin}/x.git`)
    expect({ status, err }).toEqual({
      status: 128,
      err: expect.stringContaining('could not read Username'),
    })
    expect(foreign.requests.map(({ token, status: said }) => [token, said])).toEqual([
      [undefined, 401],
    ])
    expect(tokens.events).toEqual([])
  })

  test('without a session git is told so, and goes on to its next helper', async () => {
    const token = await held()
    await run(['logout', 'work', '--local-only'], { home })
    const { status, err } = await git('ls-remote', repository())
    expect({ status, err }).toEqual({
      status: 128,
      err: expect.stringContaining('could not read Username'),
    })
    const next = `!f() { test "$1" = get && echo username=bob && echo password=${token}; }; f`
    await done('config', '--global', '--add', 'credential.helper', next)
    await done('ls-remote', repository())
    expect(server.requests.at(-1)).toMatchObject({ username: 'bob', status: 200 })
  })
})
