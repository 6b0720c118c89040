import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { exitStatus, isToknError } from '../../src/core/errors.ts'
import type { HttpReply } from '../../src/core/ports.ts'
import { checkProfileName } from '../../src/core/profile.ts'
import type { Provider, Reach } from '../../src/core/provider.ts'
import { Secret } from '../../src/core/secret.ts'
import type { TokenSet } from '../../src/core/token.ts'
import { openFiles } from '../../src/io/files/files.ts'
import { openProfiles } from '../../src/io/profiles/profiles.ts'
import { storeCatalog } from '../../src/stores/catalog.ts'
import { openProvider } from '../../src/providers/catalog.ts'
import type { Fault } from '../../src/sandbox/faults.ts'
import { sandboxNames } from '../../src/sandbox/server.ts'
import { openFileStore } from '../../src/stores/file.ts'
import { howMany } from '../support/effort.ts'
import { bodies, canary, contentTypes, names, statuses } from './support/hostile.ts'
import { plausible } from './support/plausible.ts'
import { startRandom } from './support/random.ts'
import { credentialsOf, openWorld } from './support/world.ts'

const { seed } = startRandom()
const replies = 20_000
const patience = 2_000
const directory = mkdtempSync(join(tmpdir(), 'tokn-fuzz-'))
let slowest = 0

afterAll(() => {
  console.log(`fuzzing with seed ${seed}; slowest single case ${Math.round(slowest)} ms`)
  rmSync(directory, { recursive: true })
  expect(slowest).toBeLessThan(patience)
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  expect(Object.keys(Object.prototype)).toEqual([])
})

async function timed<Value>(work: () => Promise<Value> | Value): Promise<Value> {
  const startedAt = performance.now()
  try {
    return await work()
  } finally {
    slowest = Math.max(slowest, performance.now() - startedAt)
  }
}

/** An error that may reach a user: known, on one printable line, and with nothing secret in it. */
function checkError(error: unknown, secret = canary): void {
  if (!isToknError(error) || error.code === 'internal') throw error
  const words = `${error.message} ${error.hint ?? ''}`
  expect(words).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029]/)
  expect(words.length).toBeLessThan(1_000)
  if (secret !== '') expect(words).not.toContain(secret)
}

async function noLock(): Promise<never> {
  throw new Error('nothing is written here')
}

function checkTokens(tokens: TokenSet): void {
  expect(tokens.access.reveal()).toMatch(/^[\x21-\x7e]{1,16384}$/)
  // It travels in a body as a rule: any text is one.
  if (tokens.refresh !== undefined) expect(tokens.refresh.reveal()).toMatch(/^[^\0]{1,65536}$/s)
  if (tokens.expiry.state === 'at') {
    expect(() => new Date((tokens.expiry as { at: number }).at).toISOString()).not.toThrow()
  }
}

const operations = ['login', 'refresh', 'issue', 'list', 'revoke', 'info'] as const
type Operation = (typeof operations)[number]

const answers = {
  email: 'a@example.com',
  client_id: 'c',
  username: 'u',
  oauth_provider: 'mcs',
  password: new Secret('password-of-the-test'),
  client_secret: new Secret('secret-of-the-test'),
  access_key: new Secret('access-of-the-test'),
  secret_key: new Secret('key-of-the-test'),
}
const held: TokenSet = {
  access: new Secret('held-access'),
  refresh: new Secret('held-refresh'),
  expiry: { state: 'unknown' },
  id: '66a64c58',
  context: { userId: '1' },
}

async function perform(provider: Provider, operation: Operation, reach: Reach): Promise<unknown> {
  if (operation === 'login') return await provider.login?.(reach, {})
  if (operation === 'refresh') return await provider.refresh?.(reach, held)
  if (operation === 'issue') return await provider.issue?.(reach, held, { name: 'n' })
  if (operation === 'list') return await provider.list?.(reach, held)
  if (operation === 'info') return await provider.info?.(reach, held)
  return await provider.revoke?.(reach, held, { id: 'f00d' })
}

const makesTokens = new Set<Operation>(['login', 'refresh', 'issue'])

it(`takes ${replies} replies`, async () => {
  const pairs = await Promise.all(
    sandboxNames.map(async (name) => {
      const provider = await openProvider(
        { provider: name, baseUrl: 'https://api.example.com', settings: {} },
        undefined,
      )
      return operations.filter((one) => provider[one]).map((one) => ({ name, provider, one }))
    }),
  )
  const all = pairs.flat()
  const runs = Math.ceil(replies / all.length)
  let taken = 0
  let accepted = 0
  for (const { name, provider, one } of all) {
    const reply = fc.record({ status: statuses, type: contentTypes, body: bodies(plausible[name]) })
    await fc.assert(
      fc.asyncProperty(reply, async ({ status, type, body }) => {
        const answer: HttpReply = { status, headers: [['content-type', type]], body }
        const clock = { now: () => Date.now(), wait: async () => undefined }
        const reach: Reach = { http: async () => answer, clock, answers }
        taken++
        try {
          const result = await timed(() => perform(provider, one, reach))
          accepted++
          if (makesTokens.has(one)) checkTokens(result as TokenSet)
          else expect(JSON.stringify(result) ?? '').not.toContain(`${canary}a`)
        } catch (error) {
          // What a provider says in its own words is shown; its tokens are not.
          checkError(error, body.includes(`"${canary}`) ? `${canary}a` : '')
        }
      }),
      { seed, numRuns: runs },
    )
  }
  console.log(`replies: ${taken} over ${all.length} operations, ${accepted} accepted`)
  expect(accepted).toBeGreaterThan(taken / 50)
  expect(taken).toBeGreaterThanOrEqual(replies)
})

