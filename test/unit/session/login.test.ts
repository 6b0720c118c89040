import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Http } from '../../../src/core/ports.ts'
import type { Provider } from '../../../src/core/provider.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { LoginRequest } from '../../../src/session/login/login.ts'
import { diagnoseUnfinished } from '../../../src/session/unfinished/diagnose.ts'
import type { Step } from './memory-ports.ts'
import {
  keep,
  openScripted,
  recordFor,
  tokens,
  web,
  type Script,
  type ScriptedWorld,
} from './scripted.ts'

const url = new URL('https://shop.example/login')
const http: Http = async () => ({ status: 200, headers: [], body: '{}' })

/** Logs in by one request that may make a token. */
const login: Provider['login'] = async (reach) => {
  await reach.http({ method: 'POST', url, grants: true })
  return tokens('access-2', { refresh: new Secret('refresh-2') })
}

function request({ provider }: ScriptedWorld, more: Partial<LoginRequest> = {}): LoginRequest {
  return {
    provider,
    answers: { settings: {}, secrets: { password: new Secret('correct horse') } },
    grant: {},
    remember: false,
    force: false,
    ...more,
  }
}

const open = (operations: Script = {}, options = {}) =>
  openScripted({ login, ...operations }, { http, profiles: [], ...options })

async function unfinished({ ports }: ScriptedWorld): Promise<readonly string[]> {
  return (await ports.journal('unfinished')).list()
}

describe('a login', () => {
  it('writes down what a kill would lose, before it would be lost', async () => {
    const world = open()
    await world.session.login(request(world))
    const [entry = ''] = world.ports.log.flatMap((line) => /^reserve (.*)/.exec(line)?.[1] ?? [])
    const steps = world.ports.log.map((line) => line.replace(entry, 'ENTRY'))
    expect(steps).toEqual([
      // The intent, then the proof that the session can be kept; nothing is sent before.
      'reserve ENTRY',
      'intend ENTRY',
      'prove',
      'lock file:one',
      'write file probe-one',
      'read file probe-one',
      'erase file probe-one',
      'release file:one',
      // The request goes out; the reply is sealed before anything else is done with it.
      'intend ENTRY',
      'record ENTRY',
      // The profile before the secret.
      'lock file:one',
      'put web',
      'read file one',
      'write file one',
      'read file one',
      'remove file:one',
      'release file:one',
      'remove ENTRY',
    ])
    expect(await unfinished(world)).toEqual([])
  })

  it.each([
    [true, ['password']],
    [false, []],
  ])('keeps the credentials only where that was asked for: %s', async (remember, names) => {
    const world = open()
    const { record } = await world.session.login(request(world, { remember }))
    expect(Object.keys(record.credentials ?? {})).toEqual(names)
  })

  it('replaces the session before, whatever its generation', async () => {
    const world = open()
    await keep(world.session, recordFor(web, world.provider, { generation: 7 }))
    const { record } = await world.session.login(request(world))
    expect([record.generation, record.access.reveal()]).toEqual([8, 'access-2'])
    const history = world.ports.index.get('one')?.history?.map(({ reason }) => reason)
    expect(history).toEqual(['login', 'login'])
  })

  it('takes the name that the profile has by now', async () => {
    const world = open({}, { profiles: [{ ...web, name: 'renamed' }] })
    const placed = await world.session.login(request(world))
    expect([placed.profile.name, placed.profile.id]).toEqual(['renamed', 'one'])
  })

  it('in another store leaves nothing in the one before', async () => {
    const world = open({}, { profiles: [{ ...web, store: 'keychain' }] })
    await keep(world.session.of({ ...web, store: 'keychain' }), recordFor(web, world.provider))
    await world.session.login(request(world))
    expect(await (await world.ports.store('keychain')).read('one')).toBeUndefined()
    expect(await unfinished(world)).toEqual([])
  })

  it('says so where that cannot be cleared, and leaves it to doctor', async () => {
    const world = open({}, { profiles: [{ ...web, store: 'keychain' }] })
    world.ports.fail('erase keychain')
    await world.session.login(request(world))
    expect(world.ports.warnings).toEqual([
      'the keychain store still has the session before this one: no erase keychain; once it can be reached: tokn doctor --fix',
    ])
    expect(await unfinished(world)).toHaveLength(1)
  })

  it('into memory writes nothing anywhere', async () => {
    const world = open({}, { profile: { ...web, store: 'memory' } })
    await world.session.login(request(world))
    expect(world.ports.log).toEqual([])
  })
})

