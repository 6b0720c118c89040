import { describe, expect, test } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Reason, SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { isRecordSealed } from '../../../src/session/store-sealed.ts'
import { saveSession } from '../../../src/session/save-session.ts'
import { start } from './memory-ports.ts'
import { openLoggedIn, openScripted, tokens, web, type Script } from './scripted.ts'

const credentials = { password: new Secret('correct horse') }

type World = Awaited<ReturnType<typeof openLoggedIn>>

/** Another generation of the session, for a reason. */
async function add({ session, ports }: World, reason: Reason): Promise<void> {
  const record = await session.readRecord()
  const generation = record.generation + 1
  const next = { ...record, generation, obtainedAt: record.obtainedAt + 5, access: new Secret('x') }
  await saveSession(session, next, { reason, adopt: true })
  expect(ports.index.get(web.id)?.generation).toBe(generation)
}

describe('the credentials of a login', () => {
  test.each<readonly [string, readonly Reason[], boolean]>([
    ['nothing', [], true],
    ['a refresh', ['expired'], true],
    ['several refreshes', ['expired', 'forced', 'min-ttl'], true],
    ['another login', ['login'], false],
    ['another login that was refreshed', ['login', 'expired'], false],
    ['a token that was pasted in', ['imported'], false],
  ])('are kept with its session alone: after %s', async (_, reasons, kept) => {
    const world = await openLoggedIn({ login: async () => never() })
    const { session, ports } = world
    const login = await session.readRecord()
    for (const reason of reasons) await add(world, reason)
    expect(await session.keepCredentials(login, credentials)).toBe(kept)
    const record = await session.readRecord()
    expect(record.credentials?.['password']?.reveal()).toBe(kept ? 'correct horse' : undefined)
    expect(record.generation).toBe(1 + reasons.length)
    expect(ports.index.get(web.id)?.renewal).toBe(kept ? 'credentials' : 'none')
  })

  test('are not kept where the session is gone, or one of its number is another', async () => {
    const { session } = await openLoggedIn({})
    const login = await session.readRecord()
    await session.logout({ localOnly: true })
    expect(await session.keepCredentials(login, credentials)).toBe(false)
    const other = { ...login, obtainedAt: login.obtainedAt + 1 }
    await saveSession(session, other, { reason: 'login', adopt: true })
    expect(await session.keepCredentials(login, credentials)).toBe(false)
  })

  test.each<readonly [string, Script, Partial<SessionRecord>, string | undefined]>([
    ['a refresh token', { refresh: async () => never() }, { refresh: new Secret('r') }, 'refresh'],
    ['nothing', { refresh: async () => never() }, {}, undefined],
    ['its own token', { rotation: 'reissue', issue: async () => never() }, {}, 'reissue'],
  ])('are forgotten alone; what renews it then is %s', async (_, script, more, renewal) => {
    const { session, ports } = await openLoggedIn(script, { ...more, credentials })
    const before = await session.readRecord()
    expect(await session.forgetCredentials()).toEqual({ forgotten: true, renewal })
    const { credentials: kept, ...rest } = await session.readRecord()
    const { credentials: _kept, ...was } = before
    expect(kept).toBeUndefined()
    expect(JSON.stringify(rest)).toBe(JSON.stringify(was))
    expect(ports.index.get(web.id)?.renewal).not.toBe('credentials')
    expect(await session.forgetCredentials()).toEqual({ forgotten: false, renewal })
  })

  test('end with no refresh token; once they are forgotten, its end counts again', async () => {
    const end = start + 90 * 86_400_000
    const more = { refresh: new Secret('r'), refreshExpiry: { state: 'at', at: end } } as const
    const script = { refresh: async () => never(), login: async () => never() }
    const { session, ports } = await openLoggedIn(script, more)
    const renewalEnd = () => ports.index.get(web.id)?.renewalEnd
    expect(renewalEnd()).toMatchObject({ at: end })
    await session.keepCredentials(await session.readRecord(), credentials)
    expect(renewalEnd()).toBeUndefined()
    await session.forgetCredentials()
    expect(renewalEnd()).toEqual({ at: end, since: start, asked: start })
  })

  test.each([
    ['before the lock is taken', 1, true],
    ['again and again', 9, false],
  ])(
    'are forgotten where a refresh that is cut off seals them: %s',
    async (_, times, forgotten) => {
      let refreshes = 0
      const refresh = new Secret('refresh-1')
      const script: Script = {
        refresh: async () => tokens(`access-${++refreshes + 1}`, { refresh }),
      }
      const { session, ports } = await openLoggedIn(script, { refresh, credentials })
      const { lock } = ports
      const cutOff = async () => {
        ports.fail('write file')
        Object.assign(ports, { lock })
        await session.fresh({ refresh: 'force' })
        ports.mend('write file')
        Object.assign(ports, { lock: disturbed })
      }
      let left = times
      let locks = 0
      const disturbed: typeof lock = async () => {
        // The lock of whatever stores what was sealed comes between.
        if (left > 0 && (await isRecordSealed(session)) === false) {
          left--
          await cutOff()
        }
        locks++
        return await lock()
      }
      Object.assign(ports, { lock: disturbed })
      const result = session.forgetCredentials()
      if (!forgotten) {
        await expect(result).rejects.toMatchObject({ code: 'store' })
        return
      }
      expect(await result).toMatchObject({ forgotten: true })
      expect(await isRecordSealed(session)).toBe(false)
      const record = await session.fresh()
      expect([record.record.access.reveal(), record.record.credentials]).toEqual([
        'access-2',
        undefined,
      ])
      expect(locks).toBeGreaterThan(1)
    },
  )

  test('are forgotten though a reply that was kept is of no use', async () => {
    const { session, ports } = await openLoggedIn({}, { credentials })
    const slot = await (await ports.journal()).reserve(session.entry)
    slot.intend('{}')
    slot.answer('unreadable')
    Object.assign(ports, {
      refresher: async () => {
        throw new ToknError('provider_nonsense', 'no')
      },
    })
    expect(await session.forgetCredentials()).toMatchObject({ forgotten: true })
  })

  test('are not there without a session, and stay where the store cannot be written', async () => {
    const none = openScripted({})
    await expect(none.session.forgetCredentials()).rejects.toMatchObject({
      code: 'reauth_required',
    })
    const { session, ports } = await openLoggedIn({}, { credentials })
    ports.fail('write file')
    await expect(session.forgetCredentials()).rejects.toThrow(/; what is kept is as it was$/)
    ports.mend('write file')
    expect((await session.readRecord()).credentials).toBeDefined()
  })
})

function never(): never {
  throw new Error('nothing is to be sent')
}
