import stringWidth from 'string-width'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'
import { tellScreens } from './screens/tell.ts'
import { openPane } from './screens/pane.ts'

/*
 * What a person sees, at the widths of a phone, of a terminal as it opens, and of a wide one. Each
 * screen is a text in `test/e2e/screens`, to be read by whoever reviews a change of it; --update
 * writes them anew. What differs from run to run has digits of zero and letters of x there.
 */

const widths = [40, 80, 140] as const

interface Story {
  readonly name: string
  readonly lines: readonly string[]
  /** It shows sentences too, which a terminal breaks where they end: they can be copied whole. */
  readonly sentences?: true
}

const stories: readonly Story[] = [
  { name: 'help', lines: ['tokn --help', 'tokn profile --help', 'tokn issue --help'] },
  { name: 'topics', lines: ['tokn help exit-codes'] },
  { name: 'profiles', lines: ['tokn profile list', 'tokn profile show iot', 'tokn provider list'] },
  { name: 'status', lines: ['tokn status', 'tokn which'] },
  { name: 'providers', lines: ['tokn provider show rightech', 'tokn provider scopes iot'] },
  {
    name: 'tokens',
    lines: ['tokn list iot', 'tokn list --local', 'tokn info iot'],
  },
  {
    name: 'errors',
    sentences: true,
    lines: [
      'tokn token nobody',
      'tokn profile',
      'tokn lgin',
      'tokn login --passwrd x',
      'tokn revoke ci -P web',
      'tokn header eye',
      'tokn check --all',
      'tokn uninstall',
    ],
  },
]

const dumb = { name: 'dumb', lines: ['tokn status', 'tokn list iot', 'tokn info iot'] }

describe.skipIf(!requirePart('tmux'))('the screens', () => {
  let servers: Servers
  let home: Home
  beforeAll(async () => {
    // Days, so that no second that passes shows.
    servers = await startServers(['hosterby', 'rightech', 'oz'], { ttlMs: 864_000_000 })
    home = makeHome()
    for (const [profile, name] of [
      ['web', 'hosterby'],
      ['iot', 'rightech'],
      ['eye', 'oz'],
    ] as const) {
      const api = servers.api(name)
      const named = name === 'rightech' ? ['--name', 'laptop'] : []
      const words = ['login', profile, ...addressOf(api), ...named]
      expect(await run(words, { home, env: credentialsOf(api) })).toMatchObject({ status: 0 })
    }
    const issued = [
      'issue',
      'iot',
      '--name',
      '計測 ci',
      '--scope',
      'GET /objects',
      '--save-as',
      'ci',
    ]
    expect(await run(issued, { home })).toMatchObject({ status: 0 })
    expect(await run(['logout', 'eye', '--local-only'], { home })).toMatchObject({ status: 0 })
    expect(await run(['profile', 'use', 'web'], { home })).toMatchObject({ status: 0 })
  })
  afterAll(async () => {
    await servers.close()
    home.remove()
  })

  for (const { name, lines, sentences } of stories) {
    test.each(widths)(`of ${name}, in %i columns`, async (width) => {
      const pane = await openPane(home, width, lines)
      const screen = await pane.ended()
      await pane.close()
      await expect(tellScreens(screen.shown)).toMatchFileSnapshot(`screens/${name}-${width}.txt`)
      if (sentences === true) return
      const wide = screen.whole.split('\n').filter((line) => !fits(line, width))
      expect(wide).toEqual([])
    })
  }

  test.each(widths)('of a login with wrong answers, in %i columns', async (width) => {
    const api = servers.api('hosterby')
    const { TOKN_ACCESS_KEY: key = '', TOKN_SECRET_KEY: secret = '' } = credentialsOf(api)
    const login = `tokn ${['login', `new-${width}`, ...addressOf(api)].join(' ')}`
    const pane = await openPane(home, width, [login])
    const questions = [
      [/◆ {2}Access key/, ''],
      [/empty[\s\S]*◆ {2}Access key/, 'wrong'],
      [/◆ {2}Secret key/, 'wrong'],
      [/401[\s\S]*◆ {2}Access key/, ` ${key} `],
      [/◆ {2}Secret key/, secret],
      [/◆ {2}Keep the credentials too/, 'n'],
    ] as const
    for (const [question, answer] of questions) {
      await pane.until(question)
      await pane.type('-l', answer)
      if (answer !== 'n') await pane.type('Enter')
    }
    const { shown } = await pane.ended()
    await pane.close()
    expect(shown).not.toContain(secret)
    await expect(tellScreens(shown)).toMatchFileSnapshot(`screens/login-${width}.txt`)
  })

  test.each([
    ['TERM=dumb', { TERM: 'dumb' }],
    ['NO_COLOR', { NO_COLOR: '1' }],
  ])('have no colour with %s, and the same words', async (_, env) => {
    const plain = await openPane(home, 80, dumb.lines, env)
    const coloured = await openPane(home, 80, dumb.lines)
    const [without, usual] = [await plain.ended(), await coloured.ended()]
    await plain.close()
    await coloured.close()
    expect(without.coloured).not.toContain('\u001b[')
    expect(usual.coloured).toContain('\u001b[')
    expect(without.shown).toBe(usual.shown)
  })
})

/** A line that is too wide may only be so for a word that cannot be broken, beside its label. */
function fits(line: string, width: number): boolean {
  if (stringWidth(line) <= width || line.startsWith('$ ')) return true
  const last =
    line
      .trim()
      .split(/ {2,}|: /)
      .at(-1) ?? ''
  return !last.includes(' ')
}
