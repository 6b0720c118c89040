import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { startStrictServer } from '../heavy/support/fleet/strict-server.ts'
import { startEngine } from '../support/engines.ts'
import { makeHome } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'

async function begin() {
  const [server, provider] = [await startEngine('postgres'), await startStrictServer()]
  const home = makeHome()
  const admin = new Client({ connectionString: server.url })
  admin.on('error', () => undefined)
  await admin.connect()
  onTestFinished(async () => {
    await admin.end().catch(() => undefined)
    await Promise.all([server.close(), provider.close()])
    home.remove()
  })
  const env = {
    ...{ TOKN_STORE: undefined, TOKN_STORE_URL: server.url, TOKN_CLIENT_SECRET: 'a secret' },
    ...{ TOKN_STORE_KEY: randomBytes(32).toString('base64url'), TOKN_PROFILE: 'web' },
  }
  const tokn = async (line: string) => await run(line.split(' '), { home, env })
  const way = `--issuer http://127.0.0.1:${provider.port} --client-id client --flow client`
  const { status, err } = await tokn(`login web ${way} --no-remember`)
  expect(status, err).toBe(0)
  return { admin, provider, tokn }
}

/** Of all clients but the one that asks. */
const others = `FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()
  AND backend_type = 'client backend'`

test.runIf(requirePart('postgres'))(
  'a refresh whose connections are ended at every step spends each token once, and ends in time',
  async () => {
    const { admin, provider, tokn } = await begin()
    const over = new AbortController()
    let ended = 0
    const ending = (async () => {
      for (let turn = 0; !over.signal.aborted; turn++) {
        const { rowCount } = await admin.query(`SELECT pg_terminate_backend(pid) ${others}`)
        ended += rowCount ?? 0
        await delay(10 + ((turn * 37) % 90))
      }
    })()
    const results = []
    for (let turn = 0; turn < 5; turn++) results.push(await tokn('refresh web --timeout 10s'))
    over.abort()
    await ending
    expect(ended).toBeGreaterThan(0)
    for (const { status, err } of results) {
      expect([0, 7, 9], err).toContain(status)
      if (status !== 0) expect(err).toContain('PostgreSQL at')
    }
    expect(provider.spentTwice()).toEqual([])
    expect(await tokn('refresh web')).toMatchObject({ status: 0 })
    expect(provider.ended()).toBe(0)
  },
)

test.runIf(requirePart('postgres'))(
  'a server that takes nothing more, or ends what takes long, is exit 7, and nothing is sent',
  async () => {
    const { admin, provider, tokn } = await begin()
    for (const setting of ["statement_timeout = '1ms'", 'default_transaction_read_only = on']) {
      await admin.query(`ALTER DATABASE tokn SET ${setting}`)
      const { status, err } = await tokn('refresh web --timeout 3s')
      expect({ status, err }).toMatchObject({
        status: 7,
        err: expect.stringMatching(/now: |-only/),
      })
      await admin.query(`ALTER DATABASE tokn RESET ${setting.split(' ')[0]}`)
    }
    expect(provider.spendings).toEqual([])
    expect(await tokn('refresh web')).toMatchObject({ status: 0 })
  },
)
