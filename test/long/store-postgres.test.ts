import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { EngineOptions, SharedEngine } from '../../src/core/shared-engine.ts'
import { openPostgres } from '../../src/stores/postgres/engine.ts'
import { plainOptions } from '../contract/engine-cases.ts'
import { startEngine, type EngineServer } from '../support/engines.ts'
import { root } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { until } from '../support/until.ts'

const there = requirePart('postgres')

/** Opens, asks, and closes: the failure, or nothing. */
async function failureOf(
  options: Partial<EngineOptions> & { readonly url: URL },
): Promise<unknown> {
  const engine = openPostgres({ ...plainOptions, ...options })
  try {
    await engine.now()
    return undefined
  } catch (error) {
    return error
  } finally {
    await engine.close()
  }
}

const asHost = (url: string, host: string, search = '') => {
  const other = new URL(url)
  other.hostname = host
  other.search = search
  return other
}

describe.skipIf(!there)('TLS to a PostgreSQL', () => {
  const servers: EngineServer[] = []
  afterEach(() => vi.unstubAllEnvs())
  afterAll(async () => await Promise.all(servers.map((server) => server.close())))

  it('is verified in full: the authority and the name, whatever Node is told', async () => {
    const [known, other] = await Promise.all([
      startEngine('postgres', { tls: true }),
      startEngine('postgres', { tls: true, names: 'DNS:db.example' }),
    ])
    servers.push(known, other)
    const ca = known.authority!.cert
    const local = asHost(known.url, 'localhost')
    const verified = asHost(known.url, '127.0.0.1', '?sslmode=verify-full')
    expect(await failureOf({ url: local, ca })).toBeUndefined()
    expect(await failureOf({ url: verified, ca })).toBeUndefined()
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    vi.stubEnv('PGSSLMODE', 'no-verify')
    const untrusted = { code: 'network', retryable: false }
    const unknown = await failureOf({ url: local })
    expect(unknown).toMatchObject(untrusted)
    expect(String(unknown)).toContain('is not trusted')
    expect(await failureOf({ url: verified })).toMatchObject(untrusted)
    const named = await failureOf({
      url: asHost(other.url, 'localhost'),
      ca: other.authority!.cert,
    })
    expect(named).toMatchObject(untrusted)
    expect(await failureOf({ url: local, ca: other.authority!.cert })).toMatchObject(untrusted)
  })

  it('is not left out where the server has none, and no password is sent', async () => {
    const server = await startEngine('postgres', { settings: ['log_connections=on'] })
    servers.push(server)
    const failure = await failureOf({ url: asHost(server.url, 'localhost') })
    expect(failure).toMatchObject({ code: 'network', retryable: false })
    expect(String(failure)).toContain('does not speak TLS')
    expect(server.output()).not.toMatch(/connection authorized|authentication failed/)
  })
})

