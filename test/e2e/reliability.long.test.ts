import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findLoss } from '../heavy/support/killing.ts'
import { openWorld } from '../heavy/support/world.ts'
import { requirePart } from '../support/parts.ts'

// What crowds, kills, lost answers, redirects and odd bodies do to a session is shown in test/heavy.
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
