import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Fault } from '../../src/sandbox/faults.ts'
import { requirePart } from '../support/parts.ts'
import { alike, sharedRefresh } from './support/crowd.ts'
import { credentialsOf, openWorld, type LoginOptions, type World } from './support/world.ts'

const directory = mkdtempSync(join(tmpdir(), 'tokn-exfat-'))
const disk = join(directory, 'disk')
const image = join(directory, 'image')

/** Mounts a file system that has no links and no modes; gives what unmounts it. */
function mount(options: string): (() => void) | undefined {
  const run = (line: string) => spawnSync('sh', ['-ec', line], { encoding: 'utf8' })
  const made = run(`mkdir -p ${disk}; truncate -s 32M ${image}; mkfs.exfat ${image}
    losetup --find --show ${image}`)
  const device = made.stdout.trim().split('\n').at(-1) ?? ''
  if (made.status !== 0) return undefined
  const mounted = run(`mount.exfat-fuse -o ${options} ${device} ${disk}; mountpoint ${disk}`)
  if (mounted.status === 0) return () => void run(`umount ${disk}; losetup -d ${device}`)
  run(`losetup -d ${device}`)
  return undefined
}

function canMount(): boolean {
  const unmount = mount('umask=077')
  unmount?.()
  return unmount !== undefined
}

const able =
  requirePart('root') &&
  requirePart('unshare') &&
  requirePart('exfat', canMount(), 'apt-get install exfat-fuse exfatprogs; loop devices, /dev/fuse')

describe.runIf(able)('on a disk of exFAT', () => {
  let unmount: (() => void) | undefined
  let world: World
  // The home of the user is read-only, so that everything has to be on that disk.
  const state = join(userInfo().homedir, '.local/state')
  const hide = `mount -t tmpfs -o ro none '${state}'; exec "$@"`
  const under = () => ['unshare', '-m', 'sh', '-ec', hide, 'sh']
  const environment = {
    HOME: join(disk, 'home'),
    XDG_CONFIG_HOME: undefined,
    XDG_STATE_HOME: undefined,
    XDG_DATA_HOME: undefined,
  }
  const login = async () => {
    const to = ['--provider', 'hosterby', '--base-url', world.api.baseUrl]
    return await world.run(['login', 'web', ...to], {
      under: under(),
      environment: { ...environment, ...credentialsOf(world.api) },
    })
  }
  beforeAll(async () => {
    world = await openWorld('hosterby')
    return async () => await world.close()
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  it('that its owner alone can use, sessions live, and 20 processes make one refresh', async () => {
    unmount = mount('umask=077')
    spawnSync('mkdir', [environment.HOME])
    try {
      const own = { ...world, start, login: loginUntil }
      const crowd = await sharedRefresh(own, 'web', alike(20))
      expect(crowd).toMatchObject({ refreshes: 1 })
      expect(crowd.tokens.size).toBe(1)
      for (const args of [
        ['refresh', 'web'],
        ['doctor', '--offline'],
        ['token', 'web'],
      ]) {
        const ended = await world.run(args, { under: under(), environment })
        expect(ended, ended.out + ended.err).toMatchObject({ status: 0 })
      }
    } finally {
      unmount?.()
    }
  })

  it('that everybody can write, none is made, and how to mount it is said', async () => {
    unmount = mount('umask=000')
    spawnSync('mkdir', [environment.HOME])
    try {
      const before = world.api.state.counts.logins
      const ended = await login()
      expect(ended).toMatchObject({ status: 8, out: '' })
      expect(ended.err).toContain('other users may write')
      expect(ended.err).toContain('umask=077')
      expect(world.api.state.counts.logins).toBe(before)
    } finally {
      unmount?.()
    }
  })

  async function loginUntil(_profile: string, { end = 0 }: LoginOptions = {}): Promise<void> {
    const told = { ...world.aim.endAt(end), path: world.aim.loginPath } as Fault
    world.api.control.replaceFaults([told])
    expect(await login()).toMatchObject({ status: 0 })
    world.api.control.replaceFaults([])
  }

  function start(args: readonly string[]) {
    return world.start(args, { under: under(), environment })
  }
})
