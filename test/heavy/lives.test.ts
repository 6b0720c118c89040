import { expect, it } from 'vitest'
import { howMany } from '../support/effort.ts'
import { inParallel, startRandom, type Random } from './support/random.ts'
import {
  killCommand,
  openLedger,
  readProfiles,
  settle,
  remember,
  type Kill,
} from './support/lives.ts'
import { openWorld, type World } from './support/world.ts'

// Each plan is struck nine times.
const kills = howMany(99, 300)
/** Kills between two looks: each look takes four commands. */
const round = 15

type Plan = (world: World, turn: number, random: Random) => Kill

const names = (world: World) => Object.keys(readProfiles(world)).filter((name) => name !== 'web')
const some = (world: World, random: Random) => random.pick([...names(world), 'web'] as [string])

/** What is killed, and where: in the window of its request, or anywhere in its life. */
const plans: readonly Plan[] = [
  (world, turn, random) => aimed(world, random, loginArgs(world, `new${turn}`), login(world)),
  (world, _turn, random) =>
    aimed(world, random, loginArgs(world, some(world, random)), login(world)),
  (world, turn, random) => anywhere(random, loginArgs(world, `any${turn}`)),
  (world, turn, random) =>
    aimed(world, random, ['issue', 'web', '--save-as', `kept${turn}`], issue),
  (_world, turn, random) => anywhere(random, ['issue', 'web', '--save-as', `late${turn}`]),
  (world, turn, random) => aimed(world, random, ['issue', 'web', '--name', `plain${turn}`], issue),
  (world, _turn, random) => aimed(world, random, ['logout', other(world, random)], revoke),
  (world, _turn, random) => anywhere(random, ['logout', other(world, random)]),
  (world, turn, random) =>
    anywhere(random, ['profile', 'rename', other(world, random), `to${turn}`]),
  (world, _turn, random) => anywhere(random, ['profile', 'use', some(world, random)]),
  (world, _turn, random) => anywhere(random, ['profile', 'remove', other(world, random)]),
]

const issue = { method: 'POST', path: '/api/v1/tokens' }
const revoke = { method: 'DELETE', path: '/api/v1/tokens/' }
const login = (world: World) => ({ method: 'POST', path: world.aim.loginPath })

function loginArgs(world: World, name: string): readonly string[] {
  return ['login', name, '--provider', world.api.name, '--base-url', world.api.baseUrl]
}

function other(world: World, random: Random): string {
  return random.pick(
    [...names(world), 'nobody'].slice(0, Math.max(1, names(world).length)) as [string],
  )
}

function aimed(_world: World, random: Random, args: readonly string[], aim: Kill['aim']): Kill {
  return { args, aim, after: random.next() * 90 }
}

function anywhere(random: Random, args: readonly string[]): Kill {
  return { args, after: 100 + random.next() * 500 }
}

it('nothing is left that nobody knows of, wherever a command is killed', async () => {
  const random = startRandom()
  const wrong: string[] = []
  const told: string[] = []
  let killed = 0
  await inParallel([0, 1], 2, async (part) => {
    const world = await openWorld('rightech')
    const ledger = openLedger()
    await world.login('web')
    for (let turn = part; killed < kills; turn += 2) {
      await remember(world, ledger)
      const plan = plans[turn % plans.length] as Plan
      if (await killCommand(world, plan(world, turn, random), ledger)) killed++
      if (turn % (2 * round) < 2) await settle(world, ledger)
    }
    await settle(world, ledger)
    wrong.push(...ledger.wrong)
    told.push(...ledger.told)
    await world.close()
  })
  console.log(
    `kills: ${killed}, left and told of: ${told.length}, wrong: ${wrong.length} (seed ${random.seed})`,
    ...wrong.map((text) => `\n  ${text}`),
  )
  expect(wrong).toEqual([])
})
