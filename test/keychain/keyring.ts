import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { requirePart } from '../support/parts.ts'

/**
 * What a user can find: a keyring that is unlocked, one that is locked with nobody to ask for its
 * password, a secret service without any keyring, a bus without a secret service, no bus at all.
 */
export type KeyringState = 'unlocked' | 'locked' | 'empty' | 'no-daemon' | 'no-bus'

/** A real gnome-keyring on a private D-Bus, apart from the one of whoever runs the tests. */
export interface Keyring {
  /** Variables by which a process finds it; an `undefined` one has to be absent. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The pid of the secret service, as the bus knows it. */
  readonly pid: () => number
  /** Ends the secret service, and starts it anew. */
  readonly restart: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Names of programs that are needed and absent; empty where everything is there. */
export function missingPrograms(): readonly string[] {
  if (process.platform !== 'linux') return ['Linux']
  return ['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon'].filter((name) => {
    try {
      execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' })
      return false
    } catch {
      return true
    }
  })
}

/**
 * Whether suites that need the keyring can run. Says so, loudly, where they cannot; throws where
 * `TOKN_TEST_REQUIRE` wants them.
 */
export function keyringAvailable(): boolean {
  const missing = missingPrograms()
  return requirePart('keychain', missing.length === 0, `it wants ${missing.join(', ')}`)
}

export async function startKeyring(state: KeyringState): Promise<Keyring> {
  const directory = mkdtempSync(join(tmpdir(), 'tokn-keyring-'))
  for (const name of ['run', 'data', 'home']) mkdirSync(join(directory, name), { mode: 0o700 })
  const address = `unix:path=${join(directory, 'bus')}`
  const environment = {
    DBUS_SESSION_BUS_ADDRESS: state === 'no-bus' ? undefined : address,
    DISPLAY: undefined,
    WAYLAND_DISPLAY: undefined,
    XDG_RUNTIME_DIR: join(directory, 'run'),
    XDG_DATA_HOME: join(directory, 'data'),
    HOME: join(directory, 'home'),
  }
  const variables = { ...process.env, ...environment }
  const children: ChildProcess[] = []
  if (state !== 'no-bus') children.push(await startBus(directory, address))
  let daemon: ChildProcess | undefined
  if (state === 'locked') await end(await startDaemon(variables, 'unlock'))
  if (state === 'unlocked') daemon = await startDaemon(variables, 'unlock')
  if (state === 'locked' || state === 'empty') daemon = await startDaemon(variables, 'leave')
  return {
    environment,
    pid: () => servicePid(variables) ?? Number.NaN,
    restart: async () => {
      if (daemon !== undefined) await end(daemon)
      daemon = await startDaemon(variables, 'unlock')
    },
    close: async () => {
      if (daemon !== undefined) await end(daemon)
      for (const child of children) await end(child)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** `environment` as one process has it: without those that are `undefined`. */
export function applied(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const all = { ...process.env, ...environment }
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

// No service files: nothing is started behind the tests' back.
const busConfiguration = (address: string): string => `<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>${address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

async function startBus(directory: string, address: string): Promise<ChildProcess> {
  const configuration = join(directory, 'bus.conf')
  writeFileSync(configuration, busConfiguration(address))
  const bus = spawn(
    'dbus-daemon',
    [`--config-file=${configuration}`, '--nofork', '--print-address=1'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  await new Promise<void>((resolve, reject) => {
    bus.stdout?.once('data', () => resolve())
    bus.once('exit', () => reject(new Error('the bus did not start')))
  })
  return bus
}

async function startDaemon(
  variables: NodeJS.ProcessEnv,
  lock: 'unlock' | 'leave',
): Promise<ChildProcess> {
  const unlock = lock === 'unlock' ? ['--unlock'] : []
  const daemon = spawn(
    'gnome-keyring-daemon',
    ['--foreground', ...unlock, '--components=secrets'],
    { env: variables, stdio: ['pipe', 'ignore', 'ignore'] },
  )
  daemon.stdin?.end(lock === 'unlock' ? 'password of the tests\n' : '')
  for (let round = 0; round < 100; round++) {
    if (servicePid(variables) === daemon.pid) return daemon
    await delay(50)
  }
  throw new Error('the secret service did not start')
}

function servicePid(variables: NodeJS.ProcessEnv): number | undefined {
  const names = 'org.freedesktop.DBus / org.freedesktop.DBus.GetConnectionUnixProcessID'
  const [destination = '', path = '', method = ''] = names.split(' ')
  try {
    const reply = execFileSync(
      'dbus-send',
      [
        '--session',
        '--print-reply',
        `--dest=${destination}`,
        path,
        method,
        'string:org.freedesktop.secrets',
      ],
      { env: variables, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' },
    )
    const pid = /uint32 (\d+)/.exec(reply)?.[1]
    return pid === undefined ? undefined : Number(pid)
  } catch {
    return undefined
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGCONT')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 2_000)
  await ended
  clearTimeout(timer)
}