describe('a login that fails', () => {
  it.each<readonly [string, Step, boolean]>([
    ['no room for the intent', 'reserve', false],
    ['the intent cannot be written', 'intend', false],
    ['the profile cannot be written', 'profiles', false],
    ['the lock cannot be had', 'lock', false],
    ['the store cannot be written', 'write file', false],
    ['the store does not give it back', 'read file', false],
  ])('before anything is sent: %s', async (_, step, sent) => {
    let requests = 0
    const world = open({}, { http: async () => (requests++, await http({ method: 'GET', url })) })
    world.ports.fail(step)
    await expect(world.session.login(request(world))).rejects.toMatchObject({ code: 'store' })
    expect(requests > 0).toBe(sent)
    world.ports.mend(step)
    expect(await unfinished(world)).toEqual([])
  })

  it.each<readonly [string, ToknError, number]>([
    ['refused', new ToknError('reauth_required', 'no', { http: { status: 401 } }), 0],
    ['unsent', new ToknError('network', 'no route to host', { sent: false }), 0],
    ['unanswered', new ToknError('network', 'the connection broke', { sent: true }), 1],
  ])('%s: what doctor still has to know', async (_, error, left) => {
    const fails: Http = async () => {
      throw error
    }
    const world = open({}, { http: fails })
    await expect(world.session.login(request(world))).rejects.toMatchObject({ code: error.code })
    expect(await unfinished(world)).toHaveLength(left)
  })

  it('to be stored is kept, and stored by doctor', async () => {
    const world = open()
    await using(world, 'write file', async () => {
      await expect(world.session.login(request(world))).rejects.toMatchObject({
        code: 'store',
        message: 'the login was made, but its session could not be stored yet: no write file',
        hint: 'tokn doctor --fix',
      })
    })
    world.ports.ended.add('run')
    const [finding] = await diagnoseUnfinished(world.ports, { fix: true, offline: true })
    expect(finding).toMatchObject({ id: 'login-web', status: 'fixed' })
    expect((await world.session.readRecord()).access.reveal()).toBe('access-2')
  })

  it('to be stored is stored as soon as a store far away is reached again', async () => {
    const world = open()
    const { clock } = world.ports
    let waited = 0
    Object.assign(world.ports, {
      timeLeft: () => 10_000 - waited,
      clock: {
        ...clock,
        wait: async (duration: number) => {
          waited += duration
          if (waited >= 4_000) world.ports.mend('write file')
        },
      },
    })
    const fails: Provider['login'] = async (...given) => {
      const made = await login(...given)
      world.ports.fail('write file', 'network')
      return made
    }
    Object.assign(world.provider, { login: fails })
    const { record } = await world.session.login(request(world))
    expect(record.access.reveal()).toBe('access-2')
    expect((await world.session.readRecord()).access.reveal()).toBe('access-2')
  })

  it('to be stored says that the session is lost where nothing is kept of what is unfinished', async () => {
    const world = open()
    const { journal } = world.ports
    Object.assign(world.ports, {
      journal: async (of?: 'unfinished') => ({ ...(await journal(of)), keepsNothing: true }),
    })
    await using(world, 'write file', async () => {
      await expect(world.session.login(request(world))).rejects.toMatchObject({
        message: expect.stringContaining('its session is lost') as string,
      })
    })
  })

  it('to be stored anywhere says that the session is lost', async () => {
    const world = open()
    await using(
      world,
      'write file',
      async () => {
        await expect(world.session.login(request(world))).rejects.toMatchObject({
          message:
            'the login was made, and its session is lost, because it could not be stored anywhere: no write file',
          hint: 'tokn login web',
        })
      },
      'record',
    )
  })
})

