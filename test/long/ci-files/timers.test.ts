import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openWorld } from '../../catalogue/world.ts'
import { installed, onMachine } from '../../support/another-root.ts'
import type { Environment } from '../../support/home.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { requireParts } from '../../support/parts.ts'
import { startCommand } from '../../support/run.ts'
import { addressOf, credentialsOf } from '../../support/servers.ts'
import { until } from '../../support/until.ts'
import { ciFiles, readCiFile } from '../../support/yaml.ts'

/** Nothing of the environment of a test's home. */
function only(home: { environment: Environment }, env: Environment): Environment {
  const none = Object.keys(home.environment).map((name) => [name, undefined])
  return { ...Object.fromEntries(none), ...env }
}

/** A user who has made a key and logged in once as the profile web, in the home `at`. */
async function openUser(at?: string, as: readonly string[] = []) {
  const { api, home } = await openWorld('rightech')
  const user = at === undefined ? join(home.path, 'home') : join(home.path, at)
  mkdirSync(user, { recursive: true })
  const key = home.environment['TOKN_STORE_KEY'] ?? ''
  const env = only(home, { HOME: user, PATH: home.environment['PATH'] })
  if (as.length > 0) {
    chmodSync(home.path, 0o755)
    chmodSync(join(home.path, 'bin'), 0o755)
    chownSync(user, stranger, stranger)
  }
  const login = await startCommand([...as, 'tokn', 'login', 'web', ...addressOf(api)], {
    home,
    env: { ...env, ...credentialsOf(api), TOKN_STORE: 'file', TOKN_STORE_KEY: key },
  }).ended
  expect(login.status, login.err).toBe(0)
  return { api, home, user, key, env }
}

const cron = requireParts('linux', 'flock')

/** A user with what the crontab wants; the environment is that of cron. */
async function openCronUser(report: string) {
  const { api, home, user, key } = await openUser()
  mkdirSync(join(user, 'bin'))
  const program = join(user, 'bin/report')
  writeFileSync(program, `#!/bin/sh\n${report}\n`)
  chmodSync(program, 0o755)
  writeFileSync(join(user, '.tokn-key'), key, { mode: 0o600 })
  writeFileSync(join(user, 'bin/report.sh'), readCiFile('cron/report.sh'))
  chmodSync(join(user, 'bin/report.sh'), 0o755)
  // As cron does, with the PATH of the file; tokn is not in /usr/local/bin here.
  const path = `${join(home.path, 'bin')}:/usr/local/bin:/usr/bin:/bin`
  const env = only(home, { HOME: user, LOGNAME: 'root', SHELL: '/bin/sh', PATH: path })
  const run = () =>
    startCommand(['/bin/sh', '-c', '$HOME/bin/report.sh'], { home, env, cwd: user }).ended
  return { api, home, user, run }
}

describe.skipIf(!cron)('the script for cron', () => {
  test('gives a token to the report alone, and says nothing', async () => {
    const { api, user, run } = await openCronUser(
      'echo "$API_TOKEN" | cut -c 1-8; env | grep ^TOKN_',
    )
    const ended = await run()
    expect(ended).toMatchObject({ status: 0, err: '' })
    const [start, ...rest] = ended.out.trim().split('\n')
    expect(api.state.live[0]?.slice(0, 8)).toBe(start)
    expect(rest.join('\n')).not.toMatch(/KEY/)
    expect(existsSync(join(user, '.local/state/report.lock'))).toBe(true)
  })

  test('runs one at a time', async () => {
    const { user, run } = await openCronUser('echo >> runs; until test -e go; do sleep 0.1; done')
    const first = run()
    await until(() => existsSync(join(user, 'runs')))
    expect(await run()).toEqual({ status: 0, out: '', err: '' })
    writeFileSync(join(user, 'go'), '')
    expect(await first).toEqual({ status: 0, out: '', err: '' })
    expect(await run()).toEqual({ status: 0, out: '', err: '' })
    expect(readFileSync(join(user, 'runs'), 'utf8')).toBe('\n\n')
  })

  test('says what is wrong, which cron mails', async () => {
    const { user, run } = await openCronUser('exit 0')
    // Another key opens nothing.
    writeFileSync(join(user, '.tokn-key'), randomBytes(32).toString('base64url'))
    const ended = await run()
    expect(ended).toMatchObject({ status: 111, out: '' })
    expect(ended.err).toContain('tokn: hint: ')
  })

  const real = requireParts('cron', 'root', 'mount namespace', 'faketime')
  test.skipIf(!real)('is run by cron, which mails what it prints', async () => {
    const { api, home, user } = await openCronUser('echo a word; echo "$API_TOKEN" | cut -c 1-8')
    const mail = join(home.path, 'mail')
    // Its HOME is that of the password database, which is not that of the test.
    const crontab = `HOME=${user}\n${readCiFile('cron/crontab')}`
    const line = onMachine(
      home,
      {
        programs: {
          '/usr/local/bin': installed,
          '/usr/sbin': {
            sendmail: `#!/bin/sh\ncat > '${mail}.part'\nmv '${mail}.part' '${mail}'\n`,
          },
        },
        folders: { '/var/spool/cron/crontabs': { root: crontab }, '/etc/cron.d': {}, '/run': {} },
        before: ['mount --bind /dev/null /etc/crontab'],
      },
      ['cron', '-f', '-L', '0'],
    )
    const env = { PATH: process.env['PATH'], ...fakeClock('@2026-11-26 08:16:58') }
    const { child, ended } = startCommand(line, { home, env })
    ended.catch(() => undefined)
    onTestFinished(() => void process.kill(-(child.pid ?? 0), 'SIGKILL'))
    await until(() => existsSync(mail))
    const text = readFileSync(mail, 'utf8')
    expect(text).toMatch(/^To: ops@example\.com$/m)
    expect(text).toMatch(/^Subject: Cron <.*> \$HOME\/bin\/report\.sh$/m)
    expect(text).toContain(`\n\na word\n${api.state.live[0]?.slice(0, 8)}\n`)
  })
})

