import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/core/secret.ts'
import { ToknError } from '../../../src/core/errors.ts'
import { json, networkError } from '../providers/reach.ts'
import { testRows, type Step } from './refresh-table.ts'
import {
  granted,
  hour,
  minute,
  openRefreshWorld,
  reissuing,
  start,
  type RefreshWorld,
} from './refresh-world.ts'

// What a refresh leaves behind and finds: in the journal, in the store, and at the provider.

const full = new ToknError('store', 'the disk is full')
const refused = json({ code: 'gone' }, 401)
const later = json({}, 503)
const lost = networkError(true)
const credentials = { password: new Secret('correct horse') }
const whenNeeded = { reason: 'min-ttl' } as const
const renew = ['POST /renew']
const answer = granted('access-2', 'refresh-2')
const renewed: Step = { replies: [answer], gives: 'access-2', sent: renew }
const kept = [['refresh', answer]] as const
const theirs = { generation: 2, access: new Secret('theirs') }
const second = { generation: 2, access: new Secret('access-2') }

/** Makes something fail while a request is under way, or before it. */
const breaks =
  (...what: ReadonlyArray<keyof RefreshWorld['broken']>) =>
  (world: RefreshWorld) => {
    for (const one of what) world.broken[one] = full
  }

const lastReason = (world: RefreshWorld) => world.index.get('a1')?.history?.at(-1)?.reason
const renewal = {
  request: { method: 'POST', path: '/renew', json: { renewal: '{refresh}' } },
  reply: { access: 'token', refresh: 'renewal' },
} as never

const isRecovered = (world: RefreshWorld) => {
  expect(lastReason(world)).toBe('recovered')
}

describe('a run that was cut off', () => {
  testRows([
    [
      'with the reply in the journal is ended from there',
      { left: { replies: kept } },
      { gives: 'access-2', generation: 2, after: isRecovered },
    ],
    [
      'with the reply in the journal is only stored where no more is asked for, though it has expired',
      { left: { replies: [['refresh', granted('access-2', 'refresh-2', 50)]] } },
      {
        before: (world) => {
          world.now += minute
        },
        request: { reason: 'recovered', minTtl: 0 },
        gives: 'access-2',
        generation: 2,
        after: isRecovered,
      },
    ],
    [
      'with the reply in the journal is ended, and refreshed in its turn, where it has expired',
      { left: { replies: [['refresh', granted('access-2', 'refresh-2', 50)]] } },
      {
        before: (world) => {
          world.now += minute
        },
        request: { reason: 'expired' },
        replies: [granted('access-3', 'refresh-3')],
        gives: 'access-3',
        generation: 3,
        sent: renew,
      },
    ],
    [
      'with a record in the journal is only stored where no more is asked for, though it has expired',
      { left: { record: { ...second, expiry: { state: 'at', at: start - 1 } } } },
      { request: { reason: 'recovered', minTtl: 0 }, gives: 'access-2', generation: 2 },
    ],
    [
      'with a reply that nobody can read is ended by one login, and not by a refresh after that',
      {
        record: { credentials, expiry: { state: 'at', at: start - 1 } },
        left: { replies: [['refresh', json({ strange: true })]] },
      },
      {
        request: { reason: 'min-ttl', minTtl: 2 * hour },
        replies: [granted('access-2', 'refresh-2')],
        gives: 'access-2',
        generation: 2,
        sent: ['POST /login'],
        after: async (world) => {
          expect(lastReason(world)).toBe('min-ttl')
          expect((await world.stored()).obtainedAt).toBe(start)
        },
      },
    ],
    [
      'after the reply to its first request may have sent the second',
      {
        definition: { refresh: [renewal, renewal] },
        left: { replies: [['refresh', granted('access-1', 'refresh-1')]] },
      },
      {
        replies: [json({ code: 'invalid_grant' }, 401)],
        gives: ['reauth_required', 'got no answer, and the provider no longer accepts its tokens'],
        sent: renew,
        standing: 'dead',
      },
    ],
    [
      'with the reply in the journal goes before a token that is good',
      { left: { replies: kept } },
      { request: whenNeeded, gives: 'access-2', after: isRecovered },
    ],
    [
      'with the reply in the journal is ended though the session is known to be over',
      {
        record: { standing: { state: 'dead', at: start, why: 'taken over' } },
        left: { replies: [['login', answer]] },
      },
      // Without credentials there is nothing to read it with.
      { gives: ['reauth_required', 'has ended'], standing: 'dead' },
    ],
    [
      'with the reply to a login in the journal is ended without another login',
      {
        record: { standing: { state: 'unrenewable', at: start, why: 'refused' }, credentials },
        left: { replies: [['login', answer]] },
      },
      { gives: 'access-2', after: isRecovered },
    ],
    [
      'with a refusal in the journal is ended by that',
      { left: { replies: [['refresh', refused]] } },
      { gives: ['reauth_required', ''], standing: 'unrenewable' },
    ],
    [
      'with a refusal after a loss in the journal takes the access token too',
      { left: { replies: [['refresh', refused]], again: true } },
      { gives: ['reauth_required', 'got no answer'], standing: 'dead' },
    ],
    [
      'with a reply that says later sends the same once more, as after a loss',
      { left: { replies: [['refresh', later]] } },
      renewed,
    ],
    [
      'with a reply that nobody can open any more, too',
      { left: { replies: kept, foreign: true } },
      { ...renewed, replies: [lost], gives: ['network', ''], known: 'doubtful', journal: 'intent' },
    ],
    ['without a reply sends the same once more', { left: {} }, renewed],
    [
      'without a reply is told with the token held, where that is good',
      { left: {} },
      {
        request: whenNeeded,
        gives: 'access-1',
        warns: ['may have been replaced'],
        journal: 'intent',
      },
    ],
    [
      'without a reply, then refused, takes the access token too',
      { left: {} },
      {
        replies: [refused],
        gives: ['reauth_required', 'got no answer'],
        sent: renew,
        standing: 'dead',
      },
    ],
    ['of other tokens is nothing to go by', { left: { spent: 'other', replies: kept } }, renewed],
    [
      'of which the intent says nothing, too',
      { left: { intent: '{"at":1}', replies: kept } },
      renewed,
    ],
    [
      'of which the intent is no object, too',
      { left: { intent: '7' } },
      { request: whenNeeded, gives: 'access-1', journal: 'intent' },
    ],
  ])
})

