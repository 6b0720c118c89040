import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../../src/sandbox/faults.ts'
import { alike, sharedRefresh } from '../heavy/support/crowd.ts'
import { findLoss, killRepeatedly } from '../heavy/support/killing.ts'
import { startRandom } from '../heavy/support/random.ts'
import { setTrap } from '../heavy/support/trap.ts'
import { openWorld } from '../heavy/support/world.ts'
import { requirePart } from '../support/parts.ts'

// A few turns of each of the suites in test/heavy, which take minutes.
describe('a session is never lost', () => {
  it('D1: by 10 processes at once: one refresh, one token', async () => {
    const world = await openWorld('hosterby')
    const { refreshes, tokens } = await sharedRefresh(world, 'web', alike(10))
    expect({ refreshes, tokens: tokens.size }).toEqual({ refreshes: 1, tokens: 1 })
    await world.close()
  })

  it.each(['hosterby', 'rightech'] as const)(
    'D2, D19: %s: by kills in the middle',
    async (name) => {
      const random = startRandom()
      const { lost } = await killRepeatedly({ name, kills: 6, points: 'aimed', random })
      expect(lost, `seed ${random.seed}`).toEqual([])
    },
  )

  it.each(['oz', 'mcs'] as const)('D6: %s: by an answer that never came', async (name) => {
    const world = await openWorld(name)
    await world.login('web')
    world.api.control.replaceFaults([{ do: 'drop-after', times: 1, ...world.aim.refresh }])
    expect(await world.run(['token', 'web', '--refresh', 'force'])).toMatchObject({ status: 0 })
    expect(await findLoss(world)).toBeUndefined()
    await world.close()
  })

  it('D6: hosterby: by an answer that never came, where the credentials are kept', async () => {
    const world = await openWorld('hosterby')
    await world.login('web', { flags: ['--remember'] })
    world.api.control.replaceFaults([{ do: 'drop-after', times: 1, ...world.aim.refresh }])
    expect(await world.run(['token', 'web', '--refresh', 'force'])).toMatchObject({ status: 0 })
    expect(await findLoss(world)).toBeUndefined()
    await world.close()
  })
})

describe('a refresh that cannot end well ends truly', () => {
  it('a provider that accepts and stays silent is exit 7 in time, and the session goes on', async () => {
    const world = await openWorld('oz')
    await world.login('web')
    world.api.control.replaceFaults([{ do: 'hang', ...world.aim.refresh }])
    const ended = await world.run(['refresh', 'web', '--timeout', '3s'])
    expect(ended, ended.err).toMatchObject({ status: 7, out: '', signal: null })
    expect(ended.err).not.toMatch(/SIGKILL|bug|is kept/)
    expect(ended.milliseconds).toBeLessThan(6_000)
    const listed = await world.run(['profile', 'list'])
    expect(listed.out).toMatch(/web .* doubtful/)
    const served = await world.run(['token', 'web'])
    expect(served).toMatchObject({ status: 0 })
    expect(served.err).toContain('tokn: warning: a refresh of "web" got no answer')
    world.api.control.replaceFaults([])
    expect(await world.run(['refresh', 'web'])).toMatchObject({ status: 0 })
    expect(await findLoss(world)).toBeUndefined()
    await world.close()
  })

  it('a token that is known to be dead is handed out by no command', async () => {
    const world = await openWorld('hosterby')
    await world.login('web')
    world.api.control.replaceFaults([{ do: 'drop-after', times: 1, ...world.aim.refresh }])
    expect((await world.run(['refresh', 'web'])).err).toContain('got no answer')
    const before = world.api.log.length
    const commands = [
      ['token', 'web'],
      ['token', 'web', '--refresh', 'never'],
      ['token', 'web', '--json'],
      ['header', 'web'],
      ['header', 'web', '-o', 'curl'],
      ['exec', 'web', '-e', 'T', '--', 'printenv', 'T'],
      ['curl', 'web', '--', `${world.api.baseUrl}/x`],
      ['refresh', 'web'],
    ]
    for (const words of commands) {
      const ended = await world.run(words)
      expect(ended, `${words.join(' ')}: ${ended.err}`).toMatchObject({ out: '' })
      expect([4, 111], words.join(' ')).toContain(ended.status)
      expect(ended.err).toContain('tokn login web')
    }
    expect(world.api.log.length).toBe(before)
    expect((await world.run(['list', '--local'])).out).toContain('dead')
    expect((await world.run(['why', 'web'])).err).toContain('has ended')
    await world.login('web')
    expect(await findLoss(world)).toBeUndefined()
    await world.close()
  })

  it('what may be lost is no reason to fail: a state folder that is none', async () => {
    const world = await openWorld('hosterby')
    writeFileSync(world.environment['XDG_STATE_HOME'] ?? '', 'in the way')
    await world.login('web')
    const commands = [
      ['token', 'web'],
      ['token', 'web', '--json'],
      ['refresh', 'web'],
      ['info', 'web'],
      ['header', 'web'],
    ]
    for (const words of commands) {
      const ended = await world.run(words)
      expect(ended, `${words.join(' ')}: ${ended.err}`).toMatchObject({ status: 0 })
    }
    expect(await findLoss(world)).toBeUndefined()
    await world.close()
  })

  it.runIf(requirePart('unshare'))(
    'a token that cannot be stored is served by the next command, and stored when that can be',
    async () => {
      const world = await openWorld('hosterby')
      await world.login('web')
      const folder = world.environment['XDG_DATA_HOME'] ?? ''
      const readOnly = `mount --bind "${folder}" "${folder}" && mount -o remount,ro,bind "${folder}"`
      const under = ['unshare', '-m', 'sh', '-c', `${readOnly} && exec "$@"`, 'sh']
      const first = await world.run(['token', 'web', '--refresh', 'force'], { under })
      expect(first, first.err).toMatchObject({ status: 0 })
      expect(first.err).toContain('read-only')
      for (const words of [
        ['token', 'web'],
        ['token', 'web', '--json', '--fields', 'token'],
      ]) {
        const next = await world.run(words, { under })
        expect(next.out, next.err).toContain(first.out.trim())
      }
      const counts = { ...world.api.state.counts }
      expect((await world.run(['token', 'web'])).out).toBe(first.out)
      expect(world.api.state.counts).toEqual(counts)
      expect(await findLoss(world)).toBeUndefined()
      await world.close()
    },
  )
})

describe('a secret never strays', () => {
  it.each([301, 302, 303, 307, 308])('C7: after a redirect with status %i', async (status) => {
    const trap = await setTrap('127.0.0.1')
    const world = await openWorld('rightech')
    await world.login('web')
    const to = `http://127.0.0.1:${trap.port}/steal`
    world.api.control.replaceFaults([{ do: 'redirect', to, status }])
    expect(await world.run(['list', '-P', 'web'])).toMatchObject({ status: 6, out: '' })
    expect(trap.connections()).toBe(0)
    await Promise.all([trap.close(), world.close()])
  })
})

it.each<Fault>([{ do: 'huge' }, { do: 'gzip-bomb' }, { do: 'html' }, { do: 'empty' }])(
  'C5: takes %j for an answer, and goes on',
  async (fault) => {
    const world = await openWorld('oz')
    await world.login('web')
    world.api.control.replaceFaults([{ ...fault, ...world.aim.refresh }])
    const ended = await world.run(['token', 'web', '--refresh', 'force'])
    expect([6, 7], ended.err).toContain(ended.status)
    expect(ended.out).toBe('')
    expect(await findLoss(world)).toBeUndefined()
    await world.close()
  },
)
