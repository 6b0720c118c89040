import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startEngine, type EngineServer } from '../support/engines.ts'
import { makeHome, program, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand, type Ended } from '../support/run.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { startStrictServer, type StrictServer } from '../heavy/support/fleet/strict-server.ts'

const newKey = () => randomBytes(32).toString('base64')
const keyLine = /^[A-Za-z0-9+/]{43}=\n$/
const readerLine = /^tokn-reader-[\w-]{86}\n$/
const said = (text: string) => expect.stringContaining(text)

describe.runIf(requirePart('redis'))('the keys of a store that many machines share', () => {
  let server: EngineServer
  let provider: StrictServer
  let home: Home
  let key: string
  const environmentOf = (given: string, more: Environment = {}): Environment => ({
    TOKN_STORE: undefined,
    TOKN_STORE_URL: server.url,
    TOKN_STORE_KEY: given,
    ...more,
  })
  const tokn = async (args: readonly string[], given = key, more: Environment = {}) =>
    await run(args, { home, env: environmentOf(given, more) })
  const store = async (line: string, given = key, more: Environment = {}): Promise<Ended> =>
    await tokn(['store', ...line.split(' ')], given, more)

  beforeAll(async () => {
    provider = await startStrictServer()
  })
  afterAll(async () => await provider?.close())
  beforeEach(async () => {
    server = await startEngine('redis')
    home = makeHome()
    key = newKey()
    const to = ['--issuer', `http://127.0.0.1:${provider.port}`, '--client-id', 'client']
    const line = ['login', 'web', ...to, '--flow', 'client', '--no-remember', '--quiet']
    const made = await tokn(line, key, { TOKN_CLIENT_SECRET: 'a secret' })
    expect(made, made.err).toMatchObject({ status: 0 })
  })
  afterEach(async () => {
    await server.close()
    home.remove()
  })

  test('a new key is made and printed alone; both open everything, until the old one is refused', async () => {
    const dry = await store('rekey --dry-run')
    expect(dry).toMatchObject({ status: 0, out: '', err: said('would seal 1 session for') })
    const began = await store('rekey')
    expect(began).toMatchObject({ status: 0, out: expect.stringMatching(keyLine) })
    expect(began.err).toContain('1 of 1 session sealed anew')
    const next = began.out.trim()
    for (const each of [key, next])
      expect(await tokn(['token', 'web'], each)).toMatchObject({ status: 0 })
    // Run again it goes on, and makes no other.
    expect(await store('rekey')).toMatchObject({ status: 0, out: '' })
    expect(await store('rekey --dry-run')).toMatchObject({
      err: said('would go on with the change'),
    })
    expect(await store('rekey --quiet', next)).toMatchObject({ status: 0, out: '', err: '' })

    const dryEnd = await store('rekey --finish --dry-run', next)
    expect(dryEnd).toMatchObject({ status: 0, err: said('would seal 1 session for') })
    expect(await tokn(['token', 'web'])).toMatchObject({ status: 0 })
    expect(await store('rekey --finish')).toMatchObject({ status: 8, out: '' })
    const ended = await store('rekey --finish', next)
    expect(ended).toMatchObject({ status: 0, out: '', err: said('is refused') })
    expect(await tokn(['token', 'web'], next)).toMatchObject({ status: 0 })
    expect(await tokn(['token', 'web'])).toMatchObject({
      status: 8,
      out: '',
      err: said('is no longer in use'),
    })
    expect(await store('rekey --finish', next)).toMatchObject({
      status: 0,
      err: said('no change of keys'),
    })
  })

  test('a change is taken back: the new one is refused', async () => {
    const next = newKey()
    expect(await store('rekey', key, { TOKN_STORE_NEW_KEY: next })).toMatchObject({
      status: 0,
      out: '',
    })
    expect(await store('rekey --cancel', next)).toMatchObject({ status: 8 })
    expect(await store('rekey --cancel')).toMatchObject({ status: 0, err: said('is refused') })
    expect(await tokn(['token', 'web'])).toMatchObject({ status: 0 })
    expect(await tokn(['token', 'web'], next)).toMatchObject({ status: 8 })
  })

  test('a reader’s key hands tokens out, and does nothing else', async () => {
    const printed = await store('reader-key')
    expect(printed).toMatchObject({ status: 0, out: expect.stringMatching(readerLine), err: '' })
    const reader = printed.out.trim()
    const token = await tokn(['token', 'web'])
    expect(await tokn(['token', 'web'], reader)).toMatchObject({ status: 0, out: token.out })
    for (const line of ['reader-key', 'rekey', 'rekey --finish']) {
      const refused = await store(line, reader)
      expect({ line, ...refused }).toMatchObject({
        line,
        status: 5,
        out: '',
        err: said("is a reader's key of"),
      })
    }
    // It may wish for a newer one, which somebody else has to make.
    const spent = provider.spendings.length
    const forced = await tokn(['refresh', 'web', '--force', '--timeout', '2s'], reader)
    expect(forced).toMatchObject({ status: 7, out: '' })
    expect(provider.spendings).toHaveLength(spent)
    expect(await tokn(['logout', 'web', '--local-only'], reader)).not.toMatchObject({ status: 0 })
    expect(await tokn(['token', 'web'], reader)).toMatchObject({ status: 0, out: token.out })
    // A character of the half that opens, one of the half that verifies, and the end of it.
    const wrong = [30, 80].map((at) => {
      const other = reader[at] === 'A' ? 'B' : 'A'
      return `${reader.slice(0, at)}${other}${reader.slice(at + 1)}`
    })
    const told = ['cut off, or mistyped', 'is not one of this store', 'cut off, or mistyped']
    for (const [at, given] of [...wrong, reader.slice(0, -3)].entries()) {
      const { status, err } = await tokn(['token', 'web'], given)
      expect({ status, err }).toEqual({ status: 8, err: said(told[at] ?? '') })
    }
  })

  test('nothing is begun where the new key cannot be printed', async () => {
    const line = [process.execPath, program, 'store', 'rekey'].map((word) => `'${word}'`).join(' ')
    for (const words of [line, line.replace('rekey', 'reader-key')]) {
      const { ended } = startCommand(['sh', '-c', `${words} > /dev/full`], {
        home,
        env: environmentOf(key),
      })
      expect(await ended).toMatchObject({ status: 1 })
    }
    expect(await store('rekey --dry-run')).toMatchObject({ err: said('a new key') })
  })

  test('another key, none, or one that is none, is told apart', async () => {
    expect(await store('reader-key', newKey())).toMatchObject({
      status: 8,
      err: said('is not one of this store'),
    })
    expect(await tokn(['token', 'web'], newKey())).toMatchObject({
      status: 8,
      err: said('is not one of this store'),
    })
    expect(await store('rekey', '')).toMatchObject({ status: 8, err: said('opens with the key') })
    expect(await store('rekey', key, { TOKN_STORE_NEW_KEY: 'x' })).toMatchObject({ status: 8 })
    expect(await store('rekey', key, { TOKN_STORE_NEW_KEY: key })).toMatchObject({
      status: 8,
      err: said('is the one that is in use'),
    })
    for (const flags of [
      '--store nonsense',
      '--timeout nonsense',
      '--ca missing.pem',
      '--store file',
    ]) {
      for (const command of ['rekey', 'reader-key']) {
        expect(await store(`${command} ${flags}`)).toMatchObject({ status: 2, out: '' })
      }
    }
  })

  test.runIf(hasTerminal())(
    'a reader that waits says so in a terminal, and nowhere else',
    async () => {
      const readerKey = (await store('reader-key')).out.trim()
      const line = ['refresh', 'web', '--timeout', '3s']
      const waiting = 'waiting until somebody with the key of Redis at'
      const open = openTerminal(line, home, environmentOf(readerKey))
      await open.until(new RegExp(waiting))
      expect(await open.ended).toMatchObject({ status: 7, out: '' })
      const quiet = await openTerminal([...line, '--quiet'], home, environmentOf(readerKey)).ended
      expect(JSON.stringify(quiet)).not.toContain(waiting)
      expect((await tokn(line, readerKey)).err).not.toContain(waiting)
    },
  )

  test.runIf(hasTerminal())('in a terminal it asks first', async () => {
    const open = (line: string, given = key) =>
      openTerminal(['store', ...line.split(' ')], home, environmentOf(given))
    const refusing = open('rekey')
    await refusing.until(/Change the key of .*\? 1 session will be sealed for both/)
    refusing.type('n')
    expect(await refusing.ended).toMatchObject({ status: 130, out: '' })
    expect(await store('rekey --dry-run')).toMatchObject({ err: said('a new key') })
    const agreed = await open('rekey --yes').ended
    expect(agreed).toMatchObject({ status: 0, out: expect.stringMatching(keyLine) })
    const next = agreed.out.trim()
    const ending = open('rekey --finish', next)
    await ending.until(/Refuse the key/)
    ending.type('n')
    expect(await ending.ended).toMatchObject({ status: 130, out: '' })
    const silent = await open('rekey --finish --no-input', next).ended
    expect(silent).toMatchObject({ status: 0, out: '' })
    expect(silent.err).not.toContain('Refuse the key')
  })
})
