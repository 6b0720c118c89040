import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { journalName } from '../../src/io/files/journal-name.ts'
import { listFiles } from '../support/files.ts'
import { makeHome, program, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand, type Ended } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

const minute = 60_000
const state = join(userInfo().homedir, '.local/state')

let home: Home
let servers: Servers
beforeEach(async () => {
  home = makeHome()
  servers = await startServers(['hosterby'], { ttlMs: 30 * minute })
})
afterEach(async () => {
  await servers.close()
  home.remove()
})

/** How a process of the same user sees the machine. */
interface View {
  readonly env?: Environment
  /** Commands of root, in namespaces of its own. */
  readonly setUp?: readonly string[]
  readonly flags?: readonly string[]
}

function own(name: string): string {
  const path = join(home.path, name)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  return path
}

function readOnly(path: string): readonly string[] {
  return [`mount --bind ${path} ${path}`, `mount -o remount,bind,ro ${path}`]
}

/** As `PrivateTmp=` does it; what this test itself has there is shown again. */
function privateTemporary(): readonly string[] {
  const kept = [home.path, join(dirname(program), '..')]
  return [
    'mount -t tmpfs none /mnt',
    ...kept.flatMap((path, index) => [`mkdir /mnt/${index}`, `mount --bind ${path} /mnt/${index}`]),
    'mount -t tmpfs none /tmp',
    ...kept.flatMap((path, index) => [`mkdir -p ${path}`, `mount --bind /mnt/${index} ${path}`]),
  ]
}

/** Views that agree in the folder of the sessions alone. */
function views(): readonly View[] {
  mkdirSync(join(state, 'tokn'), { recursive: true, mode: 0o700 })
  return [
    {},
    { env: { HOME: own('other'), XDG_STATE_HOME: own('state-2'), TMPDIR: own('tmp-2') } },
    { env: { HOME: undefined, XDG_STATE_HOME: undefined, XDG_RUNTIME_DIR: own('run') } },
    { env: { HOME: '/nonexistent' } },
    { setUp: readOnly(state) },
    { setUp: readOnly(state), env: { HOME: own('other') } },
    { setUp: [`mount -t tmpfs -o ro none ${state}`], env: { HOME: own('third') } },
    { setUp: [`mount -t tmpfs -o mode=700 none ${state}`] },
    { setUp: privateTemporary() },
    { setUp: [...privateTemporary(), ...readOnly(state)], env: { HOME: '/nonexistent' } },
    { flags: ['--pid', '--fork', '--mount-proc'] },
    { flags: ['--pid', '--fork', '--mount-proc', '--uts'], setUp: ['hostname elsewhere'] },
  ]
}

function ask({ env = {}, setUp = [], flags = [] }: View, command = 'token web'): Promise<Ended> {
  const script = [...setUp, `exec tokn ${command}`].join('\n')
  const line =
    setUp.length + flags.length === 0
      ? ['tokn', ...command.split(' ')]
      : ['unshare', '-m', ...flags, 'sh', '-ec', script]
  return startCommand(line, { home, env }).ended
}

async function login(): Promise<void> {
  const api = servers.api('hosterby')
  const args = ['login', 'web', ...addressOf(api)]
  expect(await run(args, { home, env: credentialsOf(api) })).toMatchObject({ status: 0 })
}

describe.skipIf(!requirePart('root') || !requirePart('unshare'))(
  'processes of one user that see different homes',
  () => {
    test('make one refresh of a session that they share', async () => {
      const api = servers.api('hosterby')
      await login()
      const all = views()
      for (let round = 1; round <= 2; round++) {
        home.shiftClock(round * 40 * minute)
        api.control.advance(40 * minute)
        const crowd = Array.from({ length: 20 }, (_, index) => ask(all[index % all.length] ?? {}))
        const ended = await Promise.all(crowd)
        expect(ended.map(({ status, err }) => ({ status, err }))).toEqual(
          ended.map(() => ({ status: 0, err: '' })),
        )
        expect(api.state.counts.refreshes).toBe(round)
        expect(new Set(ended.map(({ out }) => out.trim()))).toEqual(new Set(api.state.live))
      }
    })

    test('find what another one could not store, also where they cannot remove it', async () => {
      const api = servers.api('hosterby')
      await login()
      const path = listFiles(home.sessions).find((name) => name.endsWith('.jwe')) ?? ''
      api.control.replaceFaults([{ do: 'delay', ms: 700, path: '/token/refresh' }])
      const running = run(['refresh', 'web'], { home })
      while (!api.log.some((one) => one.path === '/token/refresh')) await sleep(5)
      const sealed = readFileSync(path)
      rmSync(path)
      mkdirSync(path)
      expect((await running).err).toContain('could not be stored yet')
      rmSync(path, { recursive: true })
      writeFileSync(path, sealed, { mode: 0o600 })
      for (const view of [{ setUp: readOnly(state) }, { setUp: readOnly(state) }, {}]) {
        const { status, out, err } = await ask(view)
        expect(status, err).toBe(0)
        expect(api.state.live).toEqual([out.trim()])
      }
      expect(api.state.counts.refreshes).toBe(1)
      const entry = `file:${basename(path, '.jwe')}`
      expect(existsSync(join(state, 'tokn/journal', journalName(entry)))).toBe(false)
    })

    test('are told by doctor which folder they share, and why it is not another', async () => {
      await login()
      const look = async (view: View) => {
        const { out } = await ask(view, 'doctor --offline --json')
        const { checks } = JSON.parse(out) as { checks: Array<Record<string, string>> }
        return checks.find(({ id }) => id === 'lock-folder') ?? {}
      }
      const usual = { status: 'ok', detail: join(state, 'tokn') }
      expect(await look({})).toMatchObject(usual)
      const other = own('other')
      const fallen = await look({ setUp: readOnly(state), env: { HOME: other } })
      expect(fallen['status']).toBe('ok')
      expect(fallen['detail']).toContain(join(other, '.local/state/tokn; skipped: '))
      expect(fallen['detail']).toContain('the file system is read-only')
      const apart = await look({ setUp: readOnly(join(home.path, 'data')) })
      expect(apart['status']).toBe('warn')
      expect(apart['detail']).toContain('that see another home are not waited for')
    })
  },
)
