import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEngine, type EngineServer } from '../support/engines.ts'
import { makeHomes, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

const said = (text: string) => expect.stringContaining(text)

describe.runIf(requirePart('redis'))('what is said of a store that many machines share', () => {
  let server: EngineServer
  let servers: Servers
  const { newHome, remove } = makeHomes()
  const key = randomBytes(32).toString('base64url')
  /** With the store, unless `more` takes its address away. */
  const tokn = async (home: Home, line: string, more: Environment = {}) =>
    await run(line.split(' '), {
      home,
      env: { TOKN_STORE: undefined, TOKN_STORE_URL: server.url, TOKN_STORE_KEY: key, ...more },
    })
  const login = async (home: Home, name: string, more: Environment = {}) => {
    const api = servers.api('hosterby')
    const line = `login ${name} ${addressOf(api).join(' ')}`
    const ended = await tokn(home, line, { ...credentialsOf(api), ...more })
    expect(ended, ended.err).toMatchObject({ status: 0 })
  }
  const here: Environment = { TOKN_STORE_URL: undefined, TOKN_STORE: 'file' }
  const shared = 'postgres, redis, etcd'

  beforeAll(async () => {
    server = await startEngine('redis')
    servers = await startServers(['hosterby'])
    await login(newHome(), 'web')
    await login(newHome(), 'iot')
  })
  afterAll(async () => {
    await Promise.all([server.close(), servers.close()])
    remove()
  })

  test('a flag offers the stores that its command takes', async () => {
    const home = newHome()
    for (const command of ['refresher run', 'store rekey', 'store reader-key']) {
      const { out } = await tokn(home, `${command} --help`)
      expect(inOneLine(out)).toMatch(new RegExp(`--store <kind> [^()]*\\(${shared};`))
      const refused = await tokn(home, `${command} --store file`, here)
      expect(refused).toMatchObject({ status: 2, err: said('belongs to this machine alone') })
    }
    for (const command of ['push --all', 'pull --all --from redis', 'migrate --from redis']) {
      const { out } = await tokn(home, `store ${command} --help`)
      expect(inOneLine(out)).toMatch(/--to <kind> [^()]*\(keychain, file, pass, postgres/)
      for (const kind of ['memory', 'mysql']) {
        const refused = await tokn(home, `store ${command} --to ${kind}`)
        expect(refused).toMatchObject({ status: 2, err: said(`one of: keychain, file, pass`) })
      }
    }
  })

  test('where it is not reached, nobody is sent in a circle', async () => {
    for (const url of [
      'postgres://me@127.0.0.1:1/x',
      'redis://127.0.0.1:1',
      'etcd://127.0.0.1:1',
    ]) {
      const { out } = await tokn(newHome(), 'doctor', {
        ...{ TOKN_STORE_URL: url, TOKN_STORE_PASSWORD: 'a password' },
      })
      expect(out).toContain('check the address of the store, and the network')
      expect(out).not.toContain('tokn doctor')
    }
    const home = newHome()
    await login(home, 'mine', { ...here })
    const api = servers.api('hosterby')
    await servers.close()
    servers = await startServers(['hosterby'])
    const gone = await tokn(home, 'doctor', here)
    expect(gone.out, api.baseUrl).toMatch(
      /^fail +provider-mine: [^]*\n +check the address and the network\n/m,
    )
  })

  test('profiles are counted where they are', async () => {
    const home = newHome()
    await login(home, 'mine', here)
    const { out } = await tokn(home, 'store list --json')
    const { stores } = JSON.parse(out) as {
      stores: ReadonlyArray<{ store: string; profiles: number; problem: string | null }>
    }
    const of = (kind: string) => stores.find(({ store }) => store === kind)
    expect(of('redis')).toMatchObject({ profiles: 2 })
    expect(of('file')).toMatchObject({ profiles: 1 })
    expect(of('etcd')?.problem).toBe('no address: TOKN_STORE_URL is that of redis')
    const doctor = await tokn(home, 'doctor')
    expect(doctor.out).toMatch(/profiles: 2 in Redis at \S+, 1 in \S+config\.json/)
  })

  test('a profile of the store is in no file', async () => {
    const home = newHome()
    await login(home, 'mine', here)
    const show = async (name: string) =>
      JSON.parse((await tokn(home, `profile show ${name} --json`)).out) as object
    expect(await show('web')).toMatchObject({ path: null, kept_in: said('Redis at') })
    expect(await show('mine')).toMatchObject({ path: said('config.json'), kept_in: null })
  })

  test('a name that is taken is given up where that harms nobody', async () => {
    const home = newHome()
    await login(home, 'web', here)
    const taken = [
      await tokn(home, 'store push web --to redis'),
      await tokn(home, 'store pull web --from redis'),
      await tokn(home, 'store pull web --from redis --to file'),
    ]
    for (const { status, err } of taken) {
      expect(status).toBe(2)
      expect(err).toContain(
        'hint: env -u TOKN_STORE_URL -u TOKN_STORE_URL_FILE tokn profile rename web NAME',
      )
    }
    const renamed = await tokn(home, 'profile rename web own', { TOKN_STORE_URL: undefined })
    expect(renamed, renamed.err).toMatchObject({ status: 0 })
    expect(await tokn(home, 'store push own --to redis')).toMatchObject({ status: 0 })
    expect(await tokn(home, 'token web')).toMatchObject({ status: 0 })
    expect(await tokn(home, 'logout own')).toMatchObject({ status: 0 })
  })

  test('a session that has moved is not counted, and renews nothing', async () => {
    const home = newHome()
    await login(home, 'gone')
    const pull = 'store pull gone --from redis --to file'
    expect(await tokn(home, pull)).toMatchObject({ status: 0 })
    const { out, err } = await tokn(home, 'status --store')
    expect(out).toMatch(/^gone +moved +(?!renews)/m)
    expect(err).toMatch(/: 2 sessions, seen with/)
    expect(err).toContain(`"gone": its session has moved to the file store of ${hostname()}\n`)
  })

  test('another store is advised by the flag that there is', async () => {
    const pull = await tokn(newHome(), 'store pull web --from redis --to pass', { PATH: '/none' })
    expect(pull).toMatchObject({ status: 8, err: said('--to file') })
    expect(pull.err).not.toContain('--store')
    const home = newHome()
    await login(home, 'mine', here)
    const push = await tokn(home, 'store migrate --from pass --to redis', { PATH: '/none' })
    expect(push.err).not.toMatch(/--(?:store|to) file/)
  })

  test('why names the machine also of a session that no job has refreshed', async () => {
    const { out } = await tokn(newHome(), 'why web')
    expect(out).toMatch(/MACHINE +JOB$/m)
  })
})

/** Help, without its line ends. */
function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}
