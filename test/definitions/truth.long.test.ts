import { describe, expect, it } from 'vitest'
import { sessionsDefinition, startSessions, type Habits } from './servers/sessions.ts'
import { open } from './support/open.ts'
import { told } from './support/truth.ts'

// What a logout says, for every way in which an API may answer it: nothing that works is called
// ended, nothing that has ended is called alive, and "verified" is what was seen twice.

interface Said {
  readonly exit: number
  readonly revoked: boolean
  readonly verified: boolean
  /** What the words speak of: nothing that lives, something that may, something that does. */
  readonly lives: 'no' | 'maybe' | 'yes'
}

const proven: Said = { exit: 0, revoked: true, verified: true, lives: 'no' }
const unproven: Said = { exit: 0, revoked: true, verified: false, lives: 'no' }
const over: Said = { exit: 0, revoked: false, verified: false, lives: 'no' }
const failed: Said = { exit: 12, revoked: false, verified: false, lives: 'maybe' }
const alive: Said = { exit: 12, revoked: false, verified: false, lives: 'yes' }
/** It says that there is nothing to end, and nothing shows whether that is so. */
const unseen: Said = { exit: 0, revoked: false, verified: false, lives: 'maybe' }
const kept: Said = { exit: 0, revoked: false, verified: false, lives: 'yes' }

const cookie = { attach: { cookies: { sid: '{access}' } } }
const listed = {
  info: undefined,
  list: {
    request: { method: 'GET', path: '/sessions/me' },
    reply: { items: '', id: { key: true } },
  },
}

/** A refresh token beside, of which no way of asking tells. */
const pair = {
  login: {
    request: { method: 'POST', path: '/sessions' },
    reply: { access: 'token', refresh: 'id', expiry: { from: 'life', as: 'seconds' } },
  },
  refresh: {
    request: { method: 'POST', path: '/refresh', json: { refresh: '{refresh}' } },
    reply: { access: 'token' },
  },
}

const cases: ReadonlyArray<
  readonly [what: string, habits: Habits, said: Said, changes?: Readonly<Record<string, unknown>>]
> = [
  ['ends it', { end: 'ends', ask: 'checks' }, proven],
  ['ends a cookie', { end: 'ends', ask: 'checks' }, proven, cookie],
  ['ends it, which the list shows', { end: 'ends', ask: 'checks' }, proven, listed],
  [
    'ends it, and what becomes of the pair is not seen',
    { end: 'ends', ask: 'checks' },
    unproven,
    pair,
  ],
  ['ends nothing of a pair', { end: 'ignores', ask: 'checks' }, alive, pair],
  ['does nothing', { end: 'ignores', ask: 'checks' }, alive],
  ['does nothing about a cookie', { end: 'ignores', ask: 'checks' }, alive, cookie],
  ['does nothing, which the list shows', { end: 'ignores', ask: 'checks' }, alive, listed],
  ['ends it, and tells everybody the same', { end: 'ends', ask: 'lets all in' }, unproven],
  ['does nothing, and tells everybody the same', { end: 'ignores', ask: 'lets all in' }, unproven],
  ['ends it, and knows none of its own', { end: 'ends', ask: 'knows none' }, unproven],
  ['does nothing, and knows none of its own', { end: 'ignores', ask: 'knows none' }, unproven],
  ['ends it, and forbids to ask', { end: 'ends', ask: { status: 403 } }, unproven],
  ['ends it, with another address to ask', { end: 'ends', ask: { status: 404 } }, unproven],
  [
    'ends it, and is down afterwards',
    { end: 'ends', ask: 'checks', askAfter: { status: 503 } },
    unproven,
  ],
  [
    'does nothing, and forbids to ask from then on',
    { end: 'ignores', ask: 'checks', askAfter: { status: 403 } },
    unproven,
  ],
  ['ends it, with nobody to ask', { end: 'ends', ask: 'checks' }, unproven, { info: undefined }],
  ['refuses', { end: { ends: false, status: 400 }, ask: 'checks' }, alive],
  [
    'refuses, with nobody to ask',
    { end: { ends: false, status: 400 }, ask: { status: 403 } },
    failed,
  ],
  ['has no such address', { end: { ends: false, status: 404 }, ask: { status: 403 } }, failed],
  ['is in trouble', { end: { ends: false, status: 500 }, ask: { status: 403 } }, failed],
  ['is in trouble, and has ended it', { end: { ends: true, status: 500 }, ask: 'checks' }, proven],
  ['says that it was over', { end: { ends: false, status: 401 }, ask: { status: 403 } }, unseen],
  [
    'says that it was over, which it is not',
    { end: { ends: false, status: 401 }, ask: 'checks' },
    alive,
  ],
  ['has no logout', { end: 'ends', ask: 'checks' }, kept, { logout: undefined }],
  [
    'has no logout, and the token ends at once',
    { end: 'ends', ask: 'checks', life: 1 },
    over,
    { logout: undefined },
  ],
]

