import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import type { SharedEngine, SharedRow } from '../../src/core/shared-engine.ts'
import { createHttp } from '../../src/io/http/http.ts'
import { loadEngine } from '../../src/stores/engines.ts'
import { openRecord, type SealedParts } from '../../src/stores/shared/codec.ts'
import { isOnlyOf, isSealedFor } from '../../src/stores/shared/reseal.ts'
import { openKeys } from '../../src/stores/shared/store-keys.ts'
import { startEngine, type EngineName } from '../support/engines.ts'
import { makeHome, type Environment } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, start } from '../support/run.ts'
import { fullRow } from '../support/sealed-row.ts'
import { until } from '../support/until.ts'
import { startStrictServer } from './support/fleet/strict-server.ts'

const names = ['one', 'two', 'three']
/** Sessions that nobody uses meanwhile: so that a change takes its time. */
const others = 120
/** After how many sessions what changes them is killed. */
const kills = [1, 30, 70]

const newKey = () => randomBytes(32).toString('base64')

describe.each<EngineName>(['redis', 'postgres', 'etcd'])('a store in %s', (name) => {
  test.runIf(requirePart(name))(
    'gets another key while jobs refresh, and while what changes it is killed',
    async () => {
      const home = makeHome()
      const [server, provider] = await Promise.all([startEngine(name), startStrictServer()])
      const open = await loadEngine(name)
      const engine = open({
        url: new URL(server.url),
        time: { now: Date.now, monotonic: () => performance.now() },
        timeLeft: () => 20_000,
        environment: {},
        http: async () => createHttp({ environment: {} }),
      })
      const [old, next] = [newKey(), newKey()]
      const tokn = async (key: string, args: readonly string[], more: Environment = {}) =>
        await run(args, { home, env: environmentOf(key, more) })
      const environmentOf = (key: string, more: Environment = {}) => ({
        ...{ TOKN_STORE: undefined, TOKN_STORE_URL: server.url, TOKN_STORE_KEY: key },
        ...more,
      })
      try {
        const issuer = `http://127.0.0.1:${provider.port}`
        for (const one of names) {
          const to = ['--issuer', issuer, '--client-id', 'client', '--flow', 'client']
          const secret = { TOKN_CLIENT_SECRET: 'a secret' }
          const made = await tokn(old, ['login', one, ...to, '--no-remember'], secret)
          expect(made, made.err).toMatchObject({ status: 0 })
        }
        await fill(engine, old)
        const reader = (await tokn(old, ['store', 'reader-key'])).out.trim()
        expect(reader).toMatch(/^tokn-reader-[\w-]{86}$/)

        // Each token is too old as soon as it is there.
        provider.life = 30
        const jobs = { key: old, over: false, counts: names.map(() => 0) }
        const failures: string[] = []
        const running = names.map(async (one, at) => {
          while (!jobs.over) {
            const { key } = jobs
            const got = await tokn(key, ['token', one, '--quiet'])
            if (got.status !== 0)
              failures.push(`${one} with ${key === old ? 'old' : 'new'}: ${got.err}`)
            jobs.counts[at] = (jobs.counts[at] ?? 0) + 1
          }
        })
        const killed = async (key: string, args: readonly string[], more: Environment = {}) => {
          const kid = openKeys(new Secret(next), undefined).kid
          const isDone = args.includes('--finish')
            ? (row: SharedRow) => isOnlyOf(row, kid)
            : (row: SharedRow) => isSealedFor(row, [kid])
          const done = async () => (await engine.list(undefined, 1_000)).filter(isDone).length
          for (const most of kills) {
            const { child, ended } = start(args, { home, env: environmentOf(key, more) })
            let over = false
            const watched = ended.catch(() => undefined).then(() => (over = true))
            await until(async () => over || (await done()) >= most)
            child.kill('SIGKILL')
            await watched
            expect(await done()).toBeLessThan(names.length + others)
          }
        }

        const given = { TOKN_STORE_NEW_KEY: next }
        await killed(old, ['store', 'rekey'], given)
        const began = await tokn(old, ['store', 'rekey'], given)
        expect(began, began.err).toMatchObject({ status: 0, out: '' })
        await openAll(engine, [old, next, reader])
        expect(await tokn(next, ['token', 'one'])).toMatchObject({ status: 0 })
        expect(await tokn(reader, ['token', 'one', '--refresh', 'never'])).toMatchObject({
          status: 0,
        })
        const tooEarly = await tokn(old, ['store', 'rekey', '--finish'])
        expect(tooEarly).toMatchObject({ status: 8, out: '' })
        expect(tooEarly.err).toContain('a change is ended with the new one')

        jobs.key = next
        const before = [...jobs.counts]
        while (jobs.counts.some((count, at) => count < (before[at] ?? 0) + 2)) await wait(50)
        await killed(next, ['store', 'rekey', '--finish'])
        const ended = await tokn(next, ['store', 'rekey', '--finish'])
        expect(ended, ended.err).toMatchObject({ status: 0, out: '' })
        const after = [...jobs.counts]
        while (jobs.counts.some((count, at) => count < (after[at] ?? 0) + 2)) await wait(50)
        jobs.over = true
        await Promise.all(running)

        expect(failures).toEqual([])
        expect(provider.spentTwice()).toEqual([])
        expect(provider.ended()).toBe(0)
        await openAll(engine, [next])
        const { kid } = openKeys(new Secret(old), undefined)
        for (const key of [old, reader]) {
          const refused = await tokn(key, ['token', 'one'])
          expect(refused).toMatchObject({ status: 8, out: '' })
          expect(refused.err).toContain(
            `the key in TOKN_STORE_KEY (${kid}) is no longer in use: the store was changed to`,
          )
        }
      } finally {
        await engine.close()
        await provider.close()
        await server.close()
        home.remove()
      }
    },
    180_000,
  )
})

async function fill(engine: SharedEngine, key: string): Promise<void> {
  const keys = openKeys(new Secret(key), (await engine.readDocument('keys'))?.text)
  for (let at = 0; at < others; at++) {
    const { name, generation, parts } = fullRow(keys, `other${at}`)
    const change = { name, generation, parts: parts as SealedParts, when: { version: undefined } }
    expect(await engine.write(`other${at}`, change)).toHaveProperty('written')
  }
}

/** Every session opens with each of `given`. */
async function openAll(engine: SharedEngine, given: readonly string[]): Promise<void> {
  for (const key of given) {
    const [rows, document] = await Promise.all([
      engine.list(undefined, 1_000),
      engine.readDocument('keys'),
    ])
    const keys = openKeys(new Secret(key), document?.text)
    expect(rows).toHaveLength(names.length + others)
    for (const row of rows) expect(openRecord(keys, row)).toBeDefined()
  }
}
