import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSetupWorld } from '../../../src/app/setup-world.ts'
import { locatePaths } from '../../../src/io/files/paths.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokn-setup-world-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('only what can be run is on the PATH', () => {
  const environment = { HOME: folder, PATH: folder }
  const world = openSetupWorld(environment, locatePaths(environment), process.execPath, () => 1_000)
  const path = join(folder, 'git')
  expect(world.isOnPath('git')).toBe(false)
  writeFileSync(path, '')
  chmodSync(path, 0o600)
  expect(world.isOnPath('git')).toBe(false)
  chmodSync(path, 0o700)
  expect(world.isOnPath('git')).toBe(true)
  mkdirSync(join(folder, 'docker'))
  expect(world.isOnPath('docker')).toBe(false)
})
