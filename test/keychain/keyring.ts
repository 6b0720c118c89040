import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { tryPart } from '../support/parts.ts'
import { probe } from '../support/probes.ts'
import { withKeytar } from './run.ts'

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

/**
 * Whether suites that need the keyring can run: one could be started, was unlocked, and gave back
 * what was stored in it.
 */
export function keyringAvailable(): boolean {
  return works
}

export async function startKeyring(state: KeyringState): Promise<Keyring> {
  const directory = mkdtempSync(join(tmpdir(), 'tokn-keyring-'))
  for (const name of ['run', 'data', 'home']) mkdirSync(join(directory, name), { mode: 0o700 })
  const address = `unix:path=${encodeURI(join(directory, 'bus'))}`
  const environment = {
    DBUS_SESSION_BUS_ADDRESS: state === 'no-bus' ? undefined : address,
    DISPLAY: undefined,
    WAYLAND_DISPLAY: undefined,
    XDG_RUNTIME_DIR: join(directory, 'run'),
    XDG_DATA_HOME: join(directory, 'data'),
    HOME: join(directory, 'home'),
  }
  const variables = { ...process.env, ...environment }
  let bus: ChildProcess | undefined
  let daemon: ChildProcess | undefined
  const close = async () => {
    for (const child of [daemon, bus]) if (child !== undefined) await end(child)
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    if (state !== 'no-bus') bus = await startBus(directory, address)
    if (state === 'locked') await end(await startDaemon(variables, 'unlock'))
    if (state === 'unlocked') daemon = await startDaemon(variables, 'unlock')
    if (state === 'locked' || state === 'empty') daemon = await startDaemon(variables, 'leave')
  } catch (error) {
    await close()
    throw error
  }
  return {
    environment,
    pid: () => servicePid(variables) ?? Number.NaN,
    restart: async () => {
      if (daemon !== undefined) await end(daemon)
      daemon = await startDaemon(variables, 'unlock')
    },
    close,
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
    bus.once('error', reject)
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
  daemon.once('error', () => undefined)
  daemon.stdin?.once('error', () => undefined)
  daemon.stdin?.end(lock === 'unlock' ? 'password of the tests\n' : '')
  const until = Date.now() + 10_000
  while (Date.now() < until && daemon.exitCode === null) {
    if (servicePid(variables) === daemon.pid) return daemon
    await delay(50)
  }
  await end(daemon)
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
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGCONT')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 2_000)
  await ended
  clearTimeout(timer)
}

const storeAndRead = `
const { getPassword, setPassword } = require('keytar')
setPassword('tokn-probe', 'a', 'kept')
  .then(() => getPassword('tokn-probe', 'a'))
  .then((text) => process.exit(text === 'kept' ? 0 : 1))`

const works = await tryPart('keychain', async () => {
  if (process.platform !== 'linux') throw new Error('the tests have one of Linux only')
  for (const name of ['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon']) {
    const why = probe(name)
    if (why !== undefined) throw new Error(`${name}: ${why}`)
  }
  const keyring = await startKeyring('unlocked')
  try {
    const env = applied({ ...withKeytar, ...keyring.environment })
    await promisify(execFile)(process.execPath, ['-e', storeAndRead], { env, timeout: 20_000 })
  } finally {
    await keyring.close()
  }
})
