import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEngine, type EngineName, type EngineServer } from '../support/engines.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { requireParts } from '../support/parts.ts'
import { run, start } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'
import { makeRoles, type StoreRoles } from '../support/store-roles.ts'

const engines: readonly EngineName[] = ['postgres', 'redis', 'etcd']

/** What a job with a reader's key and a reader's user types, and how it ends. */
const ofReaders: ReadonlyArray<readonly [line: string, status: number]> = [
  ['status', 0],
  ['status --store', 0],
  ['store verify', 0],
  ['store list', 0],
  ['why web', 0],
  ['check web', 0],
  ['doctor', 0],
  ['token web', 0],
  ['header web', 0],
  ['exec web -- true', 0],
  ['info web', 0],
  ['profile show web', 0],
  ['refresh web --dry-run', 0],
  ['refresh web --timeout 1s', 7],
  ['store reader-key', 5],
  ['store verify --accept web --yes', 5],
  ['profile rename web other', 5],
  ['login web', 5],
]

describe.each(engines)('the roles that docs/stores.md gives the users of a %s', (name) => {
  const isHere = requireParts(name)
  let engine: EngineServer
  let servers: Servers
  let roles: StoreRoles
  let home: Home
  let readerKey: string

  const tokn = async (url: string, args: readonly string[], given: Environment = {}) =>
    await run(args, { home, env: { TOKN_STORE: undefined, TOKN_STORE_URL: url, ...given } })

  const login = (profile: string) => [...['login', profile], ...addressOf(servers.api('hosterby'))]

  beforeAll(async () => {
    if (!isHere) return
    ;[engine, servers] = await Promise.all([
      startEngine(name, { password: true }),
      startServers(['hosterby']),
    ])
    home = makeHome()
    roles = await makeRoles(engine)
    const made = await tokn(roles.owner, login('web'), credentialsOf(servers.api('hosterby')))
    expect(made, made.err).toMatchObject({ status: 0 })
    roles.finish()
    readerKey = (await tokn(roles.refresher, ['store', 'reader-key'])).out.trim()
  }, 60_000)

  afterAll(async () => {
    await servers?.close()
    home?.remove()
    await engine?.close()
  })

  test.skipIf(!isHere)('a reader does all that it is for, and is refused by its key', async () => {
    for (const [line, status] of ofReaders) {
      const ended = await tokn(roles.reader, line.split(' '), { TOKN_STORE_KEY: readerKey })
      expect(ended, `${line}: ${ended.err}`).toMatchObject({ status })
      // Whatever it may not, tokn knows before the engine is asked.
      expect(ended.out + ended.err, line).not.toMatch(/does not (allow|let)|permission/)
      expect(ended.out, line).not.toMatch(/BAD|doubtful/)
    }
    expect(await storeFindings(roles.reader, { TOKN_STORE_KEY: readerKey })).toEqual([])
  })

  test.skipIf(!isHere)('a refresher does all that there is', async () => {
    const given = credentialsOf(servers.api('hosterby'))
    const service = start(['refresher', 'run', '--json'], {
      home,
      env: { TOKN_STORE: undefined, TOKN_STORE_URL: roles.refresher },
    })
    const wished = await tokn(roles.reader, ['refresh', 'web'], { TOKN_STORE_KEY: readerKey })
    expect(wished, wished.err).toMatchObject({ status: 0 })
    service.child.kill('SIGTERM')
    expect(await service.ended).toMatchObject({ status: 0 })
    const lines = [
      login('other'),
      ...[
        ['token', 'other'],
        ['refresh', 'web'],
        ['status', '--store'],
        ['store', 'verify'],
      ],
      ...[
        ['store', 'verify', '--accept', 'web', '--yes'],
        ['profile', 'rename', 'other', 'third'],
      ],
      ...[
        ['profile', 'set', 'third', 'offline', '5m'],
        ['store', 'pull', 'third', '--from', name],
      ],
      ...[['profile', 'forget-credentials', 'third'], ['doctor'], ['logout', 'third']],
    ]
    for (const line of lines) {
      const ended = await tokn(roles.refresher, line, given)
      expect(ended, `${line.join(' ')}: ${ended.err}`).toMatchObject({ status: 0 })
    }
    expect(await storeFindings(roles.refresher)).toEqual([])
    const next = (await tokn(roles.refresher, ['store', 'rekey', '--yes'])).out.trim()
    const ended = await tokn(roles.refresher, ['store', 'rekey', '--finish', '--yes'], {
      TOKN_STORE_KEY: next,
    })
    expect(ended, ended.err).toMatchObject({ status: 0 })
    const used = await tokn(roles.refresher, ['token', 'web'], { TOKN_STORE_KEY: next })
    expect(used, used.err).toMatchObject({ status: 0 })
  })

  /** What `doctor` has against the user and the key. */
  async function storeFindings(url: string, given: Environment = {}) {
    const { out } = await tokn(url, ['doctor', '--json'], given)
    const { checks } = JSON.parse(out) as {
      checks: ReadonlyArray<{ id: string; status: string }>
    }
    const ofStore = checks.filter(({ id }) => id.startsWith(`store.${name}`))
    expect(ofStore.length).toBeGreaterThan(3)
    return ofStore.filter(({ id, status }) => /privileges|key/.test(id) && status !== 'ok')
  }
})