describe.skipIf(!there)('a PostgreSQL', () => {
  let server: EngineServer
  let admin: Client
  let engine: SharedEngine
  beforeAll(async () => {
    server = await startEngine('postgres', { settings: ['wal_writer_delay=10s'] })
    await connect()
  })
  const connect = async () => {
    admin = new Client({ connectionString: server.url })
    admin.on('error', () => undefined)
    await admin.connect()
    engine = openPostgres({ ...plainOptions, url: new URL(server.url) })
  }
  afterAll(async () => {
    await engine?.close()
    await admin?.end()
    await server?.close()
  })

  const as = (user: string, password: string) => {
    const url = new URL(server.url)
    ;[url.username, url.password] = [user, password]
    return openPostgres({ ...plainOptions, url })
  }
  const finding = async (one: SharedEngine, id: string) =>
    (await one.examine()).find((found) => found.id === id)
  const refused = { code: 'store', exit: 8 }

  it('says that it has no tables, and that a user may not make them', async () => {
    await admin.query("CREATE ROLE nobody LOGIN PASSWORD 'canary-nobody'")
    const nobody = as('nobody', 'canary-nobody')
    expect(await nobody.read('a')).toBeUndefined()
    expect(await nobody.list(undefined, 5)).toEqual([])
    const write = nobody.write('a', { name: 'a', when: {} })
    const failure: unknown = await write.catch((error: unknown) => error)
    expect(failure).toMatchObject(refused)
    expect(String(failure)).toContain('may not make them')
    expect(await finding(nobody, 'schema')).toMatchObject({ status: 'warn' })
    await nobody.close()
  })

  it('gives each role what the documents say, and no more', async () => {
    const text = readFileSync(join(root, 'docs/stores.md'), 'utf8')
    const [, section = ''] = /### Roles of PostgreSQL\n([\s\S]*?)\n### /.exec(text) ?? []
    const [before = '', after = ''] = [...section.matchAll(/```sql\n([\s\S]*?)```/g)].map(
      ([, lines]) => lines,
    )
    await admin.query(before)
    const owner = as('tokn_owner', 'change me 1')
    await owner.prepare()
    expect(await finding(owner, 'privileges')).toMatchObject({ status: 'ok' })
    await admin.query(after)
    const refresher = as('tokn_refresher', 'change me 2')
    const reader = as('tokn_reader', 'change me 3')
    await refresher.prepare()
    await reader.prepare()

    expect(await refresher.write('a', { name: 'a', when: {} })).toHaveProperty('written')
    const taken = await refresher.takeLease('session:a', 'me', 60_000)
    const fence = 'fence' in taken ? taken.fence : 0
    const keys = (await refresher.writeDocument('keys', '', 'k'))!
    const change = { generation: 1, when: { fence, keys, generation: 0 } }
    expect(await refresher.write('a', change)).toHaveProperty('written')
    expect(await refresher.renewLease('session:a', fence, 60_000)).toBe(true)

    const heard: unknown[] = []
    const stop = await refresher.watch('wishes', (id) => heard.push(id))
    expect(await reader.read('a')).toMatchObject({ generation: 1, wished: false })
    // By the key at hand: this user is not enough for one that writes.
    const found = (await reader.examine(true)).find(({ id }) => id === 'privileges')
    expect(found).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('UPDATE on tokn.lease'),
    })
    const judged = [...(await reader.examine(false)), ...(await refresher.examine(true))]
    expect(judged.filter(({ status }) => status === 'fail')).toEqual([])
    expect(await reader.list(undefined, 5)).toHaveLength(1)
    expect(await reader.readDocument('keys')).toMatchObject({ text: 'k' })
    expect(await reader.incarnation()).toBe(await refresher.incarnation())
    for (let wish = 0; wish < 103; wish++) await reader.addWish('a', 1, `{"by":${wish}}`)
    await until(() => heard.includes('a'))
    const wishes = await reader.wishes('a')
    expect(wishes.map(({ text }) => text)).toEqual(
      Array.from({ length: 100 }, (_, at) => `{"by":${at + 3}}`),
    )
    expect(await reader.read('a')).toMatchObject({ wished: true })
    await stop()

    const writes = [
      reader.write('a', { generation: 9, when: {} }),
      reader.write('b', { name: 'b', when: {} }),
      reader.remove('a', {}),
      reader.takeLease('session:a', 'x', 1),
      reader.takeLease('session:new', 'x', 1),
      reader.renewLease('session:a', fence, 1),
      reader.releaseLease('session:a', fence),
      reader.dropWishes('a', 1),
      reader.writeDocument('keys', keys, 'mine'),
      reader.writeDocument('other', '', 'mine'),
    ]
    for (const write of await Promise.allSettled(writes)) {
      expect(write).toMatchObject({ status: 'rejected', reason: refused })
    }
    expect(await refresher.leaseLeft('session:a', fence)).toBeGreaterThan(0)
    expect(await refresher.wishes('a')).toHaveLength(100)
    await refresher.dropWishes('a', 1)
    expect(await refresher.remove('a', { fence })).toBe(true)

    expect(await finding(refresher, 'privileges')).toMatchObject({ status: 'ok' })
    expect(await finding(reader, 'privileges')).toMatchObject({ status: 'ok' })
    expect(await finding(engine, 'privileges')).toMatchObject({ status: 'warn' })
    await admin.query('GRANT TRUNCATE ON tokn.session TO tokn_reader')
    expect(await finding(reader, 'privileges')).toMatchObject({ status: 'warn' })
    await admin.query('REVOKE UPDATE ON tokn.lease FROM tokn_refresher')
    expect(await finding(refresher, 'privileges')).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('UPDATE on tokn.lease') as string,
    })
    await Promise.all([owner, refresher, reader].map((one) => one.close()))
  })

  it('refuses tables of a newer tokn', async () => {
    await admin.query('UPDATE tokn.version SET number = 99')
    await expect(engine.prepare()).rejects.toMatchObject(refused)
    expect(await finding(engine, 'schema')).toMatchObject({ status: 'fail' })
    await admin.query('UPDATE tokn.version SET number = 1')
    await engine.prepare()
  })

  it.each(['TABLE tokn.wish', 'FUNCTION tokn.take_lease'])(
    'takes what somebody has removed for no empty store: %s',
    async (what) => {
      const [, name = ''] = what.split(' ')
      await engine.prepare()
      await admin.query(`ALTER ${what} RENAME TO gone`)
      const says = { ...refused, message: expect.stringContaining(name) as string }
      const ask = name.endsWith('wish') ? engine.find('web') : engine.takeLease('x', '', 1)
      await expect(ask).rejects.toMatchObject(says)
      expect(await finding(engine, 'schema')).toMatchObject({
        status: 'fail',
        detail: says.message,
      })
      await admin.query(
        `ALTER ${what.replace(/\w+$/, 'gone')} RENAME TO ${name.replace('tokn.', '')}`,
      )
      expect(await engine.find('web')).toBeUndefined()
    },
  )

  it('takes no writes while it is read-only, says so, and is read', async () => {
    await admin.query('ALTER DATABASE tokn SET default_transaction_read_only = on')
    await engine.close()
    const failure: unknown = await engine
      .write('r', { name: 'r', when: {} })
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'network', exit: 7 })
    expect(String(failure)).toContain('read-only')
    expect(await engine.read('r')).toBeUndefined()
    await admin.query('SET default_transaction_read_only = off')
    await admin.query('ALTER DATABASE tokn RESET default_transaction_read_only')
    await engine.close()
    expect(await engine.write('r', { name: 'r', when: {} })).toHaveProperty('written')
  })

  it('goes on where an administrator has ended its idle connection', async () => {
    await engine.read('r')
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'tokn' AND pid <> pg_backend_pid()`
    await admin.query(end)
    expect(await engine.read('r')).toBeDefined()
    await admin.query(end)
    await until(async () => {
      const { rows } = await admin.query(
        "SELECT FROM pg_stat_activity WHERE application_name = 'tokn'",
      )
      return rows.length === 0
    })
    expect(await engine.write('r', { generation: 1, when: {} })).toHaveProperty('written')
  })

  it('has no connection left, and says so', async () => {
    await admin.query('CREATE ROLE narrow LOGIN SUPERUSER CONNECTION LIMIT 0')
    await admin.query("ALTER ROLE narrow NOSUPERUSER PASSWORD 'canary-narrow'")
    const narrow = as('narrow', 'canary-narrow')
    await expect(narrow.read('a')).rejects.toMatchObject({ code: 'network', exit: 7 })
    await narrow.close()
  })

  it('has what it confirmed after kill -9, though the database commits later by default', async () => {
    await admin.query('ALTER DATABASE tokn SET synchronous_commit = off')
    await engine.close()
    await engine.prepare()
    expect(await finding(engine, 'durability')).toMatchObject({ status: 'ok' })
    // As the control: what is written without us is lost.
    await admin.query('CREATE TABLE control (x int)')
    await admin.query('CHECKPOINT')
    const { written } = (await engine.write('d', { name: 'd', when: {} })) as { written: string }
    const document = await engine.writeDocument('ledger:d', '', 'd')
    await admin.query('SET synchronous_commit = off')
    await admin.query('INSERT INTO control VALUES (1)')
    await server.kill()
    await engine.close()
    await server.start()
    await connect()
    const { rows } = await admin.query('SELECT * FROM control')
    expect(rows).toEqual([])
    expect(await engine.read('d')).toMatchObject({ version: written })
    expect(await engine.readDocument('ledger:d')).toMatchObject({ version: document })
  })
})
