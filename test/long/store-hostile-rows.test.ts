import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { startStrictServer } from '../heavy/support/fleet/strict-server.ts'
import { startEngine, type EngineName, type EngineServer } from '../support/engines.ts'
import { makeHome } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'

const evil = 'e\u001b[31mvil\u001b]0;title\u0007\n\u202eline'
const long = 'long'.repeat(20_000)
const deep = '{"a":'.repeat(50_000)
/** What a terminal acts on, but for the ends of lines. */
const acting = /[\u0000-\u0009\u000b-\u001f\u007f\u202e]/

/** What somebody with all rights and no key writes beside the sessions `web` and `other`. */
const spoil: Readonly<Record<EngineName, (server: EngineServer) => Promise<void>>> = {
  postgres: async ({ url }) => {
    const client = new Client({ connectionString: url })
    await client.connect()
    const add = 'INSERT INTO tokn.session VALUES ($1, $2, $3, $4, $5, $6, $7, $8)'
    const greatest = '9223372036854775807'
    for (const row of [
      ['0', evil, '', 1, 'a.b.c', 'a.b.c', 'a.b.c', 'a.b.c'],
      ['../../x', '', 'v', -5, '', '', '', ''],
      [evil, '__proto__', evil, greatest, deep, deep, deep, deep],
      ['1', long, 'v', 0, long, null, null, long],
      ['2', 'nothing', 'v', 1, null, null, null, null],
    ]) {
      await client.query(add, row)
    }
    // Columns and tables of somebody else are none of ours.
    await client.query('ALTER TABLE tokn.session ADD COLUMN other text; CREATE TABLE tokn.more ()')
    const lease = 'INSERT INTO tokn.lease VALUES ($1, $2, $3, $4, $5)'
    await client.query(lease, ['session:0', evil, greatest, 1e300, 'infinity'])
    await client.query(lease, ['refresher', `{"host":"${long}"}`, -4, 'NaN', '2900-01-01'])
    const wish = 'INSERT INTO tokn.wish (id, generation, text) SELECT id, $1, $2 FROM tokn.session'
    await client.query(wish, [greatest, '{"v":1,"rejected":true,"min_ttl":1e308}'])
    await client.query(wish, [-1, evil])
    await client.end()
  },
  redis: async ({ address, port, password }) => {
    const redis = (...line: readonly string[]) => {
      const args = ['-h', address, '-p', String(port), '-x', ...line.slice(0, -1)]
      const [input = '', env] = [line.at(-1), { ...process.env, REDISCLI_AUTH: password }]
      const { status, stdout } = spawnSync('redis-cli', args, { input, env, encoding: 'utf8' })
      expect(status, stdout).toBe(0)
      return stdout.trim()
    }
    const [row, wish] = ['{tokn}:row:', '{tokn}:wish:']
    const ids = ['0', '1', '2', '3', '../../x', evil]
    for (const id of ids) redis('zadd', '{tokn}:ids', '0', id)
    const other = redis('hget', '{tokn}:names', 'other')
    // Of another kind; without a generation, or with one that is none; the whole of another row.
    redis('set', `${row}0`, 'text')
    redis('hset', `${row}1`, 'id', '1', 'name', evil)
    redis('hset', `${row}../../x`, 'name', long, 'generation', '1e400', 'record', deep)
    redis('copy', `${row}${other}`, `${row}z`)
    redis('zadd', '{tokn}:ids', '0', 'z')
    for (const id of ['1', other]) {
      redis('hset', `${wish}${id}`, 'no number', 'x')
      redis('sadd', '{tokn}:wished', id)
    }
    redis('set', `${wish}3`, 'text')
    redis('sadd', '{tokn}:wished', '3')
    redis('hset', '{tokn}:lease:x', 'until', '1e300', 'ttl', 'none', 'holder', evil)
    redis('set', '{tokn}:lease:y', 'text')
    for (const name of ['x', 'y']) redis('zadd', '{tokn}:held', '9000000000000', name)
  },
  etcd: async ({ address, port }) => {
    const etcd = (...line: readonly string[]) => {
      // A long value is read from standard input.
      const [input, few] = line[0] === 'put' ? [line.at(-1), line.slice(0, -1)] : ['', line]
      const args = ['--endpoints', `http://${address}:${port}`, ...few]
      const { status, stdout, stderr } = spawnSync('etcdctl', args, { input, encoding: 'utf8' })
      expect(status, stderr).toBe(0)
      return stdout
    }
    const head = (id: string, name: string, generation: unknown) =>
      JSON.stringify({ id, name, generation, version: evil })
    etcd('put', '/tokn/rows/0 head', head('0', evil, 1))
    etcd('put', '/tokn/rows/0 record', long)
    etcd('put', '/tokn/rows/1 head', deep)
    etcd('put', '/tokn/rows/2 head', head('../../x', long, -5))
    etcd('put', '/tokn/rows/%zz head', head('%zz', 'nothing', 1e300))
    etcd('put', `/tokn/rows/${evil} record`, 'x')
    // The whole of a row that comes before it; more parts than a row has.
    const heads = etcd('get', '--prefix', '/tokn/names/other head', '--print-value-only')
    etcd('put', '/tokn/rows/z head', heads.trim())
    for (let part = 0; part < 30; part++) etcd('put', `/tokn/rows/0 a${part}`, 'x')
    etcd('put', '/tokn/wishes/%zz 0000000000000001 x', '{"text":"x"}')
    etcd('put', '/tokn/wishes/0 x x', deep)
    etcd('put', '/tokn/leases/%zz', JSON.stringify({ holder: evil, fence: -1 }))
    etcd('put', '/tokn/leases/refresher', JSON.stringify({ holder: 5, fence: 1e300 }))
    etcd('put', '/tokn/fences/refresher', evil)
  },
}

