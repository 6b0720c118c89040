import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { fakeClock } from '../support/fake-clock.ts'
import { requirePart } from '../support/parts.ts'
import type { SandboxName } from '../../src/sandbox/server.ts'
import type { Ended } from './support/process.ts'
import { credentialsOf, openWorld, type World } from './support/world.ts'

const offsets = ['+1d', '-1d', '@1970-01-02 00:00:00'] as const
type Offset = (typeof offsets)[number] | undefined
const minute = 60_000
const apis = ['oz', 'mcs', 'hosterby'] as const

async function at(
  offset: Offset,
  world: World,
  args: readonly string[],
  login = false,
): Promise<Ended> {
  const clock = offset === undefined ? {} : fakeClock(offset)
  const credentials = login ? credentialsOf(world.api) : {}
  return await world.run(args, { environment: { ...credentials, ...clock } })
}

async function inWorld(name: SandboxName, loginAt: Offset, work: (world: World) => Promise<void>) {
  const world = await openWorld(name)
  const to = [
    '--base-url',
    world.api.baseUrl,
    ...(world.api.apiUrl ? ['--api-url', world.api.apiUrl] : []),
  ]
  const ended = await at(loginAt, world, ['login', 'web', '--provider', name, ...to], true)
  expect(ended, ended.err).toMatchObject({ status: 0 })
  await work(world)
  await world.close()
}

async function goodToken(world: World, offset: Offset): Promise<void> {
  const ended = await at(offset, world, ['token', 'web'])
  expect(ended, ended.err).toMatchObject({ status: 0 })
  expect(world.api.state.live).toContain(ended.out.trimEnd())
}

describe.runIf(requirePart('faketime'))('a clock that is wrong', () => {
  it.each(apis.flatMap((name) => offsets.map((offset) => [name, offset] as const)))(
    '%s, always %s: tokens are good as long as the server says, and refreshed once after',
    async (name, offset) => {
      await inWorld(name, offset, async (world) => {
        for (let turn = 0; turn < 3; turn++) await goodToken(world, offset)
        expect(world.api.state.counts.refreshes).toBe(0)
      })
    },
  )

  it.each(apis.flatMap((name) => offsets.map((offset) => [name, offset] as const)))(
    '%s, right at first and %s then: at most one refresh, no loop',
    async (name, offset) => {
      await inWorld(name, undefined, async (world) => {
        for (let turn = 0; turn < 4; turn++) await goodToken(world, offset)
        expect(world.api.state.counts.refreshes).toBeLessThanOrEqual(1)
        for (let turn = 0; turn < 4; turn++) await goodToken(world, undefined)
        expect(world.api.state.counts.refreshes).toBeLessThanOrEqual(2)
      })
    },
  )

  it.each(apis)(
    '%s, ahead at first and right then: the expiry of then is not believed',
    async (name) => {
      await inWorld(name, '+1d', async (world) => {
        world.api.control.advance(61 * minute)
        for (let turn = 0; turn < 4; turn++) await goodToken(world, undefined)
        expect(world.api.state.counts.refreshes).toBe(1)
      })
    },
  )

  it.each(['+1d', '-1d'])('jumps by %s while a refresh is waited for', async (jump) => {
    await inWorld('hosterby', undefined, async (world) => {
      const file = join(world.directory, 'clock')
      writeFileSync(file, '+0\n')
      world.api.control.replaceFaults([{ do: 'delay', ms: 1_500, times: 1, ...world.aim.refresh }])
      const running = world.start(['token', 'web', '--refresh', 'force'], {
        environment: fakeClock({ fromFile: file }),
      })
      while (world.api.log.every(({ method }) => method !== 'PATCH')) await delay(5)
      writeFileSync(file, `${jump}\n`)
      const ended = await running.ended
      expect(ended, ended.err).toMatchObject({ status: 0 })
      expect(ended.milliseconds).toBeLessThan(10_000)
      expect(world.api.state.live).toContain(ended.out.trimEnd())
      for (let turn = 0; turn < 3; turn++) await goodToken(world, undefined)
      expect(world.api.state.counts.refreshes).toBeLessThanOrEqual(2)
    })
  })
})
