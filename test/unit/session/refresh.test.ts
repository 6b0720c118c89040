import { describe, expect } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { HttpReply } from '../../../src/core/ports.ts'
import { Secret } from '../../../src/core/secret.ts'
import { html, json, networkError } from '../providers/reach.ts'
import { testRows, type Step } from './refresh-table.ts'
import { granted, hour, minute, start, type RefreshWorld } from './refresh-world.ts'

// What a refresh does with what the provider says, without a server, a disk or another process.

const lost = networkError(true)
const unsent = networkError(false)
const refused = json({ code: 'gone' }, 401)
const later = json({}, 503)
const page = html(200)
const credentials = { password: new Secret('correct horse') }
const over = { state: 'at', at: start - minute } as const
const forced = (beyond: number) => ({ reason: 'forced', beyond }) as const
const whenNeeded = { reason: 'min-ttl' } as const
const renew = ['POST /renew']
const login = ['POST /login']

/** A reply, and something that happens while it is on its way. */
function meanwhile(reply: HttpReply, what: (world: RefreshWorld) => void) {
  return (world: RefreshWorld) => {
    what(world)
    return reply
  }
}

/** A request without a reply, and something that happens meanwhile. */
function lostWhile(what: (world: RefreshWorld) => void) {
  return (world: RefreshWorld): never => {
    what(world)
    throw lost
  }
}

const reasonOf = (world: RefreshWorld) => world.index.get('a1')?.history?.at(-1)?.reason
const renewed: Step = {
  replies: [granted('access-2', 'refresh-2')],
  gives: 'access-2',
  sent: renew,
}

describe('with the lock held, the session is looked at again', () => {
  const dead = { state: 'dead', at: start, why: 'taken over' } as const
  const stuck = { state: 'unrenewable', at: start, why: 'refused' } as const
  testRows([
    ['a good token is served', {}, { request: whenNeeded, gives: 'access-1' }],
    [
      'what another process stored while we waited is served',
      {},
      {
        before: async (world) => await world.store({ generation: 2, access: new Secret('theirs') }),
        request: forced(1),
        gives: 'theirs',
        generation: 2,
      },
    ],
    ['a good token that is not good enough is refreshed', {}, { ...renewed, request: forced(1) }],
    [
      'one that lives too short is refreshed',
      {},
      { ...renewed, request: { ...whenNeeded, minTtl: hour } },
    ],
    [
      'a dead one is not served, and its refresh token not sent',
      { record: { standing: dead } },
      {
        request: whenNeeded,
        gives: ['reauth_required', 'has ended (known since 2026-02-03T12:00:00Z): taken over'],
        hint: 'tokn login web',
        standing: 'dead',
      },
    ],
    [
      'one that cannot be refreshed serves as long as it is good',
      { record: { standing: stuck } },
      { request: whenNeeded, gives: 'access-1', standing: 'unrenewable' },
      {
        request: forced(1),
        gives: ['reauth_required', 'the session of "web" has ended'],
        standing: 'unrenewable',
      },
    ],
    [
      'kept credentials log in where the session has ended',
      { record: { standing: dead, credentials } },
      {
        request: whenNeeded,
        replies: [granted('access-2')],
        gives: 'access-2',
        sent: login,
        after: async (world) => {
          expect((await world.stored()).refresh).toBeUndefined()
          expect(world.index.get('a1')?.history?.at(-1)?.cost).toBe('1 login')
        },
      },
    ],
    [
      'a token that was born dead a moment ago is not refreshed at once',
      { record: { generation: 2, obtainedAt: start - 1_000, expiry: over } },
      {
        request: { reason: 'expired' },
        gives: ['provider_nonsense', 'had already expired when it arrived'],
      },
      {
        ...renewed,
        before: (world) => void (world.now += 5_000),
        request: { reason: 'expired' },
        generation: 3,
      },
    ],
    [
      'a session of another definition is not sent anywhere',
      { record: { definition: 'digest' } },
      { gives: ['reauth_required', 'the definition of provider "sample" has changed'] },
    ],
    [
      'a definition that is damaged is told, and the lock released',
      {},
      {
        before: (world) => void (world.broken.provider = new ToknError('usage', 'damaged')),
        gives: ['usage', 'damaged'],
      },
    ],
    [
      'a lock that another holds is waited for, and then told',
      {},
      {
        before: (world) => void (world.broken.lock = new ToknError('busy', 'pid 7 has it')),
        gives: ['busy', 'pid 7 has it'],
      },
    ],
  ])
})

