import { expect } from 'vitest'
import type { Environment, Home } from '../../support/home.ts'
import { run, startCommand } from '../../support/run.ts'

const crowd = 20

/**
 * Lets the session "work" of `home` expire, and has twenty processes find that out at once: all get
 * the same new token. Gives how many refreshes the session has seen.
 */
export async function expectOneRefresh(home: Home, env: Environment = {}): Promise<number> {
  const before = (await run(['token', 'work'], { home, env })).out
  home.shiftClock(24 * 3_600_000)
  const line = ['tokn', 'token', 'work', '--timeout', '60s']
  const running = Array.from({ length: crowd }, () => startCommand(line, { home, env }).ended)
  const all = await Promise.all(running)
  expect(all.map(({ status, err }) => `${status} ${err}`)).toEqual(Array(crowd).fill('0 '))
  const tokens = new Set(all.map(({ out }) => out))
  expect(tokens.size).toBe(1)
  expect(tokens.has(before)).toBe(false)
  const why = ['tokn', 'info', 'work', '--json', '--local']
  const { out } = await startCommand(why, { home, env }).ended
  const { lineage } = JSON.parse(out) as { readonly lineage: { readonly generation: number } }
  expect(lineage).toMatchObject({ generation: 2 })
  return lineage.generation - 1
}