describe('a record in the journal, which the store did not take', () => {
  testRows([
    [
      'is stored, and serves',
      { left: { record: second } },
      { request: whenNeeded, gives: 'access-2', generation: 2, after: isRecovered },
    ],
    [
      'serves from there where the store still does not take it',
      { left: { record: second } },
      {
        before: breaks('write'),
        request: whenNeeded,
        gives: 'access-2',
        generation: 1,
        journal: 'record',
        warns: [
          'the token still could not be stored (the disk is full); it is used from where it is kept',
        ],
      },
      { request: whenNeeded, gives: 'access-2', generation: 2, after: isRecovered },
    ],
    [
      'serves from there where the store cannot be read',
      { left: { record: second } },
      {
        before: breaks('read'),
        request: whenNeeded,
        gives: 'access-2',
        journal: 'record',
        warns: ['still could not be stored'],
      },
    ],
    [
      'is not refreshed before it is stored',
      { left: { record: second } },
      {
        before: breaks('write'),
        request: { reason: 'forced', beyond: 2 },
        gives: ['store', 'the disk is full'],
        journal: 'record',
        warns: ['still could not be stored'],
      },
    ],
    [
      'is dropped where the store has got further',
      { left: { record: second } },
      { before: async (world) => await world.store(theirs), request: whenNeeded, gives: 'theirs' },
    ],
    [
      'is passed over where the store has got further, though it cannot be removed',
      { left: { record: second } },
      {
        before: async (world) => {
          await world.store(theirs)
          breaks('remove')(world)
        },
        request: whenNeeded,
        gives: 'theirs',
        journal: 'record',
      },
    ],
    [
      'is stored, and serves, though it cannot be removed',
      { left: { record: second } },
      {
        before: breaks('remove'),
        request: whenNeeded,
        gives: 'access-2',
        generation: 2,
        journal: 'record',
        after: isRecovered,
      },
    ],
    [
      'is dropped where nobody can open it any more',
      { left: { record: second, foreign: true } },
      { request: whenNeeded, gives: 'access-1', generation: 1 },
    ],
    [
      'stays where the key of the store is not there',
      { left: { record: second } },
      { before: breaks('sealingKey'), gives: ['store', 'the disk is full'], journal: 'record' },
    ],
    [
      'is not served for a profile that was changed',
      { left: { record: { ...second, binding: { provider: 'other' } } } },
      { gives: ['reauth_required', 'profile "web" now has'], journal: 'record' },
    ],
    [
      'is left alone without the lock',
      { left: { record: second } },
      {
        before: (world) => void (world.lockHeld = false),
        request: whenNeeded,
        gives: 'access-1',
        journal: 'record',
        warns: ['may have been replaced'],
      },
    ],
  ])
})