describe('a refresh that is answered', () => {
  testRows([
    [
      'gives the next record, with its history',
      { record: { context: { tenant: 't' }, scopes: ['read'], name: 'n', id: 'i' } },
      {
        ...renewed,
        generation: 2,
        after: async (world) => {
          const { context, scopes, name, id, attach, refresh, obtainedAt } = await world.stored()
          expect({ context, scopes, name, id }).toEqual({
            context: { tenant: 't' },
            scopes: ['read'],
            name: 'n',
            id: 'i',
          })
          expect(attach.headers).toEqual({ Authorization: 'Bearer {access}' })
          expect([refresh?.reveal(), obtainedAt]).toEqual(['refresh-2', start])
          expect(world.index.get('a1')).toMatchObject({ generation: 2, renewal: 'refresh' })
          expect(reasonOf(world)).toBe('forced')
        },
      },
    ],
    [
      'keeps the refresh token where the API keeps it',
      { definition: { rotation: 'none' } },
      {
        replies: [granted('access-2')],
        gives: 'access-2',
        sent: renew,
        after: async (world) => expect((await world.stored()).refresh?.reveal()).toBe('refresh-1'),
      },
    ],
    [
      'cannot be repeated where the API replaces it, and gave no new one',
      {},
      {
        replies: [granted('access-2')],
        gives: 'access-2',
        sent: renew,
        generation: 2,
        standing: 'unrenewable',
      },
    ],
    [
      'cannot be repeated where the new one is the old one',
      {},
      {
        replies: [granted('access-2', 'refresh-1')],
        gives: 'access-2',
        sent: renew,
        standing: 'unrenewable',
      },
    ],
    [
      'cannot be repeated where the new one cannot be read',
      { definition: { rotation: 'server-decides' } },
      {
        replies: [json({ token: 'access-2', renewal: { value: 'refresh-2' }, seconds: 60 })],
        gives: 'access-2',
        sent: renew,
        standing: 'unrenewable',
        warns: ['refresh token'],
        after: async (world) => expect((await world.stored()).refresh).toBeUndefined(),
      },
    ],
    [
      'needs no refresh token where the access token does it',
      {
        record: { refresh: undefined },
        definition: {
          refresh: {
            request: { method: 'POST', path: '/renew', json: { token: '{access}' } },
            reply: { access: 'token' },
          },
        },
      },
      { replies: [granted('access-2')], gives: 'access-2', sent: renew },
    ],
    [
      'needs an access token that is good there',
      {
        record: { refresh: undefined, expiry: over },
        definition: {
          refresh: {
            request: { method: 'POST', path: '/renew', json: { token: '{access}' } },
            reply: { access: 'token' },
          },
        },
      },
      { gives: ['reauth_required', 'the token of "web" has expired and cannot renew itself'] },
    ],
  ])
})