const stranger = 54_321
const asStranger = [
  'setpriv',
  `--reuid=${stranger}`,
  `--regid=${stranger}`,
  '--clear-groups',
] as const

const units = ['tokn-refresh.service', 'tokn-refresh.timer', 'report.service', 'report.timer']

/** The settings of a unit of one name, in their order. */
function settingsOf(unit: string, name: string): readonly string[] {
  const lines = readCiFile(`systemd/${unit}`).split('\n')
  return lines
    .filter((line) => line.startsWith(`${name}=`))
    .map((line) => line.split(/=(.*)/)[1] ?? '')
}

const verifies = requireParts('systemd-analyze', 'root', 'mount namespace')

describe('the units for systemd', () => {
  test.skipIf(!verifies)('are units, and name programs that are there', async () => {
    const { home } = await openWorld('rightech')
    const paths = units.map((unit) => join(ciFiles, 'systemd', unit))
    const verify = async (programs: Readonly<Record<string, string>>) => {
      const line = onMachine(home, { programs: { '/usr/local/bin': programs } }, [
        'systemd-analyze',
        '--recursive-errors=yes',
        'verify',
        ...paths,
      ])
      return await startCommand(line, { home }).ended
    }
    const report = '#!/bin/sh\nexit 0\n'
    expect(await verify({ ...installed, report })).toEqual({ status: 0, out: '', err: '' })
    expect((await verify({ report })).err).toContain('/usr/local/bin/tokn is not executable')
  })

  const runs = requireParts('linux', 'root', 'setpriv')
  test.skipIf(!runs)('do what they say, as a user of a service', async () => {
    const { api, home, user, key, env } = await openUser('state', asStranger)
    // What systemd does with LoadCredential: a folder of the service alone.
    const credentials = join(home.path, 'credentials')
    mkdirSync(credentials, { mode: 0o500 })
    writeFileSync(join(credentials, 'store-key'), key, { mode: 0o400 })
    for (const path of [credentials, join(credentials, 'store-key')]) {
      chownSync(path, stranger, stranger)
    }
    writeFileSync(
      join(home.path, 'bin/report'),
      '#!/bin/sh\necho "$API_TOKEN:$TOKN_STORE_KEY_FILE"\n',
    )
    chmodSync(join(home.path, 'bin/report'), 0o755)
    const execute = async (unit: string) => {
      const said: string[] = []
      const [variables = ''] = settingsOf(unit, 'Environment')
      const set = variables.replaceAll('%d', credentials).split(' ')
      const given = {
        PATH: home.environment['PATH'],
        HOME: user,
        USER: 'tokn',
        ...Object.fromEntries(set.map((one) => one.split('=') as [string, string])),
      }
      const bin = join(home.path, 'bin')
      for (const line of settingsOf(unit, 'ExecStart')) {
        const words = line.replaceAll('/usr/local/bin', bin).split(' ')
        const options = { home, env: only(home, given), cwd: '/' }
        const { status, out, err } = await startCommand([...asStranger, ...words], options).ended
        said.push(`${status}:${out}${err}`)
      }
      return said
    }
    expect(await execute('tokn-refresh.service')).toEqual(['0:', '0:'])
    expect(await execute('report.service')).toEqual([`0:${api.state.live[0]}:\n`])
    const logout = [...asStranger, 'tokn', 'logout', 'web']
    const opened = { ...env, TOKN_STORE: 'file', TOKN_STORE_KEY: key }
    expect((await startCommand(logout, { home, env: opened }).ended).status).toBe(0)
    // Only a login helps: no reason to try again.
    const [refresh = ''] = await execute('tokn-refresh.service')
    const status = refresh.split(':')[0]
    expect(settingsOf('tokn-refresh.service', 'RestartPreventExitStatus')[0]?.split(' ')).toContain(
      status,
    )
    expect(refresh).toContain('tokn login web')
  })
})