describe('a journal that cannot be begun', () => {
  testRows([
    [
      'keeps the request back',
      {},
      { before: breaks('reserve'), gives: ['store', 'the disk is full'] },
      renewed,
    ],
    [
      'leaves nothing behind',
      {},
      { before: breaks('intend'), gives: ['store', 'the disk is full'] },
      renewed,
    ],
    [
      'leaves what an earlier run wrote',
      { left: {} },
      { before: breaks('intend'), gives: ['store', 'the disk is full'], journal: 'intent' },
      {
        ...renewed,
        replies: [refused],
        gives: ['reauth_required', 'got no answer'],
        standing: 'dead',
      },
    ],
    [
      'does not matter where another process took over and was done',
      {},
      {
        before: (world) => {
          world.broken.reserve = () => {
            void world.store(theirs)
            world.lockHeld = false
            return full
          }
        },
        gives: 'theirs',
        generation: 2,
      },
    ],
    [
      'is told where another process took over and was not done',
      {},
      {
        before: (world) => {
          world.broken.reserve = () => {
            world.lockHeld = false
            return full
          }
        },
        gives: ['store', 'the disk is full'],
      },
    ],
    [
      'is not begun where another process took over: it may be waiting for a reply',
      {},
      {
        before: (world) => {
          world.lockHeld = false
          world.broken.reserve = full
        },
        gives: ['busy', 'the lock of this session was lost to another process'],
      },
    ],
  ])
})

describe('a store that does not take the new record', () => {
  const parked = {
    ...renewed,
    generation: 1,
    journal: 'record',
    warns: [
      'the new token could not be stored yet (the disk is full); it is kept, and the next command uses and stores it',
    ],
  } as const
  testRows([
    [
      'leaves it to the journal, and to the next command',
      {},
      { ...parked, before: breaks('write') },
      { request: whenNeeded, gives: 'access-2', generation: 2, after: isRecovered },
    ],
    [
      'and gives back something else, leaves it to the journal too',
      {},
      { ...parked, before: breaks('keep'), warns: ['did not give back what was stored in it'] },
    ],
    [
      'leaves it to the reply in the journal, where that takes no record',
      {},
      { ...parked, before: breaks('write', 'record'), journal: '1 replies' },
      { request: whenNeeded, gives: 'access-2', generation: 2, after: isRecovered },
    ],
    [
      'leaves it to the record in the journal, where that took no reply',
      {},
      { ...parked, before: breaks('write', 'answer') },
    ],
    [
      'fails where the journal took neither',
      {},
      {
        ...renewed,
        before: breaks('write', 'record', 'answer'),
        gives: ['store', 'the disk is full'],
        journal: 'intent',
      },
    ],
    [
      'does not matter where another process stored a newer one',
      {},
      {
        ...renewed,
        replies: [
          (world) => {
            void world.store({ ...theirs, generation: 3 })
            return answer
          },
        ],
        gives: 'theirs',
        generation: 3,
      },
    ],
    [
      'though it has it already, keeps it',
      {},
      {
        ...parked,
        replies: [
          (world) => {
            void world.store(second)
            world.broken.write = full
            return answer
          },
        ],
        generation: 2,
      },
    ],
    [
      'and takes no reply in the journal, is all that is needed',
      {},
      { ...renewed, before: breaks('answer'), generation: 2 },
    ],
    ...[lost, new ToknError('busy', 'others write it all the time')].flatMap(
      (failure): ReadonlyArray<readonly [string, object, Step]> => [
        [
          `and takes no reply far away (${failure.code}), is all that is needed`,
          {},
          {
            ...renewed,
            before: (world) => void (world.broken.answer = failure),
            generation: 2,
          },
        ],
      ],
    ),
  ])
})

