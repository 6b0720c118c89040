import { describe, expect, it } from 'vitest'
import { thorough } from '../support/effort.ts'
import type { EngineName } from '../support/engines.ts'
import { requireParts } from '../support/parts.ts'
import { openClient } from './support/fleet/client.ts'
import { openFleet } from './support/fleet/fleet.ts'
import {
  blows,
  countPieces,
  strikeOnce,
  type Blow,
  type Outcome,
  type Strike,
} from './support/fleet/strike.ts'

// Each step of a refresh is a piece that goes over a wire: it is struck before each of them, and after.
// All of them: `TOKN_TEST_THOROUGH=1`, which deals 300 blows and more.

const engines: readonly EngineName[] = ['postgres', 'redis', 'etcd']
const there = requireParts('root', 'netns', 'faketime')

/** At how many steps of a refresh each is dealt in the sample: most take longer than a lease. */
const steps: Readonly<Record<Blow, number>> = {
  holder: 3,
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
  ['reset'],
]
const [first, second] = [0, 1].map(() => Math.floor(Math.random() * 3))

// What takes long is the end of a lease: they wait for it side by side.
describe.runIf(there)('no blow, at whatever step, harms a session', () => {
  it.concurrent.each(engines.filter((name) => requireParts(name)))('in %s', async (name) => {
    const fleet = await openFleet(name)
    const engine = await openClient(fleet.engine)
    const outcomes: Outcome[] = []
    try {
      await fleet.login()
      const pieces = await countPieces(fleet, fleet.machine(0))
      for (const blow of blowsFor(engines.indexOf(name))) {
        const chosen = chooseSteps(pieces, blow)
        for (const [turn, after] of chosen.entries()) {
          const [a, b, c] = [0, 1, 2].map((next) => fleet.machine((turn + next) % 4))
          const strike = { blow, after, passes: after !== 'answer' && turn % 2 === 1 }
          const outcome = await strikeOnce(fleet, engine, strike, [a!, b!, c!])
          if (outcome.at !== undefined) outcomes.push(outcome)
          expectHarmless(outcome)
          // The one window: the provider has ended the login, rightly.
          if (outcome.lost !== undefined) await fleet.login()
        }
      }
    } finally {
      await engine.close()
      await fleet.close()
      tell(name, outcomes)
    }
    expect(outcomes.length).toBeGreaterThan(3)
  })
})

function blowsFor(engine: number): readonly Blow[] {
  if (thorough) return blows
  const group = others[(engine + first!) % 3]!
  return ['holder', 'engine', group[second! % group.length]!]
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

function expectHarmless({
  strike,
  at,
  inWindow,
  twice,
  lost,
  problems,
  first,
  rival,
}: Outcome): void {
  const told = JSON.stringify({ strike, at, first: first.err, rival: rival.err })
  expect(problems, told).toEqual([])
  // Whoever could not know of an answer sends once more, and the strict server ends the login.
  expect({ twice, lost, inWindow }, told).toEqual(
    inWindow ? { twice, lost, inWindow } : { twice: 0, lost: undefined, inWindow },
  )
  expect(twice, told).toBeLessThanOrEqual(1)
  for (const { status, out } of [first, rival]) if (status !== 0) expect(out, told).toBe('')
}

function tell(name: string, outcomes: readonly Outcome[]): void {
  const within = outcomes.filter(({ inWindow }) => inWindow)
  const lost = outcomes.filter((one) => one.lost !== undefined)
  console.log(
    `${name}: ${outcomes.length} blows, ${within.length} of them in the window, where ` +
      `${lost.length} sessions were lost; outside of it ${lost.filter((one) => !one.inWindow).length}`,
  )
}
