import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { start } from './started.mjs'

/** A real gnome-keyring on a bus of its own. Gives the variables by which a process finds it. */
export async function openKeyring(folder) {
  const home = join(folder, 'keyring')
  for (const name of ['', 'run', 'data']) mkdirSync(join(home, name), { mode: 0o700 })
  const base = { PATH: process.env.PATH, HOME: home, XDG_DATA_HOME: join(home, 'data') }
  const env = { ...base, XDG_RUNTIME_DIR: join(home, 'run') }
  const configuration = join(home, 'bus.conf')
  writeFileSync(configuration, busConfiguration(`unix:path=${join(home, 'bus')}`))
  const bus = await start(
    ['dbus-daemon', `--config-file=${configuration}`, '--nofork', '--print-address=1'],
    { env, ready: (text) => /^unix:\S+$/m.exec(text)?.[0] },
  )
  const variables = { DBUS_SESSION_BUS_ADDRESS: bus.value }
  const line = ['--foreground', '--unlock', '--components=secrets']
  const all = { ...env, ...variables }
  const daemon = spawn('gnome-keyring-daemon', line, {
    env: all,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  daemon.stdin.end('benchmark\n')
  const probe = ['--session', '--print-reply', '--dest=org.freedesktop.secrets']
  for (let tries = 0; tries < 100; tries++) {
    const asked = [...probe, '/org/freedesktop/secrets', 'org.freedesktop.DBus.Peer.Ping']
    const answers = spawnSync('dbus-send', asked, { env: all }).status === 0
    if (answers && existsSync(join(home, 'data', 'keyrings', 'login.keyring'))) break
    await delay(50)
  }
  const close = () => {
    daemon.kill()
    bus.close()
  }
  return { variables, close }
}

// Without service files, so that no other secret service is started by whoever asks first.
const busConfiguration = (address) => `<busconfig>
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