describe('a logout from an API that', () => {
  const whole = cases.map(
    ([what, habits, said, changes = {}]) => [what, habits, said, changes] as const,
  )

  it.each(whole)('%s', async (_, habits, said, changes) => {
    const { server, api } = await open(
      'sessions',
      async () => await startSessions(habits),
      sessionsDefinition(changes),
    )
    const login = async () => {
      await api.login({})
      const [value = ''] = Object.values(await api.headers())
      return value.replace(/^(Bearer |sid=)/, '')
    }
    const first = await login()
    if (habits.life === 1) await new Promise((resolve) => setTimeout(resolve, 1_100))
    const json = told(await api.ended(['logout', 'sessions', '--json', '--timeout', '10s']))
    const { revoked, verified, alive: sentence, alive_until: until } = json.result
    const doubtful =
      json.err.includes('may still be') || String(sentence).startsWith('not verified: ')
    const lives = sentence === null ? 'no' : doubtful ? 'maybe' : 'yes'
    expect({ exit: json.status, revoked, verified, lives }, json.err).toEqual(said)
    expect(until === null).toBe(said.lives === 'no')
    // What is so.
    if (verified === true) expect(server.works(first)).toBe(false)
    if (said.lives === 'yes' && habits.life !== 1) expect(server.works(first)).toBe(true)

    if (habits.askAfter !== undefined || habits.life === 1) return
    await login()
    const words = await api.ended(['logout', 'sessions', '--timeout', '10s'])
    expect(words.status, words.err).toBe(said.exit)
    expect(words.err).toMatch(/^sessions: logged out/)
    expect(/and the token is revoked$/m.test(words.err), words.err).toBe(said.verified)
    expect(words.err.includes(', not verified: ')).toBe(revoked === true && verified === false)
    expect(words.err.includes('still alive at the provider')).toBe(said.lives === 'yes')
    expect(words.err.includes('may still be alive')).toBe(said.lives === 'maybe')
    const quiet = await api.ended(['logout', 'sessions', '-q'])
    expect(quiet).toEqual({ status: 0, out: '', err: '' })
  })

  it('is one of several, which is exit 12 as well', async () => {
    const { api } = await open(
      'sessions',
      async () => await startSessions({ end: 'ignores', ask: 'checks' }),
      sessionsDefinition(),
    )
    await api.login({})
    await api.tokn(['profile', 'rename', 'sessions', 'other'])
    await api.login({})
    const all = await api.ended(['logout', '--all', '--yes'])
    expect(all.status, all.err).toBe(12)
    expect(all.err).toContain('2 of 2 profiles')
    const local = await api.ended(['logout', '--all', '--yes', '--local-only'])
    expect(local.status, local.err).toBe(0)
  })
})

describe('info', () => {
  it.each([
    ['is asked and answers yes', 'checks', {}, { active: true, remote_checked: true }],
    ['forbids it', { status: 403 }, {}, { active: null, remote_checked: false }],
    [
      'is not asked for want of what to ask with',
      'checks',
      {
        info: {
          given: ['refresh'],
          request: { method: 'GET', path: '/sessions/me' },
          reply: { active: { status: 200 } },
        },
      },
      { active: null, remote_checked: false },
    ],
    ['has nobody to ask', 'checks', { info: undefined }, { active: null, remote_checked: false }],
    ['has a list without the token', 'checks', listed, { active: null, remote_checked: false }],
  ] as const)('of an API that %s', async (_, ask, changes, expected) => {
    const { api } = await open(
      'sessions',
      async () => await startSessions({ end: 'ends', ask }),
      sessionsDefinition(changes),
    )
    await api.login({})
    const info = await api.json(['info', 'sessions'])
    expect(info).toMatchObject(expected)
    expect(info['not_checked_because'] === null).toBe(expected.remote_checked)
    const words = await api.tokn(['info', 'sessions'])
    expect(/^ +alive +yes/m.test(words)).toBe(expected.active === true)
    expect(/^ +alive +no/m.test(words)).toBe(false)
    expect(/^ +(not asked +|alive +unknown: )/m.test(words)).toBe(!expected.remote_checked)
  })
})
