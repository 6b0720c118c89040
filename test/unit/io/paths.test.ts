import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { listConfigChoices, locatePaths } from '../../../src/io/files/paths.ts'
import { requirePart, requireParts } from '../../support/parts.ts'

const home = mkdtempSync(join(tmpdir(), 'tokn-home-'))
/** The home of the password database, where that knows this user. */
const ownHome = requirePart('passwd entry') ? userInfo().homedir : undefined
afterAll(() => rmSync(home, { recursive: true }))

describe('paths', () => {
  it('are those of the XDG specification', () => {
    expect(locatePaths({ HOME: home })).toMatchObject({
      config: join(home, '.config/tokn'),
      state: join(home, '.local/state/tokn'),
      data: join(home, '.local/share/tokn'),
      cache: join(home, '.cache/tokn'),
      runtime: undefined,
      common: join(ownHome ?? home, '.local/state/tokn'),
    })
    const xdg = {
      HOME: home,
      XDG_CONFIG_HOME: '/c',
      XDG_STATE_HOME: '/s',
      XDG_DATA_HOME: '/d',
      XDG_CACHE_HOME: '/k',
      XDG_RUNTIME_DIR: '/r',
    }
    expect(locatePaths(xdg)).toMatchObject({
      config: '/c/tokn',
      state: '/s/tokn',
      data: '/d/tokn',
      cache: '/k/tokn',
      runtime: '/r/tokn',
    })
  })

  it('B16: ignore relative and empty values', () => {
    const odd = { HOME: home, XDG_CONFIG_HOME: 'a/b', XDG_STATE_HOME: '', XDG_RUNTIME_DIR: 'r' }
    const { config, state, data, cache, runtime } = locatePaths({ HOME: home })
    expect(locatePaths(odd)).toMatchObject({ config, state, data, cache, runtime })
    const otherwise = ownHome ?? join(tmpdir(), `tokn-${process.geteuid?.()}`)
    expect(locatePaths({ HOME: 'x' }).config).toBe(join(otherwise, '.config/tokn'))
    expect(locatePaths({}).config).toBe(join(otherwise, '.config/tokn'))
  })

  it('take a chosen directory of the configuration first', () => {
    const environment = { HOME: home, XDG_CONFIG_HOME: '/c', TOKN_CONFIG_DIR: '/t' }
    expect(locatePaths(environment).config).toBe('/t')
    expect(locatePaths(environment, { configDirectory: '/o' }).config).toBe('/o')
    expect(locatePaths(environment, { configDirectory: 'o' }).config).toBe(join(process.cwd(), 'o'))
    expect(locatePaths({ HOME: home, TOKN_CONFIG_DIR: '' }).config).toBe(join(home, '.config/tokn'))
  })

  it.skipIf(ownHome === undefined)('D1: have one in common that no variable moves', () => {
    const common = new Set(
      [
        { HOME: '/nonexistent' },
        { HOME: home, XDG_STATE_HOME: '/a', TMPDIR: '/b', XDG_RUNTIME_DIR: '/c' },
        { TOKN_CONFIG_DIR: '/d' },
      ].map((environment) => locatePaths(environment).common),
    )
    expect([...common]).toEqual([join(ownHome ?? '', '.local/state/tokn')])
  })
})

const root = requireParts('root', 'setpriv')

describe.skipIf(!root)('paths of root', () => {
  it('B3: are refused to root in the home of the user who called sudo', () => {
    chownSync(home, 1_234, 1_234)
    chmodSync(home, 0o755)
    expect(() => locatePaths({ HOME: home, SUDO_UID: '1234' })).toThrow(
      expect.objectContaining({ code: 'usage', hint: expect.stringContaining('sudo -H') }),
    )
    expect(locatePaths({ HOME: home }).config).toBe(join(home, '.config/tokn'))
    chownSync(home, 0, 0)
    expect(locatePaths({ HOME: home, SUDO_UID: '1234' }).config).toBe(join(home, '.config/tokn'))
  })
})

describe('what says where profiles are', () => {
  const usual = join(home, '.config/tokn')
  const base = { HOME: home, XDG_CONFIG_HOME: '/c' }
  const all = { ...base, TOKN_CONFIG_DIR: '/t' }
  it.each<readonly [Record<string, string>, string | undefined, readonly string[]]>([
    [{ HOME: home }, undefined, [usual]],
    [base, undefined, ['XDG_CONFIG_HOME /c/tokn', usual]],
    [all, undefined, ['TOKN_CONFIG_DIR /t', 'XDG_CONFIG_HOME /c/tokn', usual]],
    [all, '/f', ['--config-dir /f', 'TOKN_CONFIG_DIR /t', 'XDG_CONFIG_HOME /c/tokn', usual]],
    // An empty flag takes the variable away.
    [all, '', ['XDG_CONFIG_HOME /c/tokn', usual]],
    [
      { HOME: home, TOKN_CONFIG_DIR: 'here' },
      undefined,
      [`TOKN_CONFIG_DIR ${resolve('here')}`, usual],
    ],
    [{ HOME: home, TOKN_CONFIG_DIR: '', XDG_CONFIG_HOME: 'relative' }, undefined, [usual]],
  ])('%j %j', (environment, configDirectory, expected) => {
    const choices = listConfigChoices(environment, { configDirectory })
    const shown = choices.map(({ from, path }) => (from === undefined ? path : `${from} ${path}`))
    expect(shown).toEqual(expected)
    expect(choices[0]?.path).toBe(locatePaths(environment, { configDirectory }).config)
  })
})
