import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEngine, type EngineServer } from '../support/engines.ts'
import { makeHomes, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, type Ended } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

describe.skipIf(!requirePart('redis'))('sessions of a machine, and of a store', () => {
  let engine: EngineServer
  let servers: Servers
  const { newHome, remove } = makeHomes()
  const key = randomBytes(32).toString('base64url')

  beforeAll(async () => {
    ;[engine, servers] = await Promise.all([startEngine('redis'), startServers(['hosterby'])])
  })
  afterAll(async () => {
    remove()
    await servers.close()
    await engine.close()
  })

  const good = (ended: Ended) => {
    expect(ended, ended.err).toMatchObject({ status: 0 })
    return ended
  }
  const tokn = async (home: Home, line: string, given: Environment = {}) =>
    await run(line.split(' '), {
      home,
      env: { TOKN_STORE: undefined, TOKN_STORE_KEY: key, ...given },
    })
  const shared = (): Environment => ({ TOKN_STORE_URL: engine.url })
  const logIn = async (home: Home, name: string, given: Environment) => {
    const api = servers.api('hosterby')
    const made = await run(['login', name, ...addressOf(api)], {
      home,
      env: { TOKN_STORE: undefined, TOKN_STORE_KEY: key, ...credentialsOf(api), ...given },
    })
    good(made)
  }
  const statusOf = async (home: Home, name: string, given: Environment) => {
    const { out } = good(await tokn(home, 'status --json', given))
    return JSON.parse(out).profiles.find((one: { profile: string }) => one.profile === name)
  }

  test.each(['', ' --delete-source'])(
    'one that was pulled to this machine is used here, renewed, and pushed back%s',
    async (flags) => {
      const home = newHome()
      const name = flags === '' ? 'pulled' : 'taken'
      await logIn(home, name, shared())
      good(await tokn(home, `store pull ${name} --from redis --to file${flags}`, shared()))
      // With the address of the store still in force.
      const fixed = await tokn(home, 'doctor --fix --offline', shared())
      expect(fixed.err + fixed.out).not.toContain('erased')
      const before = good(await tokn(home, `token ${name}`, shared()))
      expect(before.err).toBe('')
      expect(await statusOf(home, name, shared())).toMatchObject({
        ...{ store: 'file', state: 'alive', problem: null },
      })
      good(await tokn(home, `refresh ${name}`, shared()))
      const after = good(await tokn(home, `token ${name}`, shared()))
      expect(after.out).not.toBe(before.out)
      good(await tokn(home, `token ${name}`))
      const { out } = good(await tokn(home, `why ${name} --json`, shared()))
      expect(JSON.parse(out).store ?? 'file').toBe('file')
      good(await tokn(home, `store push ${name} --to redis`, shared()))
      good(await tokn(newHome(), `refresh ${name}`, shared()))
    },
  )

  test('at once, and after one refresh, one that was pulled can be pushed back', async () => {
    const home = newHome()
    await logIn(home, 'back', shared())
    for (const refreshes of [0, 1, 2]) {
      good(await tokn(home, 'store pull back --from redis --to file', shared()))
      for (let count = 0; count < refreshes; count++) good(await tokn(home, 'refresh back'))
      good(await tokn(home, 'store push back --to redis', shared()))
      expect(await statusOf(newHome(), 'back', shared())).toMatchObject({
        ...{ store: 'redis', state: 'alive', problem: null },
      })
    }
    good(await tokn(newHome(), 'refresh back', shared()))
  })

  test('what other machines have of one that left says so', async () => {
    const home = newHome()
    await logIn(home, 'left', shared())
    good(await tokn(home, 'store pull left --from redis --to file', shared()))
    const elsewhere = newHome()
    expect(await statusOf(elsewhere, 'left', shared())).toMatchObject({
      problem: expect.stringContaining('has moved to'),
    })
    const given = good(await tokn(elsewhere, 'token left', shared()))
    expect(given.err).toContain('has moved to')
    // A copy of the files, without the profile that the pull made.
    const { out } = await tokn(elsewhere, 'doctor --fix --offline --json', shared())
    expect(out).not.toContain('erased')
  })

  test('the only copy stays where the profile names a store that it has left', async () => {
    const home = newHome()
    await logIn(home, 'only', shared())
    good(await tokn(home, 'store pull only --from redis', shared()))
    const other = newHome()
    good(await tokn(other, 'store pull only --from redis', shared()))
    good(await tokn(home, 'store pull only --from redis --to file', shared()))
    const { profiles } = JSON.parse(good(await tokn(home, 'profile list --json')).out)
    expect(profiles).toMatchObject([{ store: 'file' }])
    // As it was before: the profile of the machine names the store again.
    good(await tokn(home, 'store pull only --from redis', shared()))
    const fixed = await tokn(home, 'doctor --fix --offline', shared())
    expect(fixed.out + fixed.err).toContain('tokn store pull only --from redis --to file')
    good(await tokn(home, 'store pull only --from redis --to file', shared()))
    good(await tokn(home, 'refresh only'))
  })

  test('one that only the machine has is used as ever', async () => {
    const home = newHome()
    await logIn(home, 'local', { TOKN_STORE: 'file' })
    const before = good(await tokn(home, 'token local', shared()))
    expect(before.err).toBe('')
    expect(await statusOf(home, 'local', shared())).toMatchObject({
      ...{ store: 'file', state: 'alive', problem: null },
    })
    for (const line of ['check local', 'refresh --all', 'profile show local', 'list --local'])
      good(await tokn(home, line, shared()))
    const { out } = good(await tokn(home, 'status local --json'))
    expect(JSON.parse(out).profiles).toMatchObject([{ state: 'alive' }])
    const { profiles } = JSON.parse(good(await tokn(home, 'profile list --json', shared())).out)
    expect(profiles).toContainEqual(
      expect.objectContaining({ name: 'local', store: 'file', logged_in: true }),
    )
    good(await tokn(home, 'logout local', shared()))
    expect(await tokn(home, 'token local')).toMatchObject({ status: 4 })
  })

  test('without the address, what a profile refers to is looked at where it is', async () => {
    await logIn(newHome(), 'web', shared())
    const home = newHome()
    const password: Environment = { TOKN_STORE_PASSWORD: engine.password }
    good(await tokn(home, 'store pull web --from redis', shared()))
    const seen = async () => {
      expect(await statusOf(home, 'web', password)).toMatchObject({ state: 'alive', problem: null })
      const { profiles } = JSON.parse(good(await tokn(home, 'profile list --json', password)).out)
      expect(profiles).toMatchObject([{ name: 'web', logged_in: true }])
      expect(good(await tokn(home, 'profile show web', password)).out).toContain('kept')
    }
    await seen()
    good(await tokn(home, 'token web', password))
    await seen()
    const before = await statusOf(home, 'web', password)
    good(await tokn(newHome(), 'refresh web', shared()))
    expect(await statusOf(home, 'web', password)).not.toMatchObject({
      expires_at: before.expires_at,
    })
    await engine.kill()
    const known = good(await tokn(home, 'status --json', password))
    expect(JSON.parse(known.out).profiles).toMatchObject([{ profile: 'web', state: 'alive' }])
    await engine.start()
  })

  test('a login of a profile that refers to a store goes there, and the profile still says where', async () => {
    await logIn(newHome(), 'again', shared())
    const home = newHome()
    const password: Environment = { TOKN_STORE_PASSWORD: engine.password }
    good(await tokn(home, 'store pull again --from redis', shared()))
    await logIn(home, 'again', password)
    good(await tokn(home, 'token again', password))
    expect(good(await tokn(newHome(), 'why again', shared())).out).toContain('login')
  })

  test('the password that belongs to one address goes to no other', async () => {
    await logIn(newHome(), 'far', shared())
    const home = newHome()
    good(await tokn(home, 'store pull far --from redis', shared()))
    const heard: string[] = []
    const listener = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (data) => void heard.push(data.toString('latin1')))
    })
    await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done))
    const { port } = listener.address() as AddressInfo
    const config = join(home.config, 'config.json')
    const url = new URL(engine.url)
    const text = readFileSync(config, 'utf8')
    expect(text).toContain(`:${url.port}`)
    writeFileSync(config, text.replace(`:${url.port}`, `:${port}`))
    try {
      const other = { TOKN_STORE_URL: 'postgres://127.0.0.1:1/db', TOKN_STORE_PASSWORD: 'canary' }
      const line = 'token far --store redis --timeout 2s'
      expect(await tokn(home, line, other)).toMatchObject({ out: '' })
      await tokn(home, 'profile list --timeout 2s', other)
      expect(heard.join('')).not.toBe('')
      expect(heard.join('')).not.toContain('canary')
    } finally {
      listener.close()
    }
  })
})
