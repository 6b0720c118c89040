import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { makePasswordStore, type PasswordStore } from '../support/password-store.ts'
import { run, startCommand } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

const minute = 60_000
const crowd = 10
const renewal = 'PATCH /token/refresh'

let home: Home
let servers: Servers
let passwords: PasswordStore
let env: Environment

describe.skipIf(!requirePart('pass'))('sessions in the password store of the user', () => {
  beforeEach(async () => {
    home = makeHome()
    servers = await startServers(['hosterby'], { ttlMs: 30 * minute })
    passwords = makePasswordStore()
    env = { ...passwords.environment, TOKN_STORE: undefined, TOKN_STORE_KEY: undefined }
  })

  afterEach(async () => {
    passwords.close()
    await servers.close()
    home.remove()
  })

  /** A key that has a passphrase, for the tests that follow. */
  function withPassphrase(): void {
    passwords.close()
    passwords = makePasswordStore({ locked: true })
    env = { ...env, ...passwords.environment }
  }

  const tokn = async (args: readonly string[], more: Environment = {}) =>
    await run(args, { home, env: { ...env, ...more } })

  async function login(...flags: readonly string[]): Promise<void> {
    const args = ['login', 'web', ...addressOf(servers.api('hosterby')), ...flags]
    const ended = await tokn(args, credentialsOf(servers.api('hosterby')))
    expect(ended).toMatchObject({ status: 0 })
    expect(ended.err).toContain('kept in the pass store')
  }

  /** Entries of `pass`, as it names them. */
  function entries(): readonly string[] {
    const folder = join(passwords.directory, 'tokn')
    return existsSync(folder) ? readdirSync(folder).sort() : []
  }

  /** From now on, notes how `pass` is called, and with what environment. */
  function recordCalls(): () => string {
    const log = join(home.path, 'calls')
    const real = passwords.run(['sh', '-c', 'command -v pass']).trim()
    const wrapper = join(home.path, 'bin', 'pass')
    const note = `{ echo "pass $*"; env; } >>'${log}'`
    writeFileSync(wrapper, `#!/bin/sh\n${note}\nexec '${real}' "$@"\n`)
    chmodSync(wrapper, 0o755)
    return () => readFileSync(log, 'utf8')
  }

  const sessions = () => entries().filter((name) => name !== 'sealing-key.gpg')

  test('F3: login, token, refresh by another process, logout; and nothing secret is an argument', async () => {
    const calls = recordCalls()
    await login('--store', 'pass')
    const [entry = '', ...others] = sessions()
    expect(others).toEqual([])
    expect(entry).toMatch(/^[0-9a-f]{32}\.gpg$/)
    const kept = passwords.run(['pass', 'show', `tokn/${entry.slice(0, -4)}`])
    const first = await tokn(['token', 'web'])
    expect(first).toMatchObject({ status: 0, err: '' })
    expect(JSON.parse(kept)).toMatchObject({ generation: 1, access: first.out.trimEnd() })

    const refreshed = await tokn(['refresh', 'web'], { TOKN_STORE: 'pass' })
    expect(refreshed).toMatchObject({ status: 0 })
    const second = await tokn(['token', 'web', '--json'], { TOKN_UNUSED: 'canary-variable' })
    expect(JSON.parse(second.out)).toMatchObject({ source: 'pass', generation: 2 })
    expect(JSON.parse(second.out).token).not.toBe(first.out.trimEnd())
    expect(sessions()).toEqual([entry])

    const examined = await tokn(['doctor', '--offline'])
    expect(examined.out).toContain('the password store, in tokn/: writes, reads and erases')
    expect(await tokn(['logout', 'web'])).toMatchObject({ status: 0 })
    expect(sessions()).toEqual([])
    expect(await tokn(['token', 'web'])).toMatchObject({ status: 4, out: '' })

    const called = calls()
    expect(called).toContain('pass insert -m -f tokn/')
    expect(called).not.toContain(first.out.trimEnd())
    expect(called.match(/^TOKN_.*/gm)).toBeNull()
    for (const secret of Object.values(credentialsOf(servers.api('hosterby')))) {
      expect(called).not.toContain(secret)
    }
  })

  test('goes to another store with a login, and leaves nothing behind', async () => {
    await login('--store', 'pass')
    expect(sessions()).toHaveLength(1)
    const api = servers.api('hosterby')
    const key = { TOKN_STORE_KEY: Buffer.alloc(32, 7).toString('base64url') }
    const moved = await tokn(['login', 'web', '--store', 'file', '--yes', ...addressOf(api)], {
      ...credentialsOf(api),
      ...key,
    })
    expect(moved).toMatchObject({ status: 0 })
    expect(sessions()).toEqual([])
    expect(await tokn(['token', 'web'], key)).toMatchObject({ status: 0 })
  })

  test('D1: ten processes that find a token too old make one refresh', async () => {
    await login('--store', 'pass')
    const api = servers.api('hosterby')
    home.shiftClock(40 * minute)
    api.control.advance(40 * minute)
    const from = api.log.length
    const all = Array.from(
      { length: crowd },
      () => startCommand(['tokn', 'token', 'web'], { home, env }).ended,
    )
    const ended = await Promise.all(all)
    expect(ended.map(({ status, err }) => ({ status, err }))).toEqual(
      Array.from({ length: crowd }, () => ({ status: 0, err: '' })),
    )
    expect(new Set(ended.map(({ out }) => out)).size).toBe(1)
    const renewals = api.log.slice(from).filter((one) => `${one.method} ${one.path}` === renewal)
    expect(renewals).toHaveLength(1)
  })

  test('E1: a key that nobody unlocks is status 8, in time, and costs no session', async () => {
    withPassphrase()
    await login('--store', 'pass')
    const from = servers.api('hosterby').log.length
    passwords.lock('nobody')
    expect(await tokn(['token', 'web'])).toEqual({
      status: 8,
      out: '',
      err:
        'tokn: error: gpg cannot decrypt the password store: its key is locked\n' +
        'tokn: hint: unlock it in a terminal with: pass show ENTRY, of any entry that is there; or use --store file\n',
    })
    passwords.lock('nothing, ever')
    const began = Date.now()
    const { status, out, err } = await tokn(['refresh', 'web'])
    expect({ status, out }).toEqual({ status: 8, out: '' })
    expect(err).toContain('tokn: error: the password store did not answer within 10 s\n')
    expect(Date.now() - began).toBeLessThan(25_000)
    expect(servers.api('hosterby').log.slice(from)).toEqual([])
    passwords.lock('the passphrase')
    expect(await tokn(['token', 'web'])).toMatchObject({ status: 0 })
  })

  test('E1: what is missing is named, with what to do about it', async () => {
    const api = servers.api('hosterby')
    const args = ['login', 'web', ...addressOf(api), '--store', 'pass']
    const from = api.log.length
    const elsewhere = join(home.path, 'nothing')
    const cases: ReadonlyArray<readonly [changes: Environment, message: string, hint: string]> = [
      [{ PATH: elsewhere }, 'the program "pass" is not installed', 'install it (Debian'],
      [
        { PASSWORD_STORE_DIR: elsewhere },
        'the password store is not set up yet',
        'set it up with a key of "gpg --list-secret-keys": pass init KEY',
      ],
      [
        { PASSWORD_STORE_KEY: 'nobody@example.org' },
        'gpg cannot encrypt for the key of the password store: ',
        'choose a key of "gpg --list-secret-keys": pass init KEY',
      ],
    ]
    for (const [changes, message, hint] of cases) {
      const { status, out, err } = await tokn(args, { ...credentialsOf(api), ...changes })
      expect({ status, out }, err).toEqual({ status: 8, out: '' })
      expect(err).toContain(`tokn: error: ${message}`)
      expect(err).toContain(`tokn: hint: ${hint}`)
    }
    expect(api.log.slice(from)).toEqual([])
  })

  test('E1: an entry for a key that this machine has not is no reason to log in again', async () => {
    await login('--store', 'pass')
    const other = makePasswordStore()
    try {
      const { status, err } = await tokn(['token', 'web'], {
        GNUPGHOME: other.environment['GNUPGHOME'],
      })
      expect(status).toBe(8)
      expect(err).toContain('it does not have its secret key')
    } finally {
      other.close()
    }
  })
})
