import { describe, expect, it } from 'vitest'
import { thorough } from '../support/effort.ts'
import type { EngineName } from '../support/engines.ts'
import { requireParts } from '../support/parts.ts'
import { openClient } from './support/fleet/client.ts'
import { openFleet } from './support/fleet/fleet.ts'
import { phases } from './support/fleet/phase.ts'
import {
  blows,
  countPieces,
  strikeOnce,
  type Blow,
  type Outcome,
  type Strike,
} from './support/fleet/strike.ts'

// Each step of a refresh is a piece that goes over a wire: it is struck before each of them, and after.
// All of them: `TOKN_TEST_THOROUGH=1`, which deals 300 blows and more to each engine, and takes an hour.

const engines: readonly EngineName[] = ['postgres', 'redis', 'etcd']
const there = requireParts('root', 'netns', 'faketime')

/** At how many steps of a refresh each is dealt in the sample: most take longer than a lease. */
const steps: Readonly<Record<Blow, number>> = {
  holder: 3,
  refresher: 2,
  engine: 3,
  zombie: 2,
  'cut to': 2,
  'cut from': 2,
  'cut both': 2,
  reset: 3,
}

/** Of these the sample deals one to each engine, besides those that it deals to all. */
const others: readonly (readonly Blow[])[] = [
  ['zombie'],
  ['cut to', 'cut from', 'cut both'],
  ['reset', 'refresher'],
]
const patience = thorough ? 4 * 60 * 60_000 : 600_000
const [first, second] = [0, 1].map(() => Math.floor(Math.random() * 3))

// What takes long is the end of a lease: they wait for it side by side.
describe.runIf(there)('no blow, at whatever step, harms a session', () => {
  it.concurrent.each(engines.filter((name) => requireParts(name)))(
    'in %s',
    async (name) => {
      const fleet = await openFleet(name)
      const engine = await openClient(fleet.engine)
      const outcomes: Outcome[] = []
      const wrong: string[] = []
      try {
        await fleet.login()
        const pieces = await countPieces(fleet, fleet.machine(0))
        for (const [turn, strike] of strikesFor(engines.indexOf(name), pieces).entries()) {
          const [a, b, c] = [0, 1, 2].map((next) => fleet.machine((turn + next) % 4))
          const outcome = await strikeOnce(fleet, engine, strike, [a!, b!, c!])
          if (outcome.at !== undefined) outcomes.push(outcome)
          if (thorough) console.log(`${name}: ${tellOne(outcome)}`)
          try {
            expectHarmless(outcome)
          } catch (error) {
            wrong.push(error instanceof Error ? error.message : String(error))
          }
          // The one window: the provider has ended the login, rightly.
          if (outcome.lost !== undefined) await fleet.login()
        }
      } finally {
        await engine.close()
        await fleet.close()
        tell(name, outcomes)
      }
      expect(wrong).toEqual([])
      expect(outcomes.length).toBeGreaterThan(3)
    },
    patience,
  )
})

function blowsFor(engine: number): readonly Blow[] {
  if (thorough) return blows
  const group = others[(engine + first!) % 3]!
  return ['holder', 'engine', group[second! % group.length]!]
}

/** Each blow at each step. All of them come in such an order that a part of it has some of each. */
function strikesFor(engine: number, pieces: number): readonly Strike[] {
  const all = blowsFor(engine).flatMap((blow) =>
    chooseSteps(pieces, blow).map((after, turn) => ({
      ...{ blow, after },
      passes: after !== 'answer' && turn % 2 === 1,
    })),
  )
  const place = (index: number) => (index * 0.618_034) % 1
  const order = all.map((_, index) => index).toSorted((a, b) => place(a) - place(b))
  return thorough ? order.map((index) => all[index]!) : all
}

/** All of them, or one from each part of a refresh, another each time; and its answer, which is lost. */
function chooseSteps(pieces: number, blow: Blow): readonly Strike['after'][] {
  const count = thorough ? pieces : steps[blow]
  const length = pieces / count
  const spread = Array.from({ length: count }, (_, part) =>
    Math.floor((part + Math.random()) * length),
  )
  return blow === 'holder' ? [...spread, 'answer'] : spread
}

function expectHarmless(outcome: Outcome): void {
  const { strike, at, twice, inWindow, lost, problems, first, rival } = outcome
  const told = JSON.stringify({ strike, at, lost, first: first.err, rival: rival.err })
  expect(problems, told).toEqual([])
  // Whoever cannot know of an answer sends once more, and the strict server ends the login. Nothing else
  // loses a session; and a session that was lost was lost like that.
  expect({ twice, lost: lost !== undefined }, told).toEqual(
    inWindow ? { twice: 1, lost: true } : { twice: 0, lost: false },
  )
  if (strike.after === 'answer' && at !== undefined) expect(inWindow, told).toBe(true)
  const struck = strike.blow === 'holder' && at !== undefined
  for (const ended of struck ? [rival] : [first, rival]) expectTrue(ended, inWindow, told)
  if (inWindow) expect(lost, told).toMatch(/^status 4: .*\n.*tokn login web/s)
}

/** What a command says that was near: data, or an error that is true of what happened, and what to do. */
function expectTrue({ status, out, err }: Outcome['first'], inWindow: boolean, told: string): void {
  if (status === 0) return
  expect(out, told).toBe('')
  // A provider or an engine that is not reached, or a session that another one holds: later, the same goes.
  expect(inWindow ? [4, 7, 9] : [7, 9], told).toContain(status)
  if (status !== 4) return
  expect(err, told).toMatch(/got no answer, and the provider no longer accepts|has ended|ended/)
  expect(err, told).toContain('tokn login web')
}

function tellOne({ strike, at, phase, twice, inWindow, first, rival, lost }: Outcome): string {
  const how = `${strike.blow} ${strike.passes ? 'after' : 'before'} ${at ?? 'nothing'} (${phase ?? 'over'})`
  const came = `statuses ${first.status ?? 'killed'}, ${rival.status ?? 'killed'}`
  return `${how}: ${came}${twice > 0 ? `, spent twice ${inWindow ? 'in the window' : ''}` : ''}${lost === undefined ? '' : ', lost'}`
}

/** How often each step was struck, by which blow, and what that cost. */
function tell(name: string, outcomes: readonly Outcome[]): void {
  const count = (of: readonly Outcome[]) =>
    of.length === 0
      ? '.'
      : `${of.length}${'!'.repeat(of.filter(({ lost }) => lost !== undefined).length)}`
  const rows = phases.map((phase) => {
    const here = outcomes.filter((one) => one.phase === phase)
    const cells = blows.map((blow) => count(here.filter(({ strike }) => strike.blow === blow)))
    return [phase, ...cells, String(here.length)]
  })
  const lost = outcomes.filter((one) => one.lost !== undefined)
  const within = lost.filter(({ inWindow }) => inWindow).length
  const twice = outcomes.reduce((sum, one) => sum + one.twice, 0)
  const lines = [['', ...blows, 'all'], ...rows].map((cells) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(18) : cell.padStart(10))).join(''),
  )
  console.log(
    `${name}: ${outcomes.length} blows, each ! a session that was lost\n${lines.join('\n')}\n` +
      `${twice} refresh tokens spent twice; lost in the window that is documented ${within}, ` +
      `outside of it ${lost.length - within}`,
  )
}
