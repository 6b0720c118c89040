import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import {
  keyringAvailable,
  startKeyring,
  type Keyring,
  type KeyringState,
} from '../keychain/keyring.ts'
import { requirePart } from '../support/parts.ts'
import { alike, sharedRefresh } from './support/crowd.ts'
import { howMany } from '../support/effort.ts'
import type { Ended, Environment } from './support/process.ts'
import { credentialsOf, openWorld, type World } from './support/world.ts'

const limit = 3_500
// Nothing of one turn is there in the next but the keyring's file. Most of a turn is the limit, of
// which a stopped daemon takes all.
const restarts = howMany(4, 20)

/** A user whose sessions are in a keyring. */
async function withKeyring(
  state: KeyringState,
  work: (world: World, keyring: Keyring, token: () => Promise<Ended>) => Promise<void>,
): Promise<void> {
  const keyring = await startKeyring(state)
  const { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR } = keyring.environment
  const environment: Environment = {
    DBUS_SESSION_BUS_ADDRESS,
    XDG_RUNTIME_DIR,
    TOKN_STORE: 'keychain',
    TOKN_STORE_KEY: undefined,
  }
  const world = await openWorld('hosterby', {}, environment)
  try {
    await work(world, keyring, () => world.run(['token', 'web']))
  } finally {
    await world.close()
    await keyring.close()
  }
}

function refused(ended: Ended): void {
  expect(ended, ended.err).toMatchObject({ status: 8, out: '' })
  expect(ended.err).toMatch(/^tokn: error: .+\ntokn: hint: .+\n$/)
  expect(ended.milliseconds).toBeLessThan(limit)
}

function lock(keyring: Keyring): void {
  execFileSync(
    'dbus-send',
    [
      '--session',
      '--print-reply',
      '--dest=org.freedesktop.secrets',
      '/org/freedesktop/secrets',
      'org.freedesktop.Secret.Service.Lock',
      'array:objpath:/org/freedesktop/secrets/collection/login',
    ],
    { env: { ...process.env, ...keyring.environment }, stdio: 'ignore' },
  )
}

