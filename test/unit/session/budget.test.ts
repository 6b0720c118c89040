import { describe, expect, it } from 'vitest'
import { readBudget, refuseSpent, spendBudget } from '../../../src/session/budget.ts'
import { accountKey } from '../../../src/session/ledger-keys.ts'
import { start } from './memory-ports.ts'
import { openScripted, recordFor, tokens, web, type ScriptedWorld } from './scripted.ts'

const hour = 3_600_000
const budget = { per: 'client_id', logins: 3, refreshes: 3, spent: 'ask Shop for more' }
const profile = { ...web, settings: { client_id: 'app' } }

function open(logins: number, refreshes: readonly number[] = []): Promise<ScriptedWorld> {
  const world = openScripted({ budget }, { profile })
  return fill(world, logins, refreshes)
}

async function fill(world: ScriptedWorld, logins: number, refreshes: readonly number[]) {
  const key = accountKey(profile, world.provider) ?? ''
  const ledger = await world.ports.ledger('file')
  for (let one = 0; one < logins; one++) await ledger.add(key, 'logins', start)
  for (const at of refreshes) await ledger.add(`${key}|one`, 'refreshes', at)
  return world
}

describe('what an account may still make', () => {
  it.each<readonly [string, number, boolean, string | undefined, string | undefined]>([
    ['the first login', 0, false, undefined, undefined],
    ['one of the last', 1, false, undefined, undefined],
    [
      'the last one, unless it is forced',
      2,
      false,
      'Shop allows 3 refresh tokens; 2 are used, and the next one is the last',
      'to spend it all the same: tokn login web --force',
    ],
    ['the last one, forced', 2, true, undefined, undefined],
    [
      'none that is left',
      3,
      false,
      'Shop allows 3 refresh tokens, and 3 are used: no login is left',
      'ask Shop for more',
    ],
  ])('%s', async (_, used, force, message, hint) => {
    const { session, provider } = await open(used)
    const refused = refuseSpent(session, provider, undefined, 'logins', force)
    if (message === undefined) await expect(refused).resolves.toBe(true)
    else await expect(refused).rejects.toMatchObject({ code: 'quota', message, hint })
  })

  it('is counted before it is made', async () => {
    const { session, provider, ports } = await open(0)
    await spendBudget(session, provider, undefined, 'logins', false)
    expect(ports.log).toEqual(['count logins'])
    expect(await readBudget(session, provider, undefined)).toMatchObject([
      { kind: 'logins', used: 1, limit: 3 },
      { kind: 'refreshes', used: 0, limit: 3 },
    ])
  })

  it('a refresh counts as long as its token lives', async () => {
    const { session, provider } = await open(0, [start - 2 * hour, start - hour / 2, start])
    const record = recordFor(profile, provider)
    const [, refreshes] = await readBudget(session, provider, record)
    expect(refreshes).toMatchObject({ used: 2, freeAt: start + hour / 2 })
    const refused = spendBudget(session, provider, record, 'refreshes', false)
    await expect(refused).rejects.toMatchObject({
      message:
        'Shop allows 3 access tokens of this refresh token; 2 are used, and the next one is the last',
      hint: 'to spend it all the same: tokn refresh web --force',
    })
  })

  it('says when a refresh is free again', async () => {
    const { session, provider } = await open(0, [start, start, start])
    const record = recordFor(profile, provider)
    await expect(spendBudget(session, provider, record, 'refreshes', false)).rejects.toMatchObject({
      message:
        'Shop allows 3 access tokens of this refresh token, and 3 are used: no refresh is left for now',
      hint: 'one is free again when the oldest of its tokens ends: 2026-01-15T13:00:00Z',
    })
  })

  it('is counted after all where one becomes free while it is looked at', async () => {
    const freeSoon = start - hour + 5
    const { session, provider, ports } = await open(0, [freeSoon, freeSoon])
    const ledger = await ports.ledger('file')
    Object.assign(ports, {
      ledger: async () => ({
        ...ledger,
        add: async (...one: Parameters<typeof ledger.add>) => {
          const isAdded = await ledger.add(...one)
          ports.pass(10)
          return isAdded
        },
      }),
    })
    const record = recordFor(profile, provider)
    await spendBudget(session, provider, record, 'refreshes', false)
    expect((await ledger.read(`${accountKey(profile, provider)}|one`)).refreshes).toHaveLength(3)
  })

  it('is not counted where the API counts nothing', async () => {
    const { session, provider, ports } = openScripted()
    await spendBudget(session, provider, undefined, 'logins', false)
    expect([ports.log, await readBudget(session, provider, undefined)]).toEqual([[], []])
  })
})

describe('a login', () => {
  const script = { budget, login: async () => tokens('access-2') }
  const request = (world: ScriptedWorld) => ({
    provider: world.provider,
    answers: { settings: {}, secrets: {} },
    grant: {},
    remember: false,
    force: false,
  })

  it('starts with all refreshes again', async () => {
    const world = await fill(openScripted(script, { profile }), 0, [start])
    await world.session.login(request(world))
    const uses = await readBudget(world.session, world.provider, undefined)
    expect(uses.map(({ used }) => used)).toEqual([1, 0])
  })

  it('does not fail where it does not', async () => {
    const login = async () => {
      world.ports.fail('ledger')
      return tokens('access-2')
    }
    const world = await fill(openScripted({ budget, login }, { profile }), 0, [start])
    await world.session.login(request(world))
    expect(world.ports.warnings).toEqual([
      'the count of refreshes goes on from the login before: no ledger',
    ])
  })
})
