import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Http } from '../../../src/core/ports.ts'
import type { Provider } from '../../../src/core/provider.ts'
import type { TokenInfo } from '../../../src/core/token.ts'
import { openSession } from '../../../src/session/session.ts'
import { diagnoseUnfinished } from '../../../src/session/unfinished/diagnose.ts'
import { start } from './memory-ports.ts'
import { openLoggedIn, tokens, web, type Script, type ScriptedWorld } from './scripted.ts'

const url = new URL('https://shop.example/tokens')
const never = { state: 'never' } as const

/** An API that issues tokens: each has its value in the reply, and is listed from then on. */
function openShop(script: Script = {}, answers: 'all' | 'lost' = 'all') {
  const listed: TokenInfo[] = []
  let count = 0
  const http: Http = async ({ method }) => {
    if (method !== 'POST') return { status: 200, headers: [], body: '{}' }
    count++
    listed.push({ id: `made-${count}`, name: names.at(-1), expiry: never, createdAt: start })
    if (answers === 'lost') throw new ToknError('network', 'the connection broke', { sent: true })
    return { status: 200, headers: [], body: `made-${count}` }
  }
  const names: (string | undefined)[] = []
  const issue: Provider['issue'] = async (reach, _, grant) => {
    names.push(grant.name)
    const { body } = await reach.http({ method: 'POST', url, grants: true })
    return tokens(`value of ${body}`, { id: body })
  }
  const list: Provider['list'] = async () => listed
  return { listed, http, made: () => count, script: { issue, list, ...script } }
}

async function open(shop: ReturnType<typeof openShop>): Promise<ScriptedWorld> {
  return await openLoggedIn(shop.script, { id: 'own' }, { http: shop.http })
}

async function unfinished({ ports }: ScriptedWorld): Promise<readonly string[]> {
  return (await ports.journal('unfinished')).list()
}

describe('a token that is printed', () => {
  it('is known to doctor until it is handed over', async () => {
    const shop = openShop()
    const world = await open(shop)
    const { tokens: issued, savedAs, delivered } = await world.session.issue({ name: 'ci' })
    expect([issued.access.reveal(), savedAs]).toEqual(['value of made-1', undefined])
    expect(await unfinished(world)).toHaveLength(1)
    delivered()
    expect(await unfinished(world)).toEqual([])
  })

  it('needs no disk', async () => {
    const world = await open(openShop())
    world.ports.fail('reserve')
    const { tokens: issued } = await world.session.issue({})
    expect(issued.id).toBe('made-1')
    expect(world.ports.warnings).toEqual(['no reserve'])
  })
})

describe('a token that is kept', () => {
  it('is a session of its own, made by this one', async () => {
    const world = await open(openShop())
    const { savedAs } = await world.session.issue({ scopes: ['read'] }, 'ci')
    if (savedAs === undefined) throw new Error('it is not kept')
    const record = await world.session.of(savedAs).readRecord()
    expect([record.access.reveal(), record.scopes]).toEqual(['value of made-1', ['read']])
    // A name by which it can be found again was made up for it.
    expect(record.name).toMatch(/^tokn-ci-id0{6}$/)
    const [made] = world.ports.index.get(savedAs.id)?.history ?? []
    expect(made).toMatchObject({ reason: 'issued', by: 'web' })
    expect(await unfinished(world)).toEqual([])
  })

  it.each<readonly [string, string, Partial<typeof web>, object]>([
    [
      'has a name already',
      'web',
      {},
      { code: 'usage', message: 'there is a profile "web" already' },
    ],
    ['has no valid name', 'C I', {}, { code: 'usage' }],
    [
      'would outlive its session',
      'ci',
      { store: 'memory' },
      { message: 'nothing of this session is kept, and neither would the token be' },
    ],
  ])('is refused before anything is sent: %s', async (_, name, profile, said) => {
    const shop = openShop()
    const world = await open(shop)
    const session = world.session.of({ ...web, ...profile })
    await expect(session.issue({}, name)).rejects.toMatchObject(said)
    expect(shop.made()).toBe(0)
  })

  it('leaves no profile where the provider refuses', async () => {
    const refuse: Provider['issue'] = async () => {
      throw new ToknError('forbidden', 'no', { http: { status: 403 } })
    }
    const world = await open(openShop({ issue: refuse }))
    await expect(world.session.issue({}, 'ci')).rejects.toMatchObject({ code: 'forbidden' })
    expect(world.ports.profiles.list().map(({ name }) => name)).toEqual(['web'])
    expect(await unfinished(world)).toEqual([])
  })
})

