import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findTraces } from '../../../src/app/traces.ts'
import { kinds } from '../../../src/messages/en/uninstall.ts'
import { locatePaths, namesIn } from '../../../src/io/files/paths.ts'
import type { Ports } from '../../../src/session/ports.ts'
import { makeHome, type Home } from '../../support/home.ts'

let home: Home
beforeAll(() => (home = makeHome()))
afterAll(() => home.remove())

/** Those of no profile and no store. */
const ports = {
  profiles: { path: '/nowhere/config.json', outlines: () => [] },
  index: { list: () => [], get: () => undefined },
  stores: { kinds: [] },
  configuration: 'host:/nowhere/config.json',
} as unknown as Ports

test('whatever has a name in a folder of ours is told by what it is', async () => {
  const environment = {
    HOME: home.path,
    XDG_CONFIG_HOME: join(home.path, 'c'),
    XDG_STATE_HOME: join(home.path, 's'),
    XDG_DATA_HOME: join(home.path, 'd'),
    XDG_CACHE_HOME: join(home.path, 'k'),
  }
  const paths = locatePaths(environment)
  const { config, state, data, cache } = paths
  const made = Object.entries(namesIn).flatMap(([folder, names]) =>
    Object.values(names).map((name: string) =>
      join({ config, state, data, cache }[folder] ?? '', name),
    ),
  )
  for (const path of made) {
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, 'x')
  }
  const { found } = await findTraces({ ports, paths, environment })
  const kindOf = (path: string) =>
    found.find(({ trace }) => 'path' in trace && trace.path === path)?.trace.kind
  expect(made.filter((path) => (kindOf(path) ?? 'other') === 'other')).toEqual([])
  expect(kindOf(join(state, 'warned'))).toBe('warnings')
  expect(kinds.warnings).toBe('warnings already given')
})