describe('a lock that was lost to another process', () => {
  const loses = (world: RefreshWorld) => {
    world.lockHeld = false
    return answer
  }
  testRows([
    [
      'keeps the request back',
      {},
      {
        before: (world) => void (world.lockHeld = false),
        gives: ['busy', 'the lock of this session was lost to another process'],
        hint: 'run the command again',
      },
    ],
    ['while the reply came loses nothing', {}, { ...renewed, replies: [loses], generation: 2 }],
    [
      'adopts what that one stored',
      {},
      {
        ...renewed,
        replies: [
          (world) => {
            void world.store(theirs)
            return loses(world)
          },
        ],
        gives: 'theirs',
        generation: 2,
        journal: '1 replies',
      },
    ],
    [
      'adopts what that one stored, whatever went wrong here',
      {},
      {
        replies: [
          (world) => {
            void world.store(theirs)
            loses(world)
            throw lost
          },
        ],
        gives: 'theirs',
        sent: renew,
        generation: 2,
      },
    ],
    [
      'does not hide what the store says',
      {},
      {
        replies: [
          (world) => {
            loses(world)
            world.broken.read = full
            return refused
          },
        ],
        gives: ['reauth_required', ''],
        sent: renew,
        journal: '1 replies',
      },
    ],
  ])
})