describe('a refresh without a reply', () => {
  const doubtful = { known: 'doubtful', journal: 'intent' } as const
  testRows([
    [
      'is sent once more',
      {},
      {
        replies: [lost, granted('access-2', 'refresh-2')],
        gives: 'access-2',
        sent: [...renew, ...renew],
      },
    ],
    [
      'is sent once more and no third time',
      {},
      {
        replies: [lost, lost],
        gives: ['network', 'the connection broke'],
        sent: [...renew, ...renew],
        ...doubtful,
      },
      // And by the next run just once.
      { replies: [lost], gives: ['network', 'the connection broke'], sent: renew, ...doubtful },
      { ...renewed },
    ],
    [
      'ends the access token too where the provider then refuses',
      {},
      {
        replies: [lost, refused],
        gives: [
          'reauth_required',
          'an earlier refresh of "web" got no answer, and the provider no longer accepts its tokens: ',
        ],
        hint: 'tokn login web',
        sent: [...renew, ...renew],
        standing: 'dead',
      },
      { gives: ['reauth_required', 'has ended'], standing: 'dead' },
    ],
    [
      'ends the refresh token alone where the API replaces nothing',
      { definition: { rotation: 'none' } },
      {
        replies: [lost, refused],
        gives: ['reauth_required', 'got no answer'],
        sent: [...renew, ...renew],
        standing: 'unrenewable',
      },
    ],
    [
      'is not sent again after the grace, where the server decides',
      { definition: { rotation: 'server-decides' } },
      {
        replies: [lostWhile((world) => void (world.now += 10_001))],
        gives: ['network', 'the connection broke'],
        sent: renew,
        ...doubtful,
      },
    ],
    [
      'is sent again within the grace, where the server decides',
      { definition: { rotation: 'server-decides' } },
      {
        replies: [
          lostWhile((world) => void (world.now += 10_000)),
          granted('access-2', 'refresh-2'),
        ],
        gives: 'access-2',
        sent: [...renew, ...renew],
      },
    ],
    [
      'is not sent again without time',
      {},
      {
        replies: [lostWhile((world) => void (world.timeLeft = 500))],
        gives: ['network', 'the connection broke'],
        sent: renew,
        ...doubtful,
      },
    ],
    [
      'is made up for by kept credentials, where the API replaces tokens at once',
      { record: { credentials } },
      { replies: [lost, granted('access-2')], gives: 'access-2', sent: [...renew, ...login] },
    ],
    [
      'leaves the loss known where the repetition is put off',
      {},
      {
        replies: [lost, later],
        gives: ['network', ''],
        sent: [...renew, ...renew],
        known: 'doubtful',
        journal: '1 replies',
      },
      {
        replies: [refused],
        gives: ['reauth_required', 'got no answer'],
        sent: renew,
        standing: 'dead',
      },
    ],
    [
      'leaves a good token to be served, with a warning',
      {},
      { request: whenNeeded, gives: 'access-1' },
      {
        before: (world) => void (world.now += 2 * minute),
        request: { ...whenNeeded, minTtl: 29 * minute },
        replies: [lost, lost],
        gives: ['network', 'the connection broke'],
        sent: [...renew, ...renew],
        ...doubtful,
      },
      {
        request: whenNeeded,
        gives: 'access-1',
        warns: [
          'a refresh of "web" got no answer; the current token has not expired, but may have been replaced',
        ],
        ...doubtful,
      },
    ],
  ])
})

describe('a refresh that never left, or is put off', () => {
  testRows([
    [
      'leaves nothing behind',
      {},
      {
        replies: [unsent, unsent, unsent],
        gives: ['network', 'the connection broke'],
        sent: [...renew, ...renew],
      },
      renewed,
    ],
    [
      'is not begun without time',
      {},
      {
        before: (world) => void (world.timeLeft = 0),
        gives: ['network', 'there was no time left to ask the provider'],
        hint: 'try again, or wait longer with --timeout',
      },
    ],
    [
      'says nothing of the tokens, and sends no credentials',
      { record: { credentials } },
      { replies: [later], gives: ['network', ''], sent: renew },
      renewed,
    ],
  ])
})

describe('a refusal', () => {
  testRows([
    [
      'of the tokens is remembered, and they are not sent again',
      {},
      {
        replies: [refused],
        gives: ['reauth_required', ''],
        hint: 'tokn login web',
        sent: renew,
        standing: 'unrenewable',
      },
      { gives: ['reauth_required', 'has ended'], hint: 'tokn login web', standing: 'unrenewable' },
      { request: whenNeeded, gives: 'access-1', standing: 'unrenewable' },
    ],
    [
      'of the client says nothing of them',
      {
        record: { credentials },
        definition: {
          errors: {
            code: 'code',
            rules: [{ when: { status: 401, at: 'code', equals: 'client' }, means: 'credentials' }],
          },
        },
      },
      { replies: [json({ code: 'client' }, 401)], gives: ['reauth_required', ''], sent: renew },
      renewed,
    ],
    [
      'of the right to refresh is not final',
      { record: { credentials } },
      { replies: [json({}, 403)], gives: ['forbidden', ''], sent: renew },
      renewed,
    ],
    [
      'that cannot be stored is read from the journal the next time',
      {},
      {
        before: (world) => void (world.broken.write = new ToknError('store', 'the disk is full')),
        replies: [refused],
        gives: ['reauth_required', ''],
        sent: renew,
        journal: '1 replies',
        warns: ['could not store that the session has ended (the disk is full)'],
        known: 'unrenewable',
      },
      { gives: ['reauth_required', ''], standing: 'unrenewable' },
    ],
    [
      'that is heard after the lock was lost is not remembered',
      {},
      {
        replies: [meanwhile(refused, (world) => void (world.lockHeld = false))],
        gives: ['reauth_required', ''],
        sent: renew,
        journal: '1 replies',
      },
    ],
    [
      'is forgotten where another process has stored new tokens meanwhile',
      {},
      {
        replies: [
          meanwhile(
            refused,
            (world) => void world.store({ generation: 2, access: new Secret('theirs') }),
          ),
        ],
        gives: 'theirs',
        sent: renew,
        generation: 2,
      },
    ],
  ])
})

