import { describe, expect, it } from 'vitest'
import { lifeBar } from '../../../src/commands/output/life-bar.ts'
import { hostOf, leftInWords, statusLines } from '../../../src/commands/output/status-table.ts'
import type { Expiry } from '../../../src/core/expiry.ts'
import type { ProfileStatus } from '../../../src/session/status.ts'

const now = Date.UTC(2026, 0, 15, 12)
const minute = 60_000
const at = (left: number): Expiry => ({ state: 'at', at: now + left })
const same = (text: string) => text
const plain = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same }

const web: ProfileStatus = {
  profile: 'web',
  provider: 'hosterby',
  where: 'https://serviceapi.hoster.by/',
  store: 'keychain',
  state: 'alive',
  expiry: at(12 * minute),
  life: 15 * minute,
  renews: true,
  credentialsKept: false,
  isDefault: true,
}
const iot: ProfileStatus = {
  ...web,
  profile: 'iot',
  provider: 'rightech',
  where: 'https://dev.rightech.io',
  state: 'expired',
  expiry: at(-60 * minute),
  renews: false,
  credentialsKept: true,
  isDefault: false,
  problem: 'expired at 2026-01-15T11:00:00Z, and cannot renew itself',
  fix: 'tokn login iot',
}

describe('a bar', () => {
  it.each([
    [1, '██████████'],
    [0.5, '█████░░░░░'],
    // As long as anything is left, something is seen.
    [0.001, '█░░░░░░░░░'],
    [0, '░░░░░░░░░░'],
    [-3, '░░░░░░░░░░'],
    [7, '██████████'],
  ])('of %d', (share, bar) => {
    expect(lifeBar(share, 10)).toBe(bar)
  })
})

describe('what is left', () => {
  it.each<readonly [string, Partial<ProfileStatus>]>([
    ['12m', {}],
    ['renews at next use', { expiry: at(-minute) }],
    ['renews at next use', { expiry: at(0) }],
    ['ended 1m ago', { expiry: at(-minute), renews: false }],
    ['does not expire', { expiry: { state: 'never' } }],
    ['not known', { expiry: { state: 'unknown' } }],
    ['-', { expiry: { state: 'unknown' }, state: 'logged_out' }],
  ])('%s', (said, change) => {
    expect(leftInWords({ ...web, ...change }, now)).toBe(said)
  })
})

it.each([
  ['https://serviceapi.hoster.by/a?b', 'serviceapi.hoster.by'],
  ['http://127.0.0.1:8080', '127.0.0.1:8080'],
  ['https://пример.рф/', 'xn--e1afmkfd.xn--p1ai'],
  ['nonsense', 'nonsense'],
])('the host of %s', (where, host) => {
  expect(hostOf(where)).toBe(host)
})

describe('the table', () => {
  const shown = (width?: number) =>
    statusLines([web, iot], now, { outIsTerminal: width !== undefined, width }, plain)

  it.each<readonly [number | undefined, readonly string[]]>([
    [
      undefined,
      [
        '  PROFILE  STATE    LIFE        LEFT          PROVIDER  WHERE                 STORE     KEPT',
        '* web      alive    ████████░░  12m           hosterby  serviceapi.hoster.by  keychain  tokens',
        '  iot      expired  ░░░░░░░░░░  ended 1h ago  rightech  dev.rightech.io       keychain  credentials',
      ],
    ],
    [
      140,
      [
        '  PROFILE  STATE    LIFE        LEFT          PROVIDER  WHERE                 STORE     KEPT',
        '* web      alive    ████████░░  12m           hosterby  serviceapi.hoster.by  keychain  tokens',
        '  iot      expired  ░░░░░░░░░░  ended 1h ago  rightech  dev.rightech.io       keychain  credentials',
      ],
    ],
    [
      80,
      [
        '  PROFILE  STATE    LIFE   LEFT          PROVIDER  WHERE',
        '* web      alive    ████░  12m           hosterby  serviceapi.hoster.by',
        '  iot      expired  ░░░░░  ended 1h ago  rightech  dev.rightech.io',
      ],
    ],
    [
      40,
      [
        '  PROFILE  STATE    LIFE   LEFT',
        '* web      alive    ████░  12m',
        '  iot      expired  ░░░░░  ended 1h ago',
      ],
    ],
    // Too narrow for columns.
    [
      20,
      [
        'PROFILE: * web',
        'STATE: alive',
        'LEFT: 12m',
        'PROFILE: iot',
        'STATE: expired',
        'LEFT: ended 1h ago',
      ],
    ],
  ])('of %s columns', (width, lines) => {
    const all = shown(width)
    expect(all.filter((line) => !line.startsWith('    '))).toEqual(lines)
    const notes = all.slice(lines.length)
    expect(notes.every((line) => line.startsWith('    ') && line.length <= (width ?? 80))).toBe(
      width !== 20,
    )
    expect(notes.map((line) => line.trim()).join(' ')).toBe(
      'expired at 2026-01-15T11:00:00Z, and cannot renew itself tokn login iot',
    )
  })

  it('lets no text of others do more than be read', () => {
    const odd = { ...iot, problem: 'bad \u001b[31m\nred', where: 'http://x/\u202e', fix: undefined }
    const lines = statusLines([odd], now, { outIsTerminal: true, width: 80 }, plain)
    expect(lines.at(-1)).toBe('    bad \\x1b[31m\\x0ared')
    expect(lines.join('')).not.toContain('\u202e')
  })

  it('of a profile of which little can be read', () => {
    const damaged: ProfileStatus = {
      profile: 'odd',
      state: 'unknown',
      expiry: { state: 'unknown' },
      renews: false,
      isDefault: false,
    }
    const lines = statusLines([damaged], now, { outIsTerminal: false, width: undefined }, plain)
    expect(lines.at(-1)?.split(/ {2,}/)).toEqual([
      '',
      'odd',
      'unknown',
      '-',
      'not known',
      '-',
      '-',
      '-',
      'not known',
    ])
  })
})
