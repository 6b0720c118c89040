import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEngine, type EngineServer } from '../support/engines.ts'
import { makeHomes, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

const said = (text: string) => expect.stringContaining(text)
const newKey = () => randomBytes(32).toString('base64url')

// Whoever types what is said must come further by it.

describe.runIf(requirePart('redis'))(
  'what is said next of a store that many machines share',
  () => {
    let one: EngineServer
    let other: EngineServer
    let servers: Servers
    const { newHome, remove } = makeHomes()
    const [key, foreign] = [newKey(), newKey()]
    const at = (server: EngineServer): Environment => ({
      ...{ TOKN_STORE: undefined, TOKN_STORE_URL: server.url, TOKN_STORE_KEY: key },
    })
    const here: Environment = { TOKN_STORE: 'file', TOKN_STORE_KEY: key }
    const tokn = async (home: Home, line: string, env: Environment) =>
      await run(line.split(' '), { home, env })
    const good = async (home: Home, line: string, env: Environment) => {
      const ended = await tokn(home, line, env)
      expect(ended, ended.err).toMatchObject({ status: 0 })
      expect(ended.err).not.toContain(String.raw`\x0a`)
      return ended
    }
    const login = async (home: Home, name: string, env: Environment) => {
      const api = servers.api('hosterby')
      const line = `login ${name} ${addressOf(api).join(' ')}`
      await good(home, line, { ...credentialsOf(api), ...env })
    }
    /** Refused in the same words, whether or not it is only to be said what would be done. */
    const refusedAlike = async (home: Home, line: string, env: Environment, status: number) => {
      const ended = await tokn(home, line, env)
      expect(ended, ended.err).toMatchObject({ status, out: '' })
      expect(await tokn(home, `${line} --dry-run`, env)).toMatchObject({ status, err: ended.err })
      expect(ended.err).not.toContain(String.raw`\x0a`)
      return ended.err
    }

    beforeAll(async () => {
      ;[one, other, servers] = await Promise.all([
        ...[startEngine('redis'), startEngine('redis')],
        startServers(['hosterby']),
      ] as const)
      await login(newHome(), 'web', at(one))
    })
    afterAll(async () => {
      await Promise.all([one.close(), other.close(), servers.close()])
      remove()
    })

    const toOther = 'store migrate --from redis --to redis'
    const between = (): Environment => ({
      ...at(other),
      TOKN_FROM_STORE_URL: one.url,
      TOKN_FROM_STORE_KEY: key,
    })

    test('a dry run is refused as what it is about would be', async () => {
      const home = newHome()
      await login(home, 'web', here)
      const push = 'store push web --to redis'
      const wrongKey = { ...at(one), TOKN_FROM_STORE_KEY: foreign }
      await refusedAlike(home, push, { ...wrongKey, TOKN_STORE_URL: other.url }, 8)
      const taken = await refusedAlike(home, push, { ...at(one), TOKN_FROM_STORE_KEY: key }, 2)
      expect(taken).toMatch(/hint: env -u \S+ -u \S+ tokn profile rename web NAME\n {2}that is for/)
      const third = newHome()
      await login(third, 'web', at(other))
      const both = await refusedAlike(newHome(), toOther, between(), 2)
      expect(both).toContain('has another session called "web"')
      expect(both).not.toContain('env -u')
      await good(third, 'profile rename web else', at(other))
    })

    test('of several sessions each has a line, and who comes late is sent to where it is', async () => {
      await login(newHome(), 'lap', at(one))
      const { err } = await good(newHome(), toOther, between())
      expect(err.match(/^\w+: the session has moved from the redis store/gm)).toHaveLength(2)
      const gone = await tokn(newHome(), 'refresh', { ...at(one), TOKN_PROFILE: 'web' })
      expect(gone).toMatchObject({ status: 4, err: said('has moved to Redis at') })
      expect(gone.err).toContain('hint: use it there')
      const { out } = await good(newHome(), 'status --json', at(one))
      expect(out).toContain('use it there')
      expect(out).not.toContain('tokn login')
      const back = { ...at(one), TOKN_FROM_STORE_URL: other.url, TOKN_FROM_STORE_KEY: key }
      await good(newHome(), toOther, back)
    })

    test('nothing is seen with a key that opens nothing', async () => {
      const glance = await tokn(newHome(), 'status --store', {
        ...at(one),
        TOKN_STORE_KEY: foreign,
      })
      expect(glance).toMatchObject({ status: 8, out: '' })
      expect(glance.err).not.toContain('seen with')
    })

    test('a machine whose profiles say where the store is needs no other address for it', async () => {
      const home = newHome()
      await good(home, 'store pull web --from redis', at(one))
      const alone: Environment = {
        ...{ TOKN_STORE: undefined, TOKN_STORE_KEY: key, TOKN_STORE_PASSWORD: one.password },
      }
      const glance = await good(home, 'status --store --json', alone)
      expect(JSON.parse(glance.out)).toMatchObject({ store: said('Redis at') })
      expect((await good(home, 'store reader-key', alone)).out).toMatch(/^tokn-reader-/)
      const verified = await good(home, 'store verify --json', alone)
      expect(JSON.parse(verified.out)).toMatchObject({ store: 'redis' })
      // What is said counts.
      const mine = await good(home, 'store verify --json', { ...alone, TOKN_STORE: 'file' })
      expect(JSON.parse(mine.out)).toMatchObject({ store: 'file', sessions: [] })
      const refused = await tokn(home, 'store reader-key', { ...alone, TOKN_STORE: 'file' })
      expect(refused).toMatchObject({ status: 2, err: said('or TOKN_STORE where a profile') })
    })

    test('a name is looked for before anybody would be asked about it', async () => {
      const accept = 'store verify --accept'
      expect(await tokn(newHome(), `${accept} nosuch`, at(one))).toMatchObject({ status: 3 })
      const unasked = await tokn(newHome(), `${accept} web`, at(one))
      expect(unasked).toMatchObject({ status: 2, err: said(`tokn ${accept} web --yes`) })
      await good(newHome(), `${accept} web --yes`, at(one))
      const set = await tokn(newHome(), 'profile set web offline 10', at(one))
      expect(set).toMatchObject({ status: 2, err: said('offline "10" is not a valid duration') })
    })
  },
)