it('reads 5,000 configurations', async () => {
  const place = join(directory, 'config')
  mkdirSync(place, { mode: 0o700 })
  const path = join(place, 'config.json')
  const profile = {
    id: 'a'.repeat(32),
    provider: 'oz',
    baseUrl: 'https://x.example',
    settings: {},
    store: 'file',
  }
  const whole = JSON.stringify({ version: 1, default: 'web', profiles: { web: profile } })
  await fc.assert(
    fc.asyncProperty(bodies([whole]), async (text) => {
      writeFileSync(path, text, { mode: 0o600 })
      try {
        await timed(() => {
          const profiles = openProfiles({
            directory: place,
            files: openFiles(),
            stores: storeCatalog,
            lock: noLock,
          })
          profiles.defaultName()
          profiles.get('web')
          for (const { name } of profiles.list()) checkProfileName(name)
        })
      } catch (error) {
        checkError(error)
        expect(error).toMatchObject({ code: 'usage' })
      }
      expect(readFileSync(path, 'utf8')).toBe(Buffer.from(text).toString())
    }),
    { seed, numRuns: 5_000 },
  )
})

it('judges 5,000 names', async () => {
  await fc.assert(
    fc.asyncProperty(names, async (name) => {
      try {
        const checked = await timed(() => checkProfileName(name))
        expect(checked).toMatch(/^[a-z0-9][a-z0-9._-]{0,63}$/)
      } catch (error) {
        checkError(error, '')
        expect(error).toMatchObject({ code: 'usage' })
      }
    }),
    { seed, numRuns: 5_000 },
  )
})

it('opens none of 2,000 mutated ciphertexts', async () => {
  const place = join(directory, 'sessions')
  const key = new Secret(randomBytes(32).toString('base64url'))
  const store = openFileStore({ directory: place, files: openFiles(), key })
  const path = join(place, 'web.jwe')
  const text = JSON.stringify({ generation: 1, access: canary, filling: 'x'.repeat(500) })
  await store.write('web', 1, text)
  const sealed = readFileSync(path)
  const mutation = fc.oneof(
    fc.tuple(fc.nat(sealed.length - 1), fc.nat(255)).map(([at, byte]) => {
      const copy = Buffer.from(sealed)
      copy[at] = byte
      return copy
    }),
    fc.nat(sealed.length - 1).map((length) => sealed.subarray(0, length)),
    fc
      .string({ minLength: 1, maxLength: 20 })
      .map((more) => Buffer.concat([sealed, Buffer.from(more)])),
    fc.tuple(fc.nat(4), fc.string({ maxLength: 60 })).map(([part, other]) => {
      const parts = sealed.toString().split('.')
      parts[part] = Buffer.from(other).toString('base64url')
      return Buffer.from(parts.join('.'))
    }),
    fc.constantFrom(
      Buffer.from(text),
      Buffer.alloc(0),
      Buffer.alloc(sealed.length),
      Buffer.from('....'),
    ),
  )
  let opened = 0
  await fc.assert(
    fc.asyncProperty(mutation, async (bytes) => {
      if (bytes.equals(sealed)) return
      writeFileSync(path, bytes, { mode: 0o600 })
      try {
        await timed(() => store.read('web'))
        opened++
      } catch (error) {
        checkError(error)
        expect(error).toMatchObject({ code: 'store' })
      }
    }),
    { seed, numRuns: 2_100 },
  )
  expect(opened).toBe(0)
})

const known = new Set<number | null>(Object.values(exitStatus).filter((status) => status !== 1))

// Whatever they are, they meet the same code as above; what is left to show is how it ends.
const runs = howMany(40, 100)

it(`answers ${3 * runs} replies, names and configurations through the program`, async () => {
  const world = await openWorld('oz')
  const base = ['--provider', 'oz', '--base-url', world.api.baseUrl]
  const check = async (args: readonly string[], environment = {}) => {
    const ended = await world.run(args, { environment })
    expect(ended.milliseconds).toBeLessThan(15_000)
    expect(known.has(ended.status) || ended.status === 0, `${ended.status}: ${ended.err}`).toBe(
      true,
    )
    expect(ended.err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/)
    expect(ended.err).not.toContain('bug')
    if (ended.status !== 0) expect(ended.out).toBe('')
    return ended
  }
  const options = { seed, numRuns: runs }
  const reply = fc.record({
    status: statuses,
    contentType: contentTypes,
    body: bodies(plausible.oz),
  })
  await fc.assert(
    fc.asyncProperty(reply, async (given) => {
      world.api.control.replaceFaults([{ do: 'status', ...given } as Fault])
      const ended = await check(
        ['login', 'web', ...base, '--timeout', '5s'],
        credentialsOf(world.api),
      )
      expect(ended.err).not.toContain(`${canary}a`)
    }),
    options,
  )
  world.api.control.replaceFaults([])
  const possible = names.filter((name) => !name.includes('\0') && name.length < 100_000)
  await fc.assert(
    fc.asyncProperty(possible, async (name) => void (await check(['token', `--profile=${name}`]))),
    options,
  )
  const config = join(world.directory, 'config', 'tokn', 'config.json')
  const whole = JSON.stringify({ version: 1, profiles: { web: { id: 'a', provider: 'oz' } } })
  await fc.assert(
    fc.asyncProperty(bodies([whole]), async (text) => {
      mkdirSync(join(world.directory, 'config', 'tokn'), { recursive: true, mode: 0o700 })
      writeFileSync(config, text, { mode: 0o600 })
      await check(['token', 'web'])
    }),
    options,
  )
  await world.close()
})
