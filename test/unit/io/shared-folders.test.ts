import { spawnSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { requirePart } from '../../support/parts.ts'
import { buildProgram } from '../../support/build-program.ts'

const uid = 54_329
const state = '.local/state/tokn'
const inTemporary = `/tmp/tokn-${uid}`
let root = ''
let program = ''

beforeAll(async () => {
  const built = mkdtempSync(join(tmpdir(), 'tokn-shared-folders-program-'))
  program = await buildProgram(join(import.meta.dirname, 'shared-folders-program.ts'), built)
  spawnSync('chmod', ['-R', 'a+rX', built])
  return () => rmSync(built, { recursive: true })
})
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tokn-places-'))
  spawnSync('chmod', ['a+rx', root])
  for (const name of ['home', 'other', 'data', 'run']) {
    mkdirSync(join(root, name), { mode: 0o700 })
    chownSync(join(root, name), uid, uid)
  }
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
  rmSync(inTemporary, { recursive: true, force: true })
})

interface Turn {
  /** Home in the password database; absent: the user is not in it. */
  readonly home?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Commands of root, in a mount namespace of their own. */
  readonly setUp?: readonly string[]
  readonly entry?: string
}

/** What the program says, for a user with folders of its own. */
function run({ home, env = {}, setUp = [], entry = '' }: Turn): string {
  const passwd = join(root, 'passwd')
  const line = home === undefined ? '' : `svc:x:${uid}:${uid}::${home}:/bin/sh\n`
  writeFileSync(passwd, `root:x:0:0:root:/root:/bin/sh\n${line}`)
  const user = `setpriv --reuid=${uid} --regid=${uid} --clear-groups`
  const steps = [`mount --bind ${passwd} /etc/passwd`, ...setUp]
  const script = [...steps, `exec ${user} "${process.execPath}" "${program}" "${entry}"`]
  const ended = spawnSync('unshare', ['-m', 'sh', '-ec', script.join('\n')], {
    encoding: 'utf8',
    cwd: '/',
    env: { PATH: process.env['PATH'], HOME: at('other'), XDG_DATA_HOME: at('data'), ...env },
  })
  return ended.stdout + ended.stderr
}

function at(...parts: readonly string[]): string {
  return join(root, ...parts)
}

/** A folder that nobody can write, while the rest of its disk can be written. */
function readOnly(path: string): readonly string[] {
  return [`mount --bind ${path} ${path}`, `mount -o remount,bind,ro ${path}`]
}

const able = requirePart('root') && requirePart('unshare') && requirePart('setpriv')

