import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { requireParts } from '../support/parts.ts'
import { startCommand } from '../support/run.ts'
import { addressOf } from '../support/servers.ts'
import {
  holderOf,
  holdersIn,
  isAlive,
  openJobWorld,
  seeEndOf,
  shells,
  type JobWorld,
} from './ci-job.ts'

const begin = 'tokn ci start > /dev/null'

const able = requireParts('linux', 'bash')

/** What the API says to a request with this token. */
async function statusWith({ api }: Pick<JobWorld, 'api'>, token: string): Promise<number> {
  const { url } = api.resource
  return (await fetch(url, { headers: { Authorization: `Bearer ${token}` } })).status
}

/** Begins a job at an API that can revoke, and gives its token, which works. */
async function beginRevocable(flags = '') {
  const world = await openJobWorld('rightech')
  const started = await world.job.step(`tokn ci start ${flags} > /dev/null`, world.env)
  expect(started, started.err).toMatchObject({ status: 0 })
  const holder = holderOf(world.job.variables()['TOKN_AGENT_SOCK'])
  const token = (await world.job.step('tokn token')).out.trim()
  expect(await statusWith(world, token)).toBe(200)
  return { ...world, holder, token }
}

describe.skipIf(!able)('the session of a job ends, and is revoked,', () => {
  test('J8: when the job says so', async () => {
    const { job, holder, token, ...world } = await beginRevocable()
    const end = await job.step('tokn ci end --json')
    expect(JSON.parse(end.out), end.err).toEqual({
      schema: 'tokn.ci-end/v1',
      ended: true,
      revoked: true,
      verified: true,
      alive_until: null,
      alive: null,
    })
    expect(isAlive(holder)).toBe(false)
    expect(await statusWith(world, token)).toBe(401)
  })

  test('not before its socket can be trusted, and meanwhile nothing else is done', async () => {
    const { job, holder, token, env, api, ...world } = await beginRevocable()
    const socket = job.variables()['TOKN_AGENT_SOCK'] ?? ''
    chmodSync(socket, 0o666)
    for (const variables of [{}, env]) {
      const refused = await job.step('tokn token', variables)
      expect(refused).toMatchObject({ status: 8, out: '' })
      expect(refused.err).toContain('is not used: every user can connect to it')
    }
    expect(await job.step('tokn ci start', env)).toMatchObject({ status: 8, out: '' })
    expect(await job.step('tokn ci end')).toMatchObject({ status: 12, out: '' })
    expect(api.state.counts.logins).toBe(1)
    chmodSync(socket, 0o600)
    expect(await job.step('tokn ci end')).toMatchObject({ status: 0 })
    expect(isAlive(holder)).toBe(false)
    expect(await statusWith({ api, ...world }, token)).toBe(401)
  })

  test('and then no other is taken instead, but for one that is named', async () => {
    const { job, holder, env, api, home } = await beginRevocable()
    const store = { TOKN_STORE: 'file', TOKN_STORE_KEY: home.environment['TOKN_STORE_KEY'] }
    const alone = { ...env, ...store, TOKN_AGENT_SOCK: 'off' }
    const login = await job.step(`tokn login web ${addressOf(api).join(' ')}`, alone)
    expect(login, login.err).toMatchObject({ status: 0 })
    process.kill(holder, 'SIGKILL')
    await seeEndOf(holder)
    const { logins } = api.state.counts
    for (const variables of [store, { ...store, ...env }]) {
      const ended = await job.step('tokn token', variables)
      expect(ended).toMatchObject({ status: 4, out: '' })
      expect(ended.err).toContain('the session of this job, which TOKN_AGENT_SOCK names, has ended')
    }
    expect(await job.step('tokn token web', store)).toMatchObject({ status: 0, err: '' })
    expect(api.state.counts.logins).toBe(logins)
  })

  test('without having held anything of the shell that began it', async () => {
    const { job, env } = await openJobWorld('hosterby')
    const line = '(exec 200>lock; flock -n 200; tokn ci start --pid $$ > told); flock -n lock true'
    const free = await job.step(line, env, shells.bash)
    expect(free, free.err).toMatchObject({ status: 0 })
  })

  test('once, for all who say so, and each is told how', async () => {
    const { job, holder, token, strike, api, ...world } = await beginRevocable()
    const before = api.log.length
    strike({ do: 'delay', ms: 2_000 })
    const first = job.step('tokn ci end --json')
    while (api.log.length === before) await delay(5)
    // Meanwhile nobody is given it.
    expect((await job.step('tokn token')).out).toBe('')
    const ends = [await job.step('tokn ci end --json'), await first]
    for (const { out, err } of ends) {
      expect(JSON.parse(out), err).toMatchObject({ ended: true, revoked: true })
    }
    expect(isAlive(holder)).toBe(false)
    expect(await statusWith({ api, ...world }, token)).toBe(401)
  })

  test('J8: with the process that it was told, when that is killed', async () => {
    const runner = spawn('sleep', ['300'], { stdio: 'ignore' })
    const { holder, token, ...world } = await beginRevocable(`--pid ${runner.pid}`)
    expect(isAlive(holder)).toBe(true)
    runner.kill('SIGKILL')
    await once(runner, 'exit')
    await seeEndOf(holder)
    expect(await statusWith(world, token)).toBe(401)
    expect(await world.job.step('tokn ci end')).toMatchObject({ status: 0 })
  })

  test('with what runs its shells, and not with one of them', async () => {
    const { job, home, env, api } = await openJobWorld('rightech')
    writeFileSync(join(home.work, 'first'), `${begin}\n`)
    writeFileSync(join(home.work, 'second'), 'tokn token\n')
    // Longer than it takes to see that a process is gone.
    const lines = ['bash -e first', 'sleep 1.5', 'export "$(cat "$GITHUB_ENV")"', '(sh -e second)']
    writeFileSync(join(home.work, 'runner'), `${lines.join('\n')}\ntrue\n`)
    const { child, ended } = startCommand(['sh', '-e', 'runner'], {
      home,
      env: { ...env, CI: 'true', XDG_RUNTIME_DIR: join(home.path, 'run'), GITHUB_ENV: job.steps },
    })
    const { status, out, err } = await ended
    expect(status, err).toBe(0)
    expect(err).toContain(`it ends with process ${child.pid}, `)
    expect(api.state.tokens.map(({ access }) => access)).toEqual([out.trim()])
    const holder = holderOf(job.variables()['TOKN_AGENT_SOCK'])
    await seeEndOf(holder)
    expect(api.state.live).toEqual([])
  })

  test('J8: after its time', async () => {
    const { holder, token, ...world } = await beginRevocable('--max 2s')
    await seeEndOf(holder)
    expect(await statusWith(world, token)).toBe(401)
  })

  test('when its process is asked to end', async () => {
    const { holder, token, ...world } = await beginRevocable()
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGPIPE'] as const) {
      process.kill(holder, signal)
    }
    expect((await world.job.step('tokn token')).out.trim()).toBe(token)
    process.kill(holder, 'SIGTERM')
    await seeEndOf(holder)
    expect(await statusWith(world, token)).toBe(401)
  })

  test('but not where its process is killed, of which it is told', async () => {
    const { holder, job, token, ...world } = await beginRevocable()
    process.kill(holder, 'SIGKILL')
    await seeEndOf(holder)
    const end = await job.step('tokn ci end')
    expect(end).toMatchObject({ status: 12, out: '' })
    expect(end.err).toContain('was ended from outside: its token was not revoked')
    expect(await job.step('tokn ci end')).toMatchObject({ status: 0 })
    expect(await statusWith(world, token)).toBe(200)
    // Later commands are on their own again.
    expect(await job.step('tokn token', world.env)).toMatchObject({ status: 0 })
  })

  test('here, where the provider does not answer', async () => {
    const { holder, job, strike } = await beginRevocable()
    strike({ do: 'drop-before' })
    const end = await job.step('tokn ci end')
    expect(end.status, end.err).toBe(12)
    expect(end.err).toContain(
      'this job: erased here; its tokens may still be alive at the provider: ',
    )
    expect(end.err).toMatch(/tokn: error: the session of this job is erased here, and /)
    expect(isAlive(holder)).toBe(false)
  })

  test('in time, where the provider never answers', async () => {
    const { holder, home, strike } = await beginRevocable('--timeout 6s')
    strike({ do: 'hang' })
    process.kill(holder, 'SIGTERM')
    await seeEndOf(holder)
    expect(holdersIn(home)).toEqual([])
  })
})

