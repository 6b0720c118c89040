import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SharedEngine } from '../../src/core/shared-engine.ts'
import { howMany, thorough } from '../support/effort.ts'
import type { EngineName } from '../support/engines.ts'
import { requireParts } from '../support/parts.ts'
import { openClient } from './support/fleet/client.ts'
import { openFleet, type Fleet } from './support/fleet/fleet.ts'
import { blows, strikeOnce, type Blow, type Outcome } from './support/fleet/strike.ts'

// Each step of a refresh is a piece that goes over a wire: it is struck before each of them, and after.
// All of them: `TOKN_TEST_THOROUGH=1`, which deals 300 blows and more.

const engines: readonly EngineName[] = ['postgres', 'redis', 'etcd']
const there = requireParts('root', 'netns', 'faketime')

/** More than a refresh has pieces. */
const most = howMany(30, 60)
/** Those that take longer than a lease are dealt at fewer steps. */
const strides: Readonly<Record<Blow, number>> = {
  holder: howMany(5, 1),
  engine: howMany(13, 2),
  zombie: howMany(21, 3),
  'cut to': howMany(40, 4),
  'cut from': howMany(21, 3),
  'cut both': howMany(40, 4),
  reset: howMany(13, 2),
}

/** The sample strikes each engine, and one of them in every way. */
const usual: ReadonlySet<Blow> = new Set(['holder', 'engine'])

describe.runIf(there).each(engines.filter((name) => requireParts(name)))('%s', (name) => {
  const dealt = blows.filter((blow) => thorough || name === 'postgres' || usual.has(blow))
  let fleet: Fleet
  let engine: SharedEngine
  const outcomes: Outcome[] = []

  beforeAll(async () => {
    fleet = await openFleet(name)
    engine = await openClient(fleet.engine)
    await fleet.login()
  })
  afterAll(async () => {
    await engine?.close()
    await fleet?.close()
    tell(name, outcomes)
  })

  it.each(dealt)('a blow to the %s harms no session, at whatever step', async (blow) => {
    expect.hasAssertions()
    for (let after = 0, over = 0; after < most && over < 2; after += strides[blow]) {
      const passes = (after / strides[blow]) % 2 === 1
      const [a, b, c] = [0, 1, 2].map((turn) => fleet.machine((after + turn) % 4))
      const outcome = await strikeOnce(fleet, engine, { blow, after, passes }, [a!, b!, c!])
      if (outcome.at === undefined) over++
      else outcomes.push(outcome)
      expectHarmless(outcome)
      // The one window: the provider has ended the login, rightly.
      if (outcome.lost !== undefined) await fleet.login()
    }
  })
})

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