describe('kept credentials', () => {
  const refusedLogin = ['reauth_required', ''] as const
  testRows([
    [
      'log in after a refusal of the tokens',
      { record: { credentials, id: 'i' } },
      {
        replies: [refused, granted('access-2', 'refresh-2')],
        gives: 'access-2',
        sent: [...renew, ...login],
        after: async (world) => {
          const { id, credentials: kept } = await world.stored()
          // The id was that of the session before.
          expect([id, kept?.['password']?.reveal()]).toEqual([undefined, 'correct horse'])
          expect(world.bodies.at(-1)).toBe('{"password":"correct horse"}')
        },
      },
    ],
    [
      'are left alone for a while where they are refused, and the clock may be set back',
      { record: { credentials } },
      {
        replies: [refused, refused],
        gives: refusedLogin,
        sent: [...renew, ...login],
        standing: 'unrenewable',
      },
      {
        gives: [
          'reauth_required',
          '; the kept credentials were refused at 2026-02-03T12:00:00Z and are not tried again before 2026-02-03T12:05:00Z',
        ],
        hint: 'tokn login web',
        standing: 'unrenewable',
      },
      {
        before: (world) => void (world.now -= 1),
        replies: [unsent, unsent, unsent],
        gives: ['network', 'the connection broke'],
        sent: [...login, ...login],
        standing: 'unrenewable',
      },
      {
        before: (world) => void (world.now += 5 * minute + 1),
        replies: [granted('access-2')],
        gives: 'access-2',
        sent: login,
      },
    ],
    [
      'are tried again after anything that is no refusal',
      { record: { credentials } },
      {
        replies: [refused, later],
        gives: ['network', ''],
        sent: [...renew, ...login],
        standing: 'unrenewable',
      },
      { replies: [granted('access-2')], gives: 'access-2', sent: login },
    ],
    [
      'may be tried again where their refusal cannot be written down',
      { record: { credentials } },
      {
        before: (world) => void (world.broken.ledger = new ToknError('store', 'the disk is full')),
        replies: [refused, refused],
        gives: refusedLogin,
        sent: [...renew, ...login],
        standing: 'unrenewable',
        warns: ['could not record that the kept credentials were refused (the disk is full)'],
      },
    ],
    [
      'are of no use where the API has no login',
      { record: { credentials }, definition: { login: undefined } },
      { replies: [refused], gives: ['reauth_required', ''], sent: renew, standing: 'unrenewable' },
    ],
    [
      'log in where nothing else renews the tokens',
      { record: { credentials, refresh: undefined } },
      { replies: [granted('access-2')], gives: 'access-2', sent: login },
    ],
    [
      'keep a reply to their login that nobody can read',
      { record: { credentials } },
      {
        replies: [refused, page],
        gives: ['provider_nonsense', ''],
        hint: 'tokn login web',
        sent: [...renew, ...login],
        standing: 'unrenewable',
        journal: '2 replies',
      },
      {
        gives: ['provider_nonsense', ''],
        standing: 'unrenewable',
        journal: '2 replies',
      },
      {
        before: (world) => {
          world.now += 5 * minute
        },
        replies: [granted('access-2')],
        gives: 'access-2',
        sent: login,
      },
    ],
  ])
})

describe('a reply that nobody can read', () => {
  const unread = {
    gives: ['provider_nonsense', ''],
    hint: 'tokn login web',
    journal: '1 replies',
  } as const
  testRows([
    [
      'is kept, and read again instead of being asked for',
      {},
      { ...unread, replies: [page], sent: renew },
      unread,
    ],
    [
      'leaves a good token to be served',
      {},
      { ...unread, replies: [page], sent: renew },
      {
        request: whenNeeded,
        gives: 'access-1',
        warns: ['; using the current token, which has not expired'],
        journal: '1 replies',
      },
    ],
    [
      'is asked for again by name, where that ends nothing',
      { definition: { rotation: 'on-first-use' } },
      { ...unread, replies: [page], sent: renew },
      { ...unread, request: { reason: 'min-ttl', beyond: 1 } },
      renewed,
    ],
    [
      'is made up for by kept credentials once nothing else is left',
      { record: { credentials } },
      { ...unread, replies: [page], sent: renew },
      unread,
      {
        before: (world) => void (world.now += hour),
        replies: [granted('access-2')],
        gives: 'access-2',
        sent: login,
      },
    ],
  ])
})