describe('a login that is killed after it has set something up', () => {
  const client = { client_id: 'made-1', registration_client_uri: 'https://shop.example/made-1' }
  const origin = 'https://shop.example'
  const said = `, after the registration of a client was sent to ${origin}, and before a token was asked for`

  /** Comes to its end never. */
  async function killed(
    answered: boolean,
    takeBack?: Provider['takeBack'],
  ): Promise<ScriptedWorld> {
    const world = open({ takeBack })
    const asked = new Promise<void>((resolve) => {
      const { login: whole } = world.provider
      const stuck: Provider['login'] = async (reach) => {
        Object.assign(world.provider, { login: whole })
        await reach.setsUp?.()
        if (answered) await reach.setsUp?.(client)
        resolve()
        return await new Promise(() => undefined)
      }
      Object.assign(world.provider, { login: stuck })
    })
    void world.session.login(request(world))
    await asked
    world.ports.ended.add('run')
    return world
  }
  const diagnose = async ({ ports }: ScriptedWorld, fix: boolean, offline = false) =>
    await diagnoseUnfinished(ports, { fix, offline })

  it('is told of as it is, whatever is logged in next', async () => {
    const world = await killed(false)
    await world.session.login(request(world))
    expect(await unfinished(world)).toHaveLength(1)
    const detail = expect.stringMatching(new RegExp(`^a login of "web" was cut off at .*${said}$`))
    expect(await diagnose(world, false)).toMatchObject([{ status: 'warn', detail }])
    expect(await diagnose(world, true)).toMatchObject([{ status: 'fixed', detail }])
    expect(await unfinished(world)).toEqual([])
  })

  it('has that taken back by doctor, unless the session of today uses it', async () => {
    const taken: unknown[] = []
    const world = await killed(true, async (_, { context }, next) => {
      taken.push([context, next?.context])
      return undefined
    })
    await world.session.login(request(world))
    const told = { status: 'warn', detail: expect.stringContaining(said), fix: 'tokn doctor --fix' }
    expect(await diagnose(world, false)).toMatchObject([told])
    expect(await diagnose(world, true, true)).toMatchObject([told])
    expect(taken).toEqual([])
    expect(await diagnose(world, true)).toMatchObject([
      { status: 'fixed', detail: expect.stringContaining(`${said}; the client is removed there`) },
    ])
    expect(taken).toEqual([[client, {}]])
    expect(await unfinished(world)).toEqual([])
  })

  it('is kept for another time where that is not done', async () => {
    const world = await killed(true, async () => 'the client stays')
    expect(await diagnose(world, true)).toMatchObject([
      { status: 'warn', detail: expect.stringContaining('; the client stays') },
    ])
    expect(await unfinished(world)).toHaveLength(1)
  })
})

/** Lets the store fail once the proof is through: after the first request. */
async function using(
  world: ScriptedWorld,
  step: Step,
  work: () => Promise<void>,
  further?: Step,
): Promise<void> {
  const { login: ask } = world.provider
  Object.assign(world.provider, {
    login: (async (reach, grant) => {
      world.ports.fail(step)
      if (further !== undefined) world.ports.fail(further)
      return (await ask?.(reach, grant)) ?? tokens('never')
    }) satisfies Provider['login'],
  })
  await work()
  world.ports.mend(step)
  if (further !== undefined) world.ports.mend(further)
}

describe('what a provider cannot do', () => {
  it.each<readonly [string, Script, Partial<LoginRequest>, object]>([
    [
      'log in',
      { login: undefined },
      {},
      {
        message: 'Shop has no login',
        hint: 'paste a token made elsewhere: tokn login web --with-token',
      },
    ],
    [
      'take a token',
      {},
      { pasted: { given: { access: new Secret('given') } } },
      {
        message: 'Shop does not take tokens that were made elsewhere',
        hint: 'log in without --with-token',
      },
    ],
  ])('%s', async (_, operations, more, said) => {
    const world = open(operations)
    await expect(world.session.login(request(world, more))).rejects.toMatchObject(said)
    expect(await unfinished(world)).toEqual([])
  })

  it('a token pasted in is kept as it is', async () => {
    const world = open({ pasted: { expiry: 'never' } })
    const { record } = await world.session.login(
      request(world, { pasted: { given: { access: new Secret('given') } } }),
    )
    expect(record).toMatchObject({ fixed: true, expiry: { state: 'never' } })
    expect(world.ports.index.get('one')?.history?.at(-1)?.reason).toBe('imported')
  })
  it.each([
    ['wins over another one', { refresh: new Secret('of-the-reply') }, 'of-the-reply'],
    ['may be given beside it', {}, 'of-a-variable'],
  ])('the refresh token of a reply that was pasted in %s', async (_, further, kept) => {
    const refresh: Provider['refresh'] = async () => tokens('access-2')
    const world = open({ refresh, readReply: async () => tokens('access-1', further) })
    const given = { reply: new Secret('{}') }
    const pasted = { given, refresh: new Secret('of-a-variable') }
    const { record } = await world.session.login(request(world, { pasted }))
    expect(record.refresh?.reveal()).toBe(kept)
  })
})