describe('an issue that was cut off', () => {
  /** The reply is sealed, and the process ends before the token is stored. */
  async function cutOffBeforeStored() {
    const shop = openShop()
    const world = await open(shop)
    const { store } = world.ports
    const ports = {
      ...world.ports,
      store: async (kind: typeof web.store) => {
        if (shop.made() > 0) throw new ToknError('interrupted', 'killed')
        return await store(kind)
      },
    }
    const killed = openSession(ports, web).issue({ scopes: ['read'] }, 'ci')
    await expect(killed).rejects.toMatchObject({ code: 'interrupted' })
    return { shop, world }
  }

  it('is another process’s as long as that runs', async () => {
    const { world } = await cutOffBeforeStored()
    await expect(world.session.issue({ scopes: ['read'] }, 'ci')).rejects.toMatchObject({
      code: 'busy',
      message: 'another process is issuing the token of "ci"',
    })
  })

  it('is finished with the reply kept, and no second token is made', async () => {
    const { shop, world } = await cutOffBeforeStored()
    world.ports.ended.add('run')
    const { tokens: issued, savedAs } = await world.session.issue({ scopes: ['read'] }, 'ci')
    expect([issued.access.reveal(), savedAs?.name]).toEqual(['value of made-1', 'ci'])
    expect(world.ports.warnings).toEqual([
      'this is the token of an issue that was cut off; no other was made',
    ])
    expect([shop.made(), await unfinished(world)]).toEqual([1, []])
  })

  it('is not finished as something else', async () => {
    const { shop, world } = await cutOffBeforeStored()
    world.ports.ended.add('run')
    await expect(world.session.issue({ scopes: ['write'] }, 'ci')).rejects.toMatchObject({
      message: 'an issue of "ci" was cut off that asked for something else',
      hint: 'tokn doctor --fix',
    })
    expect(shop.made()).toBe(1)
  })

  it('is kept by doctor', async () => {
    const { world } = await cutOffBeforeStored()
    world.ports.ended.add('run')
    const look = async (fix: boolean) =>
      await diagnoseUnfinished(world.ports, { fix, offline: true })
    expect(await look(false)).toMatchObject([
      {
        id: 'issue-ci',
        status: 'warn',
        detail: expect.stringMatching(/: its token was given, and not kept$/),
        fix: 'tokn doctor --fix',
      },
    ])
    expect(await look(true)).toMatchObject([
      { status: 'fixed', detail: expect.stringMatching(/: its token is kept now, as "ci"$/) },
    ])
    expect(await look(true)).toEqual([])
  })

  it.each<readonly [string, string | undefined, string, string]>([
    [
      'with its reply lost has made a token, which is named',
      undefined,
      'an issue that was cut off has made the token "tokn-ci-id000000" (made-1), and its value is lost',
      'tokn revoke made-1 -P web',
    ],
    [
      'of a name has made it, too',
      'night',
      'an issue that was cut off has made the token "night" (made-1), and its value is lost',
      'tokn revoke made-1 -P web',
    ],
  ])('%s', async (_, name, message, hint) => {
    const shop = openShop({}, 'lost')
    const world = await open(shop)
    const grant = name === undefined ? {} : { name }
    await expect(world.session.issue(grant, 'ci')).rejects.toMatchObject({ code: 'network' })
    world.ports.ended.add('run')
    await expect(world.session.issue(grant, 'ci')).rejects.toMatchObject({ message, hint })
    const [finding] = await diagnoseUnfinished(world.ports, { fix: true, offline: false })
    expect(finding).toMatchObject({ status: 'warn', fix: hint })
    // Once it is revoked nothing stands in the way of another one.
    shop.listed.splice(0)
    const [gone] = await diagnoseUnfinished(world.ports, { fix: true, offline: false })
    expect(gone).toMatchObject({
      status: 'fixed',
      detail: expect.stringMatching(/: it made no token that is alive$/),
    })
  })

  it('of which the provider tells nothing is told of', async () => {
    const shop = openShop({ list: undefined }, 'lost')
    const world = await open(shop)
    await expect(world.session.issue({}, 'ci')).rejects.toMatchObject({ code: 'network' })
    world.ports.ended.add('run')
    await expect(world.session.issue({}, 'ci')).rejects.toMatchObject({ code: 'network' })
    expect(world.ports.warnings).toEqual([
      'an issue of "ci" was cut off, and whether it made a token cannot be looked up; see: tokn doctor',
    ])
    expect(await diagnoseUnfinished(world.ports, { fix: false, offline: false })).toMatchObject([
      { detail: expect.stringContaining('which does not list them') },
      { detail: expect.stringContaining('which does not list them') },
    ])
  })
})
