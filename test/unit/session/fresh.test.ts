import { expect, it } from 'vitest'
import { isToknError, type ErrorCode } from '../../../src/core/errors.ts'
import type { HttpReply } from '../../../src/core/ports.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import type { FreshOptions } from '../../../src/session/fresh.ts'
import { idInEnvironment } from '../../../src/session/naming.ts'
import { granted, hour, minute, openRefreshWorld, start, type Given } from './refresh-world.ts'

// Whether a token is handed out as it is, refreshed, or refused with what to do about it.

interface Case extends Given {
  readonly options?: FreshOptions
  readonly reply?: HttpReply
  /** The token; or a code, the sentence, and the hint. */
  readonly gives: string | readonly [code: ErrorCode, message: string, hint: string | undefined]
  /** Whether the token is new. Default: not. */
  readonly refreshed?: true
  readonly reason?: string
  readonly warns?: readonly string[]
  /** Processes started. Default: one for what is new, else none. */
  readonly started?: number
}

const answer = granted('access-2', 'refresh-2')
const over: Partial<SessionRecord> = { expiry: { state: 'at', at: start - minute } }
const future = { obtainedAt: start + hour, expiry: { state: 'at', at: start + 2 * hour } } as const
const unrenewable = { state: 'unrenewable', at: start, why: 'it was refused' } as const
const dead = { state: 'dead', at: start, why: 'taken over' } as const
const fixed = { fixed: true, refresh: undefined }
const id = idInEnvironment('TOKN_TOKEN')
const renewed = { reply: answer, gives: 'access-2', refreshed: true } as const

const cases: Readonly<Record<string, Case>> = {
  'a good token': { gives: 'access-1' },
  'a good token, with never': { options: { refresh: 'never' }, gives: 'access-1' },
  'one that lives long enough': { options: { minTtl: 29 * minute }, gives: 'access-1' },
  'one that lives too short': { options: { minTtl: 31 * minute }, ...renewed, reason: 'min-ttl' },
  'one that has expired': { record: over, ...renewed, reason: 'expired' },
  'one that is not wanted': { options: { refresh: 'force' }, ...renewed, reason: 'forced' },
  'one that an API refused': {
    options: { refresh: 'force', reason: 'rejected' },
    ...renewed,
    reason: 'rejected',
  },
  'one from the future': { record: future, ...renewed, reason: 'clock' },
  'one of a provider whose tokens never live so long': {
    options: { minTtl: 2 * hour },
    gives: [
      'check_failed',
      'the provider gives the session of "web" a shorter life than asked for',
      'ask for less with --min-ttl',
    ],
  },
  'one that is replaced by one that lives too short': {
    options: { minTtl: 31 * minute },
    reply: granted('access-2', 'refresh-2', 1_800),
    started: 1,
    gives: [
      'check_failed',
      'the provider gives the session of "web" a shorter life than asked for',
      'ask for less with --min-ttl',
    ],
  },
  'one that is replaced by one that is over': {
    record: over,
    reply: granted('access-2', 'refresh-2', 0),
    started: 1,
    warns: ['expired'],
    gives: [
      'provider_nonsense',
      'the provider gave "web" a token that had already expired when it arrived',
      'check whether the clocks differ: tokn doctor; if they do not, the provider has to fix it',
    ],
  },
  'the last one of its session': {
    record: { standing: unrenewable },
    gives: 'access-1',
    warns: [
      'the token of "web" has not expired, but cannot be refreshed: it was refused; before it expires: tokn login web',
    ],
  },
  'the last one of its session, which has expired': {
    record: { ...over, standing: unrenewable },
    gives: [
      'reauth_required',
      'the session of "web" has ended (known since 2026-02-03T12:00:00Z): it was refused',
      'tokn login web',
    ],
  },
  'a dead one': {
    record: { standing: dead },
    gives: [
      'reauth_required',
      'the session of "web" has ended (known since 2026-02-03T12:00:00Z): taken over',
      'tokn login web',
    ],
  },
  'a dead one, with never': {
    record: { standing: dead },
    options: { refresh: 'never' },
    gives: [
      'reauth_required',
      'the session of "web" has ended (known since 2026-02-03T12:00:00Z): taken over',
      'tokn login web',
    ],
  },
  'one that has expired, with never': {
    record: over,
    options: { refresh: 'never' },
    gives: ['reauth_required', 'the token of "web" has expired', 'tokn refresh web'],
  },
  'a pasted one that has expired, with never': {
    record: { ...over, ...fixed },
    options: { refresh: 'never' },
    gives: ['reauth_required', 'the token of "web" has expired', 'tokn login web'],
  },
  'one that lives too short, with never': {
    options: { refresh: 'never', minTtl: 45 * minute },
    gives: [
      'check_failed',
      'the token of "web" has 30m left, less than the 45m asked for',
      'tokn refresh web',
    ],
  },
  'one from the future, with never': {
    record: future,
    options: { refresh: 'never' },
    gives: [
      'check_failed',
      'the token of "web" was obtained at 2026-02-03T13:00:00Z, which is in the future: the clock was changed since, and when the token expires is not known',
      'tokn refresh web',
    ],
  },
  'one of a variable that has expired': {
    record: { ...over, ...fixed },
    profile: { id },
    gives: [
      'reauth_required',
      'the token in TOKN_TOKEN expired at 2026-02-03T11:59:00Z',
      'give another one in TOKN_TOKEN',
    ],
  },
  'one of an API without a refresh, which is not wanted': {
    definition: { refresh: undefined },
    options: { refresh: 'force' },
    gives: ['unsupported', 'Sample has no way to refresh a token', 'tokn login web'],
  },
  'a good one while a refresh is under way': {
    left: { replies: [['refresh', answer]] },
    gives: 'access-2',
    refreshed: true,
    reason: 'recovered',
  },
  'a good one while a refresh is under way, with never': {
    left: { replies: [['refresh', answer]] },
    options: { refresh: 'never' },
    gives: 'access-1',
  },
  'one of a session in memory, which no other process has': {
    record: over,
    profile: { store: 'memory' },
    ...renewed,
    started: 0,
  },
  'one that never expires': { record: { expiry: { state: 'never' } }, gives: 'access-1' },
}

it.each(Object.entries(cases))('%s', async (_name, one) => {
  const world = await openRefreshWorld(one).prepare()
  if (one.reply !== undefined) world.replies = [one.reply]
  const outcome = await world.fresh(one.options).then(
    ({ record, refreshed }) => [record.access.reveal(), refreshed],
    (error: unknown) => {
      if (!isToknError(error)) throw error
      return [error.code, error.message, error.hint]
    },
  )
  const { gives, refreshed = false, started = refreshed ? 1 : 0 } = one
  expect(outcome).toEqual(typeof gives === 'string' ? [gives, refreshed] : gives)
  expect(world.warnings).toEqual(
    (one.warns ?? []).map((part) => expect.stringContaining(part) as unknown),
  )
  expect([world.started, world.sent.length]).toEqual([started, one.reply === undefined ? 0 : 1])
  if (one.reason !== undefined) {
    expect(world.index.get('a1')?.history?.at(-1)?.reason).toBe(one.reason)
  }
})
