import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

const minute = 60_000
const links = 'link,linkat'
const syncs = 'fsync,fdatasync'
const modes = 'chmod,fchmod,fchmodat'

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

/** Runs what follows on a system that answers `calls` with an error, for all that it starts too. */
function refusing(faults: ReadonlyArray<readonly [calls: string, code: string]>) {
  const traced = faults.map(([calls]) => calls).join(',')
  const injected = faults.flatMap(([calls, code]) => ['-e', `inject=${calls}:error=${code}`])
  const output = join(home.path, 'trace')
  return ['strace', '-f', '-qq', '-o', output, '-e', `trace=${traced}`, ...injected]
}

// What vfat, exFAT, FUSE, 9P, overlays and sandboxes answer.
const systems: ReadonlyArray<ReadonlyArray<readonly [string, string]>> = [
  ...'EPERM EXDEV EACCES EINVAL EOPNOTSUPP ENOSYS EMLINK'
    .split(' ')
    .map((code) => [[links, code]] as const),
  ...['EINVAL', 'ENOSYS'].map((code) => [[syncs, code]] as const),
  ...['EPERM', 'EOPNOTSUPP'].map((code) => [[modes, code]] as const),
  [
    [links, 'EPERM'],
    [syncs, 'EINVAL'],
    [modes, 'EPERM'],
  ],
]

describe.skipIf(!requirePart('strace'))('on a system that lacks', () => {
  for (const faults of systems) {
    test(`${faults.map((fault) => fault.join(': ')).join('; ')}, everything works`, async () => {
      const api = servers.api('hosterby')
      const script = `tokn login web ${addressOf(api).join(' ')} && tokn refresh web && tokn token web --refresh force`
      const line = [...refusing(faults), 'sh', '-c', script]
      const { status, out, err } = await startCommand(line, { home, env: credentialsOf(api) }).ended
      expect(status, err).toBe(0)
      expect(api.state.live).toEqual([out.trim()])
      expect(api.state.counts).toMatchObject({ logins: 1, refreshes: 2 })
      expect(readFileSync(join(home.path, 'trace'), 'utf8')).toContain('(INJECTED)')
      expect(await run(['token', 'web'], { home })).toMatchObject({ status: 0, out })
    })
  }

  test('hard links, twenty processes make one refresh, some of which have them', async () => {
    const api = servers.api('hosterby')
    const login = ['login', 'web', ...addressOf(api)]
    expect(await run(login, { home, env: credentialsOf(api) })).toMatchObject({ status: 0 })
    home.shiftClock(40 * minute)
    api.control.advance(40 * minute)
    const crowd = Array.from({ length: 20 }, async (_, index) => {
      const under = index % 3 === 0 ? [] : refusing([[links, index % 3 === 1 ? 'EPERM' : 'EXDEV']])
      return await startCommand([...under, 'tokn', 'token', 'web'], { home }).ended
    })
    const ended = await Promise.all(crowd)
    expect(ended.map(({ status, err }) => ({ status, err }))).toEqual(
      ended.map(() => ({ status: 0, err: '' })),
    )
    expect(api.state.counts.refreshes).toBe(1)
    expect(new Set(ended.map(({ out }) => out.trim()))).toEqual(new Set(api.state.live))
  })
})