const names: readonly EngineName[] = ['postgres', 'redis', 'etcd']

test.each(names.filter((name) => requirePart(name)))(
  'what is no row of ours in %s takes no other away, and reaches no terminal as it is',
  async (name) => {
    const [server, provider] = [await startEngine(name), await startStrictServer()]
    const home = makeHome()
    onTestFinished(async () => {
      await Promise.all([server.close(), provider.close()])
      home.remove()
    })
    const env = {
      ...{ TOKN_STORE: undefined, TOKN_STORE_URL: server.url, TOKN_CLIENT_SECRET: 'a secret' },
      TOKN_STORE_KEY: randomBytes(32).toString('base64url'),
    }
    const tokn = async (line: string, status: number) => {
      const ended = await run(line.split(' '), { home, env })
      const said = ended.out + ended.err
      expect(ended, `${line}: ${ended.err.slice(0, 1_000)}`).toMatchObject({ status })
      expect(said.replace(acting, ''), line).toBe(said)
      expect(said.length, line).toBeLessThan(20_000)
      return ended
    }
    const way = `--issuer http://127.0.0.1:${provider.port} --client-id client --flow client`
    for (const profile of ['web', 'other']) await tokn(`login ${profile} ${way} --no-remember`, 0)
    await spoil[name](server)
    const whole = (await tokn('status --store --json', 0)).out
    const { sessions } = JSON.parse(whole) as { sessions: readonly object[] }
    expect(sessions.length).toBeGreaterThan(4)
    for (const profile of ['web', 'other']) {
      const good = { profile, state: 'alive', generation: 1, problem: null }
      expect(sessions).toContainEqual(expect.objectContaining(good))
    }
    expect((await tokn('status --store', 0)).err).not.toContain('not told')
    expect((await tokn('profile list', 0)).out).toMatch(/other .* logged in[^]* web .* logged in/)
    expect((await tokn('store verify', 10)).out).toMatch(/^other +ok +1 [^]*^web +ok +1 /m)
    expect((await tokn('doctor', 10)).out).toMatch(/^ok +provider-other: [^]*^ok +provider-web: /m)
    await tokn('refresh web', 0)
    expect(provider.spendings).toHaveLength(1)
  },
)
