import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openWorld } from '../catalogue/world.ts'
import { plainDefinition } from '../e2e/exit-codes/faults.ts'
import { findTexts } from '../support/files.ts'
import { requireParts } from '../support/parts.ts'
import { addressOf } from '../support/servers.ts'
import {
  contentOf,
  holderOf,
  isAlive,
  loginOf,
  openJob,
  openJobWorld,
  seeEndOf,
  shells,
} from './ci-job.ts'

const begin = 'tokn ci start > /dev/null'

const able = requireParts('linux', 'bash')

describe.skipIf(!able)('a CI job', () => {
  test('J7: logs in once for all of its steps, in whatever shell they run', async () => {
    const { job, env, api, home } = await openJobWorld('hosterby')
    const before = contentOf(home, job)
    const first = await job.step(begin, env, shells.bash)
    expect(first, first.err).toMatchObject({ status: 0, out: '' })
    expect(first.err).toMatch(/^one session of hoster\.by for this job; it ends with process \d+, /)
    expect(first.err).toContain('later steps find it by TOKN_AGENT_SOCK (GITHUB_ENV)')
    const [live] = api.state.live
    const ways = [
      ['tokn token', {}, shells.sh],
      // With the variables of the login, with some of them, and with none.
      ['tokn token', env, shells.dash],
      ['tokn token', { TOKN_PROVIDER: 'hosterby' }, shells.bash],
      ['tokn header -o value | cut -d " " -f 2', env, shells.bash],
      [`tokn exec -e T -- sh -c 'echo "$T"'`, {}, shells.dash],
      ['tokn exec -- tokn token', env, shells.sh],
      ['eval "$(tokn env --shell sh)"; echo "$TOKN_ACCESS_TOKEN"', env, shells.dash],
    ] as const
    for (const [script, more, shell] of ways) {
      const { status, out, err } = await job.step(script, more, shell)
      expect({ script, status, out: out.trim() }, err).toEqual({ script, status: 0, out: live })
    }
    const called = await job.step(
      `tokn curl -- -sS -o /dev/null -w '%{http_code}' ${api.resource.url}`,
      env,
    )
    expect(called, called.err).toMatchObject({ status: 0, out: '200' })
    expect((await job.step('tokn list --json', env)).status).toBe(0)
    const which = await job.step('tokn which', env)
    expect(which.out).toMatch(/^\* profile +- +TOKN_AGENT_SOCK: the session of this CI job, /m)
    expect(contentOf(home, job)).toEqual(before)
    const forced = (await job.step('tokn token --refresh force', env)).out.trim()
    expect(forced).not.toBe(live)
    expect((await job.step('tokn token')).out.trim()).toBe(forced)
    const refreshed = await job.step('tokn refresh', env)
    expect(refreshed, refreshed.err).toMatchObject({ status: 0 })
    expect((await job.step('tokn token')).out.trim()).toBe(api.state.live.at(-1))
    expect(api.state.counts).toMatchObject({ logins: 1, refreshes: 2 })
    const holder = holderOf(job.variables()['TOKN_AGENT_SOCK'])
    const end = await job.step('tokn ci end')
    expect(end, end.err).toMatchObject({ status: 0, out: '' })
    expect(end.err).toMatch(/^this job: erased here; still alive at the provider: [^\n]*\n$/)
    expect(isAlive(holder)).toBe(false)
    expect(contentOf(home, job)).toEqual(before)
    expect(job.variables()).toEqual({ TOKN_AGENT_SOCK: '' })
    const again = await job.step('tokn ci end; tokn ci end --json')
    expect(again.err).toBe('this job has no session that could be ended\n')
    expect(JSON.parse(again.out)).toMatchObject({ schema: 'tokn.ci-end/v1', ended: false })
  })

  test('spends one of the logins that an API numbers', async () => {
    const { job, env, api } = await openJobWorld('mcs')
    const first = await job.step(begin, env)
    expect(first.err).toContain('this job logged in by itself, and MCS Vision allows 25 logins')
    for (let turn = 0; turn < 3; turn++) {
      const { status, err } = await job.step('tokn token', env)
      expect({ status, err }).toEqual({ status: 0, err: '' })
    }
    const detect = `tokn curl -- -sS -o /dev/null -w '%{http_code}' ${api.resource.url}`
    expect((await job.step(detect, env)).out).toBe('200')
    expect(api.state.counts).toMatchObject({ logins: 1, refreshes: 0 })
  })

  test('is told of as far as its token goes, and leaves no file with that', async () => {
    const { job, env, home } = await openJobWorld('hosterby')
    const filesNow = () => readdirSync(home.path, { recursive: true, encoding: 'utf8' })
    expect(await job.step(begin, env)).toMatchObject({ status: 0 })
    const before = filesNow()
    const info = await job.step('tokn info')
    expect(info, info.err).toMatchObject({ status: 0 })
    expect(info.out).toContain('only to who shows the refresh token')
    expect((await job.step('tokn token --json')).out).toContain('"fingerprint":')
    expect(filesNow()).toEqual(before)
  })

  test('spends none with a service token', async () => {
    const { job, env, api } = await openJobWorld('mcs')
    const { TOKN_PROVIDER, TOKN_BASE_URL, TOKN_API_URL } = env
    const given = {
      TOKN_PROVIDER,
      TOKN_BASE_URL,
      TOKN_API_URL,
      TOKN_TOKEN: api.credentials['service_token'],
    }
    const detect = `tokn curl -- -sS -o /dev/null -w '%{http_code}' ${api.resource.url}`
    const called = await job.step(detect, given)
    expect(called).toMatchObject({ status: 0, out: '200', err: '' })
    expect(api.state.counts).toMatchObject({ logins: 0, refreshes: 0 })
  })

  test('refreshes once for all who find that a token is refused', async () => {
    const { job, env, api } = await openJobWorld('hosterby')
    await job.step(begin, env)
    api.control.expire()
    const call = `tokn curl -- -sS -o /dev/null -w '%{http_code} ' ${api.resource.url}`
    const all = await job.step(`for i in 1 2 3 4 5; do ${call} & done; wait`, env)
    expect(all, all.err).toMatchObject({ status: 0, out: '200 '.repeat(5) })
    expect(api.state.counts).toMatchObject({ logins: 1, refreshes: 1 })
  })

  test('has the definitions of its own that a login would have', async () => {
    const { job, env, home, api } = await openJobWorld('rightech')
    writeFileSync(join(home.work, 'plain.json'), plainDefinition)
    const own = { ...env, TOKN_PROVIDER: 'plain', TOKN_CONFIG_DIR: 'own' }
    const added = await job.step('tokn provider add plain.json', own)
    expect(added, added.err).toMatchObject({ status: 0 })
    const started = await job.step(begin, own)
    expect(started, started.err).toMatchObject({ status: 0 })
    const { out } = await job.step('tokn token', own)
    expect(api.state.live).toEqual([out.trim()])
    const end = await job.step('tokn ci end')
    expect(end.err).toMatch(/^this job: erased here; still alive at the provider: [^\n]*\n$/)
  })

  test('is there beside a profile in what one exec starts', async () => {
    const { job, env, api, home } = await openJobWorld('hosterby')
    await job.step(begin, env)
    const store = { TOKN_STORE: 'file', TOKN_STORE_KEY: home.environment['TOKN_STORE_KEY'] }
    const alone = { ...env, ...store, TOKN_AGENT_SOCK: 'off' }
    const login = await job.step(`tokn login web ${addressOf(api).join(' ')}`, alone)
    expect(login, login.err).toMatchObject({ status: 0 })
    const inside = [
      'unset TOKN_STORE_KEY TOKN_STORE; test "$JOB" != "$WEB"',
      'test "$(tokn token environment)" = "$JOB"; test "$(tokn token web)" = "$WEB"',
      'tokn token environment --refresh force',
    ].join('\n')
    const both = await job.step(`tokn exec -e JOB -e WEB:web -- sh -ec '${inside}'`, store)
    expect(both, both.err).toMatchObject({ status: 0 })
    expect((await job.step('tokn token')).out).toBe(both.out)
  })

  test('says with TOKN_DEBUG what its process has asked for', async () => {
    const { job, env } = await openJobWorld('hosterby')
    const { err } = await job.step(begin, { ...env, TOKN_DEBUG: '1' })
    expect(err).toMatch(/POST http.* -> 20\d \(\d+ ms\)/)
  })

  test('is held by a process that only tokn starts', async () => {
    const { job } = await openJobWorld('hosterby')
    const ended = await job.step('tokn __ci < /dev/null')
    expect(ended).toMatchObject({ status: 2, out: '' })
    expect(ended.err).toContain('this is for tokn itself: it holds the session of a CI job')
  })

  test('logs in as without one, for what is another login', async () => {
    const { job, env, api } = await openJobWorld('hosterby')
    const other = await openWorld('rightech')
    await job.step(begin, env)
    const [live] = api.state.live
    const there = await job.step('tokn token', loginOf(other.api))
    expect(other.api.state.tokens.map(({ access }) => access)).toContain(there.out.trim())
    const wrong = { ...env, TOKN_SECRET_KEY: 'another' }
    expect(await job.step('tokn token', wrong)).toMatchObject({ status: 4, out: '' })
    expect((await job.step('tokn token', { ...env, TOKN_TOKEN: 'given' })).out).toBe('given\n')
    const off = await job.step('tokn token', { ...env, TOKN_AGENT_SOCK: 'off' })
    expect(off.out.trim()).not.toBe(live)
    expect((await job.step('tokn token', env)).out.trim()).toBe(live)
    expect(api.state.counts.logins).toBe(2)
  })

  test('is begun once, unless another one is asked for', async () => {
    const { job, env, api } = await openJobWorld('hosterby')
    const first = JSON.parse((await job.step('tokn ci start --json', env)).out) as Started
    expect(first).toMatchObject({ new: true, variable: 'TOKN_AGENT_SOCK', provider: 'hosterby' })
    const second = await job.step('tokn ci start', env)
    expect(second.out).toBe(`${first.line}\n`)
    expect(second.err).toContain('this job has a session of hoster.by already; it is used')
    // A later step has none of what a login takes.
    const bare = await job.step('tokn ci start')
    expect(bare, bare.err).toMatchObject({ status: 0, out: second.out })
    expect(await job.step('tokn ci start --new')).toMatchObject({ status: 2, out: '' })
    expect(api.state.counts.logins).toBe(1)
    const other = { ...env, TOKN_ACCESS_KEY: 'another' }
    const refused = await job.step('tokn ci start', other)
    expect(refused).toMatchObject({ status: 2, out: '' })
    expect(refused.err).toContain('this job has a session of hoster.by that another login has made')
    const third = JSON.parse((await job.step('tokn ci start --new --json', env)).out) as Started
    expect(third.socket).not.toBe(first.socket)
    expect(isAlive(holderOf(first.socket))).toBe(true)
    process.kill(holderOf(first.socket), 'SIGTERM')
    await seeEndOf(holderOf(first.socket))
    expect((await job.step('tokn token')).status).toBe(0)
  })

  test('is begun once in a step that does not evaluate what was printed, and ended there', async () => {
    const { job, env, api } = await openJobWorld('rightech')
    const twice = await job.step(`${begin}; tokn ci start`, env)
    expect(twice, twice.err).toMatchObject({ status: 0 })
    expect(twice.out).toBe(`export TOKN_AGENT_SOCK='${job.variables()['TOKN_AGENT_SOCK']}'\n`)
    expect(twice.err).toContain('this job has a session of Rightech IoT Cloud already; it is used')
    expect(api.state.counts.logins).toBe(1)
    expect((await job.step('tokn ci end')).status).toBe(0)
    const lines = [begin, 'TOKN_AGENT_SOCK=off tokn ci end', 'tokn ci end --json', 'tokn ci end']
    const whole = await job.step(lines.join('\n'), env)
    expect(JSON.parse(whole.out), whole.err).toMatchObject({ ended: true, revoked: true })
    expect(whole.err.match(/this job has no session that could be ended/g)).toHaveLength(2)
    expect(api.state.live).toEqual([])
    // What it was told of a session that is over leads to another one.
    expect((await job.step(`${begin}; tokn ci end; ${begin}`, env)).status).toBe(0)
    expect(api.state.counts.logins).toBe(4)
  })

  test('is what a logout cannot end, and says by what', async () => {
    const { job, env, api } = await openJobWorld('hosterby')
    await job.step(begin, env)
    for (const variables of [{}, env]) {
      const refused = await job.step('tokn logout', variables)
      expect(refused).toMatchObject({ status: 2, out: '' })
      expect(refused.err).toContain(
        'tokn: error: TOKN_AGENT_SOCK names the session of this CI job, which no logout can end\n' +
          'tokn: hint: tokn ci end; or name the profile to log out: tokn logout PROFILE\n',
      )
    }
    expect((await job.step('tokn token')).out.trim()).toBe(api.state.live[0])
    expect((await job.step('tokn logout', { TOKN_AGENT_SOCK: 'off' })).err).not.toContain('CI job')
  })

  test('is told by which when it has ended, since nothing else is taken then', async () => {
    const { job, env } = await openJobWorld('hosterby')
    await job.step(begin, env)
    const holder = holderOf(job.variables()['TOKN_AGENT_SOCK'])
    process.kill(holder, 'SIGSTOP')
    const silent = await job.step('tokn which', { TOKN_TIMEOUT: '2s' })
    process.kill(holder, 'SIGCONT')
    expect(silent.out).toMatch(
      /^\* profile +- +TOKN_AGENT_SOCK: .*, whose process does not answer$/m,
    )
    process.kill(holder, 'SIGTERM')
    await seeEndOf(holder)
    for (const variables of [{}, env]) {
      const { out, err } = await job.step('tokn which', variables)
      expect(out, err).toMatch(
        /^\* profile +- +TOKN_AGENT_SOCK: the session of this CI job, which has ended; see tokn ci start$/m,
      )
      const { winner } = JSON.parse((await job.step('tokn which --json', variables)).out) as {
        readonly winner: object
      }
      expect(winner).toMatchObject({ profile: null, source: 'env', variable: 'TOKN_AGENT_SOCK' })
    }
  })

  test('sees nothing of another one on the same machine', async () => {
    const one = await openJobWorld('hosterby')
    const two = openJob(one.home)
    await Promise.all([one.job.step(begin, one.env), two.step(begin, one.env)])
    const sockets = [one.job, two].map((job) => job.variables()['TOKN_AGENT_SOCK'])
    expect(new Set(sockets).size).toBe(2)
    const tokens = [await one.job.step('tokn token'), await two.step('tokn token')]
    expect(new Set(tokens.map(({ out }) => out)).size).toBe(2)
    await one.job.step('tokn ci end')
    expect(sockets.map((socket) => isAlive(holderOf(socket)))).toEqual([false, true])
    expect((await two.step('tokn token')).out).toBe(tokens[1]?.out)
  })

  test('J7: has its secrets in no argument, no environment and no file', async () => {
    const { job, env, home, api } = await openJobWorld('hosterby')
    const { TOKN_SECRET_KEY: secret = '', ...rest } = env
    // Out of a pipe that can be read once.
    const script = `TOKN_SECRET_KEY_FILE=<(printf %s "$S") tokn ci start > /dev/null`
    const started = await job.step(script, { ...rest, S: secret }, shells.bash)
    expect(started, started.err).toMatchObject({ status: 0 })
    const socket = job.variables()['TOKN_AGENT_SOCK'] ?? ''
    const holder = holderOf(socket)
    const secrets = [...Object.values(api.credentials), ...api.state.live]
    const seen = ['cmdline', 'environ'].map((name) =>
      readFileSync(`/proc/${holder}/${name}`, 'latin1'),
    )
    expect(secrets.filter((one) => seen.some((text) => text.includes(one)))).toEqual([])
    expect(findTexts(home.path, secrets)).toEqual([])
    expect([socket, dirname(socket)].map((path) => statSync(path).mode & 0o777)).toEqual([
      0o600, 0o700,
    ])
    // It logs in again with what it was given.
    api.control.expire()
    api.control.replaceFaults([{ do: 'status', status: 401, path: '/token/refresh', body: {} }])
    expect(await job.step('tokn token --refresh force')).toMatchObject({ status: 0 })
    expect(api.state.counts.logins).toBe(2)
  })
})

interface Started {
  readonly socket: string
  readonly line: string
}