describe.runIf(keyringAvailable())('sessions in a real keyring', () => {
  it.each(['locked', 'empty', 'no-daemon', 'no-bus'] as const)(
    'a login finds it %s, before the provider is asked',
    async (state) => {
      await withKeyring(state, async (world) => {
        const args = ['login', 'web', '--provider', 'hosterby', '--base-url', world.api.baseUrl]
        refused(await world.run(args, { environment: credentialsOf(world.api) }))
        expect(world.api.state.counts.logins).toBe(0)
      })
    },
  )

  it(`locked, stopped, killed and restarted ${restarts} times`, async () => {
    const slowest = { locked: 0, stopped: 0, killed: 0, restarted: 0 }
    const note = (state: keyof typeof slowest, ended: Ended) => {
      slowest[state] = Math.max(slowest[state], Math.round(ended.milliseconds))
    }
    await withKeyring('unlocked', async (world, keyring, token) => {
      await world.login('web')
      const { out } = await token()
      for (let turn = 0; turn < restarts; turn++) {
        lock(keyring)
        const locked = await token()
        note('locked', locked)
        refused(locked)
        await keyring.restart()
        const pid = keyring.pid()
        process.kill(pid, 'SIGSTOP')
        const stopped = await token()
        note('stopped', stopped)
        refused(stopped)
        process.kill(pid, 'SIGCONT')
        process.kill(pid, 'SIGKILL')
        await delay(50)
        const killed = await token()
        note('killed', killed)
        refused(killed)
        await keyring.restart()
        const restarted = await token()
        note('restarted', restarted)
        expect(restarted, restarted.err).toMatchObject({ status: 0, out })
      }
    })
    console.log(`keyring, slowest answer of ${restarts} in ms: ${JSON.stringify(slowest)}`)
  })

  it('stopped while the server answers: the answer is kept, and stored by the next run', async () => {
    await withKeyring('unlocked', async (world, keyring, token) => {
      await world.login('web')
      world.api.control.replaceFaults([{ do: 'delay', ms: 300, times: 1, ...world.aim.refresh }])
      const running = world.start(['token', 'web', '--refresh', 'force'])
      while (world.api.log.every(({ method }) => method !== 'PATCH')) await delay(5)
      process.kill(keyring.pid(), 'SIGSTOP')
      const ended = await running.ended
      expect(ended.err).toContain('could not be stored yet')
      expect(ended).toMatchObject({ status: 0 })
      expect(world.api.state.live).toEqual([ended.out.trimEnd()])
      process.kill(keyring.pid(), 'SIGCONT')
      expect(await token()).toMatchObject({ status: 0, out: ended.out })
      expect(world.api.state.counts.refreshes).toBe(1)
    })
  })

  it.each([
    { G_MESSAGES_DEBUG: 'all' },
    { G_DBUS_DEBUG: 'all' },
    { G_DBUS_DEBUG: 'message,payload', G_MESSAGES_PREFIXED: 'all' },
    { G_DEBUG: 'fatal-warnings', GOBJECT_DEBUG: 'all' },
    { SECRET_FILE_TEST_PATH: '/tmp/elsewhere', SECRET_FILE_TEST_PASSWORD: 'password' },
    { NODE_DEBUG: '*', LD_DEBUG: 'statistics', DBUS_VERBOSE: '1' },
  ])('%j: libraries and runtime print nothing of it', async (talkative) => {
    await withKeyring('unlocked', async (world) => {
      await world.login('web', { flags: ['--remember'] })
      const api = world.api.resource.url
      for (const args of [
        ['token', 'web'],
        ['refresh', 'web', '--force'],
        ['info', 'web'],
        [
          'exec',
          'web',
          '--',
          'sh',
          '-c',
          'test "$G_DBUS_DEBUG$G_MESSAGES_DEBUG$G_DEBUG" = "$WANTED"',
        ],
        ['curl', 'web', '--', '-sS', '-o', '/dev/null', api],
      ]) {
        const {
          G_DBUS_DEBUG = '',
          G_MESSAGES_DEBUG = '',
          G_DEBUG = '',
        } = {
          ...(talkative as Environment),
        }
        // What the user set is there for the user's own program.
        const WANTED = G_DBUS_DEBUG + G_MESSAGES_DEBUG + G_DEBUG
        const ended = await world.run(args, { environment: { ...talkative, WANTED } })
        expect(ended, `${args.join(' ')}: ${ended.err}`).toMatchObject({ status: 0 })
        const { access = '', refresh = '' } = world.api.state.tokens.at(-1) ?? {}
        if (args[0] === 'token') expect(ended.out).toBe(`${access}\n`)
        else if (args[0] !== 'info') expect(ended.out).toBe('')
        for (const secret of [access, refresh, ...Object.values(world.api.credentials)]) {
          expect(ended.err).not.toContain(secret)
        }
      }
    })
  })

  it('20 processes with environments of their own share one refresh', async () => {
    await withKeyring('unlocked', async (world) => {
      const crowd = await sharedRefresh(world, 'web', () =>
        Array.from({ length: 20 }, (_, index) => {
          const place = (name: string) => join(world.directory, `other-${index}`, name)
          for (const name of ['home', 'tmp']) {
            mkdirSync(place(name), { recursive: true, mode: 0o700 })
          }
          cpSync(join(world.directory, 'config'), place('config'), { recursive: true })
          return {
            HOME: place('home'),
            TMPDIR: place('tmp'),
            XDG_CONFIG_HOME: place('config'),
            XDG_STATE_HOME: index % 2 === 0 ? place('state') : undefined,
            XDG_DATA_HOME: index % 3 === 0 ? place('data') : undefined,
          }
        }),
      )
      console.log(`20 processes, one keyring: refreshes ${crowd.refreshes}`)
      expect(crowd.refreshes).toBe(1)
      expect(crowd.tokens.size).toBe(1)
    })
  })

  it.runIf(requirePart('root') && requirePart('unshare'))(
    '20 processes, half of which see a home that they cannot write, share one refresh',
    async () => {
      const state = join(userInfo().homedir, '.local/state')
      const hide = `mount -t tmpfs -o ro none '${state}'; exec "$@"`
      await withKeyring('unlocked', async (world) => {
        const under = (index: number) =>
          index % 2 === 0 ? [] : ['unshare', '-m', 'sh', '-ec', hide, 'sh']
        const crowd = await sharedRefresh(world, 'web', alike(20), under)
        expect(crowd.refreshes).toBe(1)
        expect(crowd.tokens.size).toBe(1)
      })
    },
  )
})