describe('a budget', () => {
  const budget = { per: 'user', logins: 3, refreshes: 3 } as const
  const account = 'sample|https://api.example|ada'
  testRows([
    [
      'counts before anything is sent, and keeps its last unit',
      { definition: { budget, rotation: 'none' } },
      renewed,
      { ...renewed, replies: [granted('access-3')], gives: 'access-3' },
      { gives: ['quota', '2 are used, and the next one is the last'] },
      {
        request: { ...forced(3), force: true },
        replies: [granted('access-4')],
        gives: 'access-4',
        sent: renew,
        after: (world) => {
          expect(world.counts.get(`${account}|a1`)?.refreshes).toEqual([start, start, start])
        },
      },
    ],
    [
      'is not spent by a reply that is read again',
      {
        definition: { budget },
        left: { replies: [['refresh', granted('access-2', 'refresh-2')]] },
      },
      {
        gives: 'access-2',
        after: (world) => {
          expect(world.counts.size).toBe(0)
        },
      },
    ],
    [
      'of logins is spent by a login, which begins with a full set of refreshes',
      { definition: { budget }, record: { credentials } },
      {
        before: (world) =>
          void world.counts.set(`${account}|a1`, { logins: [], refreshes: [start] }),
        replies: [refused, granted('access-2', 'refresh-2')],
        gives: 'access-2',
        sent: [...renew, ...login],
        after: (world) => {
          expect(world.counts.get(account)?.logins).toEqual([start])
          expect(world.counts.get(`${account}|a1`)?.refreshes).toEqual([])
        },
      },
    ],
    [
      'of logins keeps its last unit too',
      { definition: { budget }, record: { credentials, refresh: undefined } },
      {
        before: (world) => void world.counts.set(account, { logins: [1, 2], refreshes: [] }),
        gives: ['quota', '2 are used, and the next one is the last'],
      },
    ],
  ])
})

describe('a session that cannot be renewed', () => {
  testRows([
    [
      'says so of an API that has no refresh',
      { definition: { refresh: undefined, why: { refresh: 'make one at /keys' } } },
      { gives: ['reauth_required', 'make one at /keys'], hint: 'tokn login web' },
    ],
    [
      'says so of a token that was pasted in',
      { record: { fixed: true, refresh: undefined } },
      {
        gives: ['reauth_required', 'the token of "web" was pasted in and cannot be refreshed'],
        hint: 'tokn login web --with-token',
      },
    ],
    [
      'says first that it has expired',
      { record: { refresh: undefined, expiry: over } },
      {
        gives: [
          'reauth_required',
          'the token of "web" has expired, and Sample gave no refresh token',
        ],
      },
    ],
  ])
})

describe('a clock that was set', () => {
  const early = { obtainedAt: start + hour, expiry: { state: 'at', at: start + 2 * hour } } as const
  testRows([
    ['back leads to a refresh', { record: early }, { ...renewed, request: { reason: 'clock' } }],
    [
      'back leaves a good token to be served, where the provider is not there',
      { record: { ...early, boot: { id: 'boot', at: start - 9 * hour } } },
      {
        request: { reason: 'clock' },
        replies: [unsent, unsent, unsent],
        gives: 'access-1',
        sent: [...renew, ...renew],
        warns: ['the connection broke; using the current token, which has not expired'],
      },
    ],
    [
      'back leaves what it is known by how much, where nothing can be refreshed',
      { record: { ...early, refresh: undefined, boot: { id: 'boot', at: start - 9 * hour } } },
      {
        request: { reason: 'clock' },
        gives: 'access-1',
        warns: ['Sample gave no refresh token; using the current token, which has not expired'],
      },
    ],
    [
      'back by nobody knows how much leaves nothing to serve then',
      { record: { ...early, refresh: undefined } },
      {
        request: { reason: 'clock' },
        gives: ['reauth_required', 'Sample gave no refresh token'],
      },
    ],
  ])
})
