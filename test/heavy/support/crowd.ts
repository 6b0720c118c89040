import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Environment } from './process.ts'
import type { World } from './world.ts'

export interface Crowd {
  /** What the server counted. */
  readonly refreshes: number
  readonly tokens: ReadonlySet<string>
}

/** Lets one process per environment ask for the token of an expired session, all at once. */
export async function sharedRefresh(
  world: World,
  profile: string,
  environments: readonly Environment[] | (() => readonly Environment[]),
  /** What starts the nth of them. */
  under: (index: number) => readonly string[] = () => [],
): Promise<Crowd> {
  await world.login(profile, { end: Date.now() - 10_000 })
  await delay(1_100)
  world.api.control.expire()
  const all = typeof environments === 'function' ? environments() : environments
  const before = world.api.state.counts.refreshes
  const running = all.map((environment, index) =>
    world.start(['token', profile], { environment, under: under(index) }),
  )
  const ended = await Promise.all(running.map((one) => one.ended))
  for (const { err } of ended) expect(err).toBe('')
  for (const { status } of ended) expect(status).toBe(0)
  const tokens = new Set(ended.map(({ out }) => out.trimEnd()))
  for (const token of tokens) expect(world.api.state.live).toContain(token)
  return { refreshes: world.api.state.counts.refreshes - before, tokens }
}

/** As many processes of which none differs from the others. */
export function alike(count: number): readonly Environment[] {
  return Array.from({ length: count }, () => ({}))
}
