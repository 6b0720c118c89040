import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCurlArguments } from '../../src/commands/curl/arguments.ts'
import { passedOn } from '../../src/commands/curl/options.ts'
import { isToknError } from '../../src/core/errors.ts'
import { listOptions } from '../support/curl-options.ts'
import { leadToTrap, runAtTrap, shapesOf } from '../support/curl-sweep.ts'
import { openCurlWorld, type CurlWorld, type Place } from '../support/curl-world.ts'
import { requirePart } from '../support/parts.ts'
import { startWitness, type Witness } from '../support/witness.ts'
import { inParallel } from './support/random.ts'

const places: readonly Place[] = ['quer', 'head', 'cook', 'bear']

describe.skipIf(!requirePart('curl') || !requirePart('linux'))('every option of curl', () => {
  let world: CurlWorld
  let env: Record<string, string>
  let witness: Witness
  beforeAll(async () => {
    world = await openCurlWorld()
    env = leadToTrap(world)
    witness = startWitness(() => [world.token], [], 25)
  })
  afterAll(async () => {
    witness.stop()
    await world.close()
  })

  it('in every shape carries the token to no other place, and shows it nowhere', async () => {
    const listed = listOptions()
    expect(listed.length).toBeGreaterThan(200)
    const all = listed.flatMap((option) =>
      shapesOf(option, `${world.api.origin}/x`, world.trap.place),
    )
    const taken = new Map<string, readonly string[]>()
    for (const words of all) {
      const read = reading(words, world.api.origin)
      if (read !== undefined) taken.set(read, words)
    }
    // What is refused as it is read is refused by the program too: one shape of each such option.
    const first = listed
      .filter(({ name }) => !passedOn.has(name.replace(/^no-/, '')))
      .map(({ name }) => [`--${name}`, `http://${world.trap.place}/`, `${world.api.origin}/x`])
    const runs = [...first, ...taken.values()]
    const wrong: string[] = []
    let refused = 0
    await inParallel(runs, 3, async (words) => {
      const place = places[words.join('').length % 7] ?? 'quer'
      const { ended, wrong: found } = await runAtTrap(world, place, bounded(words), env)
      wrong.push(...found)
      if (ended.err.startsWith('tokn: error')) refused++
    })
    console.log(
      `shapes of ${listed.length} options: ${all.length}, read: ${taken.size}, run: ${runs.length}, refused: ${refused}, ` +
        `requests: ${world.api.seen.length}, connections at the trap: ${world.trap.connections()}`,
    )
    expect(wrong).toEqual([])
    expect([...witness.sightings]).toEqual([])
    expect({ connections: world.trap.connections(), text: world.trap.text() }).toEqual({
      connections: 0,
      text: '',
    })
    // That a request was made without its token would be no proof of anything.
    const bare = world.api.seen.filter(({ target, headers }) => {
      const told = [target, ...Object.values(headers)].join('\n')
      return !told.includes(world.token)
    })
    expect(bare).toEqual([])
    expect(world.api.seen.length).toBeGreaterThan(150)
  })

  it('among others at random carries the token to no other place', async () => {
    const names = listOptions().map(({ name }) => name)
    const some = [...passedOn.keys()]
    const [api, trap] = [`${world.api.origin}/x`, world.trap.place]
    const value = fc.constantFrom(
      `${trap}/`,
      `http://${trap}/`,
      '--',
      '-',
      `@${trap}`,
      '1',
      'out',
      '',
    )
    const word = fc.oneof(
      fc.tuple(fc.constantFrom(...some), value).map(([name, one]) => [`--${name}`, one]),
      fc.tuple(fc.constantFrom(...some), value).map(([name, one]) => [`--${name}=${one}`]),
      fc.tuple(fc.constantFrom(...some), value).map(([name, one]) => [`--no-${name}`, one]),
      fc.constantFrom(...some).map((name) => [`--${name}`]),
      fc.constantFrom(...names).map((name) => [`--${name}`]),
      value.map((one) => [one]),
      fc
        .tuple(fc.constantFrom('-s', '-d', '-o', '-sSo', '-X', '-T', '-G', '-e', '-w'), value)
        .map(([letter, one]) => [letter, one]),
    )
    const wrong: string[] = []
    let made = 0
    const vectors = fc.array(word, { maxLength: 4 }).map((parts) => [api, ...parts.flat()])
    await fc.assert(
      fc.asyncProperty(fc.array(vectors, { minLength: 3, maxLength: 3 }), async (all) => {
        // Most are refused as they are read, and need no process for that.
        const worth = all.filter((words) => reading(words, world.api.origin) !== undefined)
        made += worth.length
        for (const words of worth) {
          const { wrong: found } = await runAtTrap(world, 'quer', bounded(words), env)
          wrong.push(...found)
          expect(found).toEqual([])
        }
      }),
      { numRuns: 60 },
    )
    console.log(`random vectors run: ${made}, connections at the trap: ${world.trap.connections()}`)
    expect(wrong).toEqual([])
    expect(made).toBeGreaterThan(20)
    expect(world.trap.connections()).toBe(0)
  })
})

/** What the words amount to; `undefined` where they are refused, or name another place. */
function reading(words: readonly string[], origin: string): string | undefined {
  try {
    const read = readCurlArguments(words)
    return read.urls.every((url) => url.origin === origin) ? JSON.stringify(read) : undefined
  } catch (error) {
    if (isToknError(error, 'usage')) return undefined
    throw error
  }
}

/** Nothing waits long, whatever an option says. */
function bounded(words: readonly string[]): readonly string[] {
  return ['--max-time', '2', '-sS', ...words]
}
