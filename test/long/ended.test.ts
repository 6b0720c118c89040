import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openWorld, type World } from '../catalogue/world.ts'
import { start } from '../support/run.ts'
import { profilesOf, recordOf } from './look.ts'

const revocation = { method: 'DELETE', path: '/api/v1/tokens/' } as const

async function withTokens(): Promise<World & { readonly own: string; readonly kept: string }> {
  const world = await openWorld('rightech')
  await world.login([], 'iot')
  await world.tokn(['issue', 'iot', '--name', 'ci', '--save-as', 'iot-ci'])
  const [own, kept] = world.api.state.tokens.map(({ id }) => id ?? '')
  return { ...world, own: own ?? '', kept: kept ?? '' }
}

const standingOf = async ({ home }: World, profile: string) =>
  (await recordOf(home, profile))?.standing?.state

describe('a token that was asked to end', () => {
  test('is dead in its own session', async () => {
    const world = await withTokens()
    expect(await world.tokn(['revoke', world.own, '-P', 'iot'])).toMatchObject({ status: 0 })
    expect(await standingOf(world, 'iot')).toBe('dead')
    expect(await standingOf(world, 'iot-ci')).toBeUndefined()
  })

  test('is dead in the session of another profile that holds it', async () => {
    const world = await withTokens()
    expect(await world.tokn(['revoke', 'ci', '-P', 'iot'])).toMatchObject({ status: 0 })
    expect(await standingOf(world, 'iot')).toBeUndefined()
    expect(await standingOf(world, 'iot-ci')).toBe('dead')
  })

  test('leaves the others as they are', async () => {
    const world = await withTokens()
    await world.tokn(['issue', 'iot', '--name', 'third', '-q'])
    expect(await world.tokn(['revoke', 'third', '-P', 'iot'])).toMatchObject({ status: 0 })
    expect(await standingOf(world, 'iot')).toBeUndefined()
    expect(await standingOf(world, 'iot-ci')).toBeUndefined()
  })

  test.each([
    ['is refused', { do: 'status', status: 403, body: {} }, undefined],
    ['is refused for now', { do: 'status', status: 429, body: {} }, undefined],
    ['finds the server in trouble', { do: 'status', status: 500, body: {} }, undefined],
    ['finds nobody of that id', { do: 'status', status: 404, body: {} }, undefined],
    ['is told to go elsewhere', { do: 'redirect', to: 'https://example.com' }, undefined],
    ['gets no answer', { do: 'drop-after' }, 'dead'],
  ] as const)('lives on where that %s', async (_what, fault, standing) => {
    const world = await withTokens()
    world.strike({ ...fault, ...revocation })
    const ended = await world.tokn(['revoke', world.own, '-P', 'iot'])
    expect(ended.status).not.toBe(0)
    expect(await standingOf(world, 'iot')).toBe(standing)
    world.strike()
    if (standing === undefined) {
      expect(await world.tokn(['token', 'iot'])).toMatchObject({ status: 0 })
    }
  })

  test('is what --dry-run only speaks of', async () => {
    const world = await withTokens()
    await world.tokn(['revoke', world.own, '-P', 'iot', '--dry-run'])
    expect(await standingOf(world, 'iot')).toBeUndefined()
  })
})

describe('a logout that is killed', () => {
  async function killed(world: World, flags: readonly string[] = []) {
    world.strike({ do: 'delay', ms: 2_000, ...revocation })
    const sent = () => world.api.log.filter(({ method }) => method === revocation.method).length
    const running = start(['logout', 'iot', ...flags], { home: world.home })
    while (sent() === 0) await delay(5)
    running.child.kill('SIGKILL')
    await running.ended
    world.strike()
    // The request is acted on once the delay is over.
    while (world.api.state.live.length > 1) await delay(50)
  }

  test('leaves no session that is handed out, and can be ended once more', async () => {
    const world = await withTokens()
    await killed(world)
    expect(await standingOf(world, 'iot')).toBe('dead')
    const again = await world.tokn(['logout', 'iot'])
    expect(again, again.err).toMatchObject({ status: 0 })
    expect(again.err).toBe('iot: logged out\n')
    expect(await recordOf(world.home, 'iot')).toBeUndefined()
  })

  test('does not log in again by itself, though it could', async () => {
    const world = await openWorld('rightech')
    await world.login(['--remember'], 'iot')
    await world.login([], 'other')
    expect((await recordOf(world.home, 'iot'))?.credentials).toBeDefined()
    await killed(world)
    expect((await recordOf(world.home, 'iot'))?.credentials).toBeUndefined()
    expect(await world.tokn(['profile', 'remove', 'iot'])).toMatchObject({ status: 0 })
  })
})

describe('one of several that cannot be logged out', () => {
  test('keeps none of the others', async () => {
    const world = await openWorld('rightech')
    for (const name of ['a', 'b', 'c']) await world.login([], name)
    const path = `${world.home.sessions}/${profilesOf(world.home)['b']!.id}.jwe`
    writeFileSync(path, readFileSync(path).subarray(0, 50))
    const ended = await world.tokn(['logout', '--all', '--yes'])
    expect(ended).toMatchObject({ status: 12 })
    expect(ended.err).toContain('a: logged out')
    expect(ended.err).toContain('c: logged out')
    expect(ended.err).toContain('1 of 3 profiles were not logged out')
    expect(ended.err).toContain('tokn logout b --local-only')
    expect(world.api.state.live).toHaveLength(1)
    expect(await world.tokn(['logout', '--all', '--yes', '--local-only'])).toMatchObject({
      status: 0,
    })
  })
})
