import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { isSameConfiguration, nameConfiguration } from '../../../src/io/agent/configuration.ts'

const folder = mkdtempSync(join(tmpdir(), 'tokn-configuration-'))
afterAll(() => rmSync(folder, { recursive: true }))

const usual = { config: join(folder, 'config'), data: join(folder, 'data') }

test('two that mean other folders have other configurations', () => {
  const own = nameConfiguration(usual, { HOME: folder })
  const other = nameConfiguration({ ...usual, data: join(folder, 'others') }, { HOME: folder })
  expect([true, false].map((placed) => isSameConfiguration(own, own, placed))).toEqual([true, true])
  expect([true, false].map((placed) => isSameConfiguration(own, other, placed))).toEqual([
    false,
    false,
  ])
})

test('a folder is the same by whatever path', () => {
  mkdirSync(usual.config)
  symlinkSync(usual.config, join(folder, 'link'))
  const linked = nameConfiguration({ ...usual, config: join(folder, 'link') }, { HOME: folder })
  expect(isSameConfiguration(linked, nameConfiguration(usual, { HOME: folder }), true)).toBe(true)
})

test('where the store of pass is says nothing of the others', () => {
  const own = nameConfiguration(usual, { HOME: folder })
  const named = (PASSWORD_STORE_DIR: string) =>
    nameConfiguration(usual, { HOME: folder, PASSWORD_STORE_DIR })
  const elsewhere = named(join(folder, 'passwords'))
  expect(isSameConfiguration(own, elsewhere, false)).toBe(true)
  expect(isSameConfiguration(own, elsewhere, true)).toBe(false)
  expect(isSameConfiguration(own, named(join(folder, '.password-store')), true)).toBe(true)
})