describe('an API without a refresh', () => {
  const list = 'GET /tokens'
  const make = 'POST /tokens'
  const own = { id: '11', name: 'ci' }
  const made = json({ token: 'access-2', id: '22', seconds: 3_600 })
  const record = { refresh: undefined, id: '11', name: 'ci', scopes: ['read'] }
  const given = { record, definition: reissuing }
  const needs = { ...reissuing, needs: { issue: 'admin' } } as const
  testRows([
    [
      'has a token issue its own replacement, which then revokes it',
      given,
      {
        replies: [json([own]), made, json('', 204)],
        gives: 'access-2',
        sent: [list, make, 'DELETE /tokens/11'],
        generation: 2,
        after: async (world) => {
          const { id, name, scopes } = await world.stored()
          expect({ id, name, scopes }).toEqual({ id: '22', name: 'ci', scopes: ['read'] })
        },
      },
    ],
    [
      'has one issued that is named after this machine, where it has no name',
      { ...given, record: { ...record, name: undefined, scopes: undefined } },
      {
        replies: [json([]), made, json('', 204)],
        gives: 'access-2',
        sent: [list, make, 'DELETE /tokens/11'],
        after: (world) => {
          expect(world.bodies[1]).toContain('"name":"tokn/box/web"')
        },
      },
    ],
    [
      'keeps an old token that was pasted in',
      { ...given, record: { ...record, fixed: true, credentials } },
      { replies: [made], gives: 'access-2', sent: ['POST /login'] },
    ],
    [
      'says of a replaced token that is not revoked that it is valid',
      given,
      {
        replies: [json([own]), made, json({}, 403)],
        gives: 'access-2',
        sent: [list, make, 'DELETE /tokens/11'],
        warns: ['the previous token (11) is still valid: '],
      },
    ],
    [
      'says nothing of one that is gone already',
      given,
      {
        replies: [json([own]), made, json({}, 404)],
        gives: 'access-2',
        sent: [list, make, 'DELETE /tokens/11'],
      },
    ],
    [
      'says nothing of one that expires meanwhile',
      given,
      {
        replies: [
          json([own]),
          made,
          (world) => {
            world.now += hour
            return json({}, 403)
          },
        ],
        gives: 'access-2',
        sent: [list, make, 'DELETE /tokens/11'],
      },
    ],
    [
      'ends where the user ends it',
      given,
      {
        replies: [json([own]), made, new ToknError('interrupted', 'ended')],
        gives: ['interrupted', 'ended'],
        sent: [list, make, 'DELETE /tokens/11'],
        generation: 2,
      },
    ],
    [
      'issues without a list where the token may not list',
      given,
      {
        replies: [json({}, 403), made, json('', 204)],
        gives: 'access-2',
        sent: [list, make, 'DELETE /tokens/11'],
      },
    ],
    [
      'does not hide another failure of the list',
      given,
      { replies: [json({}, 404)], gives: ['provider_refused', ''], sent: [list] },
    ],
    [
      'writes down what was there, for the case that no reply comes',
      given,
      {
        replies: [json([own]), lost],
        gives: ['network', ''],
        sent: [list, make],
        known: 'doubtful',
        journal: 'intent',
        after: (world) => {
          expect(world.intent()).toMatchObject({ facts: { name: 'ci', ids: ['11'] } })
        },
      },
      // What was made then, and nobody holds, is revoked; what the user made by another name is not.
      {
        replies: [
          json([own, { id: '33', name: 'ci' }, { id: '44', name: 'other' }]),
          json('', 204),
          json([own]),
          made,
          json('', 204),
        ],
        gives: 'access-2',
        sent: [list, 'DELETE /tokens/33', list, make, 'DELETE /tokens/11'],
      },
    ],
    [
      'revokes an orphan, and not itself',
      { ...given, left: { facts: { ids: ['99'] } } },
      {
        replies: [
          json([own, { id: '33', name: 'ci' }, { id: '99', name: 'ci' }]),
          json('', 204),
          json([own]),
          made,
          json('', 204),
        ],
        gives: 'access-2',
        sent: [list, 'DELETE /tokens/33', list, make, 'DELETE /tokens/11'],
      },
    ],
    [
      'keeps the old token as long as the store does not have the new one',
      given,
      {
        before: breaks('write'),
        replies: [json([own]), made],
        gives: 'access-2',
        sent: [list, make],
        journal: 'record',
        warns: ['could not be stored yet'],
      },
    ],
    [
      'knows of no orphans where the token may not list any more',
      { ...given, left: { facts: { ids: ['11'] } } },
      {
        replies: [json({}, 403), json({}, 403), made, json('', 204)],
        gives: 'access-2',
        sent: [list, list, make, 'DELETE /tokens/11'],
      },
    ],
    [
      'asks for nothing where the reply is in the journal',
      { ...given, left: { replies: [['reissue', made]] } },
      {
        replies: [json('', 204)],
        gives: 'access-2',
        sent: ['DELETE /tokens/11'],
        after: isRecovered,
      },
    ],
    [
      'has nothing for a token that has expired',
      { ...given, record: { ...record, expiry: { state: 'at', at: start - minute } } },
      { gives: ['reauth_required', 'the token of "web" has expired, and Sample has no refresh'] },
    ],
    [
      'logs in for a token that has expired, with kept credentials',
      { ...given, record: { ...record, expiry: { state: 'at', at: start - minute }, credentials } },
      {
        replies: [made, json('', 204)],
        gives: 'access-2',
        sent: ['POST /login', 'DELETE /tokens/11'],
      },
    ],
    [
      'has nothing for a token that lacks the scope',
      { ...given, definition: needs },
      {
        gives: ['reauth_required', 'may not issue its own replacement: it lacks the scope "admin"'],
      },
    ],
    [
      'logs in where the API says that the token may not',
      { ...given, record: { ...record, credentials } },
      {
        replies: [json([own]), json({}, 403), made, json('', 204)],
        gives: 'access-2',
        sent: [list, make, 'POST /login', 'DELETE /tokens/11'],
      },
    ],
    [
      'has a replacement end by the instant that was asked for',
      { ...given, record: { ...record, grant: { lifetime: hour, until: start + 20 * minute } } },
      {
        replies: [json([own]), made, json('', 204)],
        gives: 'access-2',
        sent: [list, make, 'DELETE /tokens/11'],
        after: (world) => {
          expect(world.bodies[1]).toContain('"life":"20 minutes"')
        },
      },
    ],
    [
      'has it live as long as the first did, where that instant is about to come',
      { ...given, record: { ...record, grant: { lifetime: hour, until: start + 2 * minute } } },
      {
        replies: [json([own]), made, json('', 204)],
        gives: 'access-2',
        sent: [list, make, 'DELETE /tokens/11'],
        after: (world) => {
          expect(world.bodies[1]).toContain('"life":"60 minutes"')
        },
      },
    ],
  ])
})

describe('a refusal', () => {
  testRows([
    [
      'of the request itself is told, though the journal cannot be cleared',
      {},
      {
        before: breaks('remove'),
        replies: [json({ error: 'slow down' }, 429)],
        sent: renew,
        gives: ['rate_limited', ''],
        journal: '1 replies',
      },
    ],
  ])
})

describe('a bug', () => {
  const bug = new TypeError('this is a bug')
  const places = ['read', 'write', 'sealingKey', 'reserve', 'answer', 'ledger'] as const
  it.each(places)('in %s passes for what it is, and the lock is released', async (place) => {
    const world = await openRefreshWorld({ record: { credentials } }).prepare()
    world.broken[place] = bug
    world.replies = [refused, place === 'ledger' ? refused : answer]
    await expect(world.refresh()).rejects.toBe(bug)
    expect(world.locks).toBe(0)
  })

  it('in the record of the journal passes for what it is', async () => {
    const world = await openRefreshWorld({}).prepare()
    world.replies = [answer]
    world.broken = { write: full, record: bug }
    await expect(world.refresh()).rejects.toBe(bug)
    expect([world.locks, world.journal()]).toEqual([0, '1 replies'])
  })
})