describe.skipIf(!able)('what the processes of a user share is', () => {
  it('in the home of the password database, whatever the environment says', () => {
    for (const env of [
      {},
      { HOME: undefined },
      { HOME: '/nonexistent', XDG_STATE_HOME: '/x', TMPDIR: '/y', XDG_RUNTIME_DIR: at('run') },
      { HOME: 'relative', XDG_DATA_HOME: 'relative' },
    ]) {
      expect(run({ home: at('home'), env })).toBe(at('home', state))
    }
  })

  const foreign = (path: string) => [`mkdir -p -m 755 ${path}`, `chown root ${path}`]
  it.each<readonly [string, () => Turn]>([
    ['there is no such user', () => ({})],
    ['it does not exist', () => ({ home: '/nonexistent' })],
    ['it is a file', () => ({ home: at('passwd') })],
    ['it is a device', () => ({ home: '/dev/null' })],
    ['it is the root directory', () => ({ home: '/' })],
    ['it is empty', () => ({ home: '' })],
    ['it belongs to root', () => ({ home: at('home'), setUp: foreign(at('home')) })],
    ['it may not be entered', () => ({ home: at('home'), setUp: [`chmod 0 ${at('home')}`] })],
    ['it is read-only', () => ({ home: at('home'), setUp: readOnly(at('home')) })],
    [
      'it is hidden by a read-only disk',
      () => ({ home: at('home'), setUp: [`mount -t tmpfs -o ro none ${at('home')}`] }),
    ],
    [
      'root has been there first',
      () => ({ home: at('home'), setUp: foreign(at('home', '.local')) }),
    ],
    [
      'the folder in it is read-only',
      () => ({
        home: at('home'),
        setUp: [`mkdir -p ${at('home', state)}`, ...readOnly(at('home', state))],
      }),
    ],
    [
      'a part of that folder belongs to root',
      () => ({
        home: at('home'),
        setUp: [
          `mkdir -p ${at('home', state, 'locks')}`,
          `chown -R ${uid} ${at('home')}`,
          `chown 0 ${at('home', state, 'locks')}`,
        ],
      }),
    ],
    [
      'others may write to that folder',
      () => ({
        home: at('home'),
        setUp: [
          `mkdir -p ${at('home', state)}`,
          `chown -R ${uid} ${at('home')}`,
          `chmod 777 ${at('home', state)}`,
        ],
      }),
    ],
  ])('where HOME says, when %s', (_name, turn) => {
    expect(run(turn())).toBe(at('other', state))
  })

  it('beside the sessions, then in the temporary directory, then in the runtime directory', () => {
    const closed = readOnly(at('other'))
    expect(run({ setUp: closed })).toBe(at('data/tokn'))
    expect(run({ env: { HOME: undefined } })).toBe(at('data/tokn'))
    expect(run({ env: { HOME: '/' } })).toBe(at('data/tokn'))
    const further = [...closed, ...readOnly(at('data'))]
    const env = { XDG_RUNTIME_DIR: at('run'), TMPDIR: at('run') }
    expect(run({ setUp: further, env })).toBe(join(inTemporary, state))
    rmSync(inTemporary, { recursive: true })
    mkdirSync(inTemporary, { mode: 0o777 })
    expect(run({ setUp: further, env })).toBe(at('run/tokn'))
  })

  it('in the temporary directory for who has no home at all', () => {
    for (const HOME of [undefined, '', '/', 'x']) {
      expect(run({ env: { HOME, XDG_DATA_HOME: undefined } })).toBe(join(inTemporary, state))
    }
  })

  it.each<readonly [string, () => void]>([
    ['of somebody else', () => mkdirSync(inTemporary, { mode: 0o755 })],
    ['open to others', () => owned(inTemporary, 0o750)],
    ['a link to where the user could write', () => symlinkSync(at('run'), inTemporary)],
    ['a file', () => writeFileSync(inTemporary, '')],
  ])('nowhere, when the last place is %s; and every reason is told', (_name, make) => {
    make()
    const setUp = [...readOnly(at('other')), ...readOnly(at('data'))]
    const said = run({ home: '/nonexistent', setUp })
    expect(said).toContain('ToknError: there is no folder for locks that this user can write')
    expect(said).toContain('there is no /nonexistent; cannot create ~/.local')
    expect(said.match(/read-only/g)).toHaveLength(2)
    expect(said).toContain(`refusing ${inTemporary}: other users have access to it`)
    const homeless = run({ env: { HOME: undefined, XDG_DATA_HOME: undefined } })
    expect(homeless).toContain(
      `ToknError: there is no home, and other users have access to ${inTemporary}`,
    )
  })

  it('not elsewhere because a disk is full', () => {
    const disk = at('home', state)
    const setUp = [
      `mkdir -p ${disk}`,
      `mount -t tmpfs -o size=64k,nr_inodes=5,mode=700,uid=${uid} none ${disk}`,
      `for name in 1 2 3 4; do : > ${disk}/$name; done`,
      `chown -R ${uid} ${at('home')}`,
    ]
    const said = run({ home: at('home'), setUp })
    expect(said).toContain('no space left on the device')
    expect(existsSync(at('other', '.local'))).toBe(false)
  })

  function owned(path: string, mode: number): void {
    mkdirSync(path, { mode })
    chownSync(path, uid, uid)
  }
})

describe.skipIf(!able)('a lock is taken where the home is, and', () => {
  const locksIn = (path: string) => (existsSync(path) ? readdirSync(path).length : 0)
  const places = () => ({
    home: locksIn(at('home', state, 'locks')),
    other: locksIn(at('other', state, 'locks')),
    data: locksIn(at('data/tokn/locks')),
    temporary: locksIn(join(inTemporary, state, 'locks')),
  })
  const none = { home: 0, other: 0, data: 0, temporary: 0 }

  it('beside the sessions, for those in files', () => {
    expect(run({ home: at('home'), entry: 'file:a' })).toBe(at('home', state))
    expect(places()).toEqual({ ...none, home: 1, data: 1 })
    expect(run({ entry: 'file:a' })).toBe(at('other', state))
    expect(places()).toEqual({ ...none, home: 1, other: 1, data: 1 })
  })

  it('in the temporary directory, for the keychain and the profiles', () => {
    for (const [index, entry] of ['keychain:a', 'config:/b', 'doctor'].entries()) {
      expect(run({ home: at('home'), entry })).toBe(at('home', state))
      expect(places()).toEqual({ ...none, home: index + 1, temporary: index + 1 })
    }
  })

  it('once, where that is the same folder by any name', () => {
    const data = at('home', '.local/state')
    const env = { XDG_DATA_HOME: data }
    expect(run({ home: at('home'), env, entry: 'file:a' })).toBe(join(data, 'tokn'))
    symlinkSync(data, at('link'))
    const linked = { XDG_DATA_HOME: at('link') }
    expect(run({ home: at('home'), env: linked, entry: 'file:a' })).toBe(join(data, 'tokn'))
    expect(places()).toEqual({ ...none, home: 1 })
    expect(run({ env: { HOME: undefined }, entry: 'file:a' })).toBe(at('data/tokn'))
    expect(places()).toEqual({ ...none, home: 1, data: 1 })
  })

  it('nowhere else, where that cannot be used', () => {
    const setUp = readOnly(at('data'))
    expect(run({ home: at('home'), setUp, entry: 'file:a' })).toBe(at('home', state))
    mkdirSync(inTemporary, { mode: 0o755 })
    expect(run({ home: at('home'), entry: 'keychain:a' })).toBe(at('home', state))
    expect(places()).toEqual({ ...none, home: 2 })
  })
})