describe.skipIf(!able)('what keeps a job from beginning leaves nothing behind:', () => {
  test.each(['SIGINT', 'SIGKILL'] as const)('%s during the login', async (signal) => {
    const { job, env, api, home, strike } = await openJobWorld('rightech')
    strike({ do: 'delay', ms: 600 })
    const running = job.step('exec tokn ci start', env)
    while (api.log.length === 0) await delay(5)
    const [starter] = startersIn(home.path)
    process.kill(starter ?? 0, signal)
    expect((await running).out).toBe('')
    while (holdersIn(home).length > 0) await delay(20)
    expect(api.state.counts.logins).toBe(1)
    expect(api.state.live).toEqual([])
    expect(job.variables()).toEqual({})
  })

  test('the provider is down', async () => {
    const { job, env, home, strike } = await openJobWorld('hosterby')
    strike({ do: 'drop-before' })
    const safe = await job.step('tokn_ci=$(tokn ci start) || exit; eval "$tokn_ci"; echo on', env)
    expect(safe).toMatchObject({ status: 7, out: '' })
    expect(safe.err).toMatch(/^tokn: error: /)
    // A shell does not see how what it evaluates has ended.
    expect((await job.step('eval "$(tokn ci start)"; echo on', env)).out).toBe('on\n')
    // It is known to have failed a moment before it has ended.
    while (holdersIn(home).length > 0) await delay(20)
    expect(job.variables()).toEqual({})
  })

  test('the provider never answers', async () => {
    const { job, env, home, strike } = await openJobWorld('hosterby')
    strike({ do: 'hang' })
    const ended = await job.step('tokn ci start --timeout 1s', env)
    expect(ended).toMatchObject({ status: 7, out: '' })
    for (let turn = 0; turn < 200 && holdersIn(home).length > 0; turn++) await delay(20)
    expect(holdersIn(home)).toEqual([])
  })

  test('there is no place to tell later steps', async () => {
    const { job, env, api, home } = await openJobWorld('hosterby')
    writeFileSync(join(home.work, 'elsewhere'), '')
    rmSync(job.steps)
    symlinkSync(join(home.work, 'elsewhere'), job.steps)
    expect(await job.step(begin, env)).toMatchObject({ status: 2 })
    expect(await job.step(begin, { ...env, GITHUB_ENV: '/nonexistent/x' })).toMatchObject({
      status: 2,
    })
    expect(api.log).toEqual([])
    expect(readFileSync(join(home.work, 'elsewhere'), 'utf8')).toBe('')
  })

  test('nobody reads where it is', async () => {
    const { job, env, api, home } = await openJobWorld('rightech')
    const ended = await job.step('tokn ci start > /dev/full', env)
    expect(ended.status).toBe(1)
    for (let turn = 0; turn < 200 && holdersIn(home).length > 0; turn++) await delay(20)
    expect(holdersIn(home)).toEqual([])
    expect(api.state.live).toEqual([])
    expect(job.variables()).toEqual({ TOKN_AGENT_SOCK: '' })
  })
})

/** The commands `tokn ci start` of a home. */
function startersIn(path: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
        return words.slice(2, 4).join(' ') === 'ci start' && environment.includes(`${path}/`)
      } catch {
        return false
      }
    })
}
