import { parseDuration } from '../../src/core/duration.ts'
import type { Fault } from '../../src/sandbox/faults.ts'
import { readWords } from './words.ts'
import { StoryFailure, type StoryWorld } from './world.ts'

type Arrangement = (world: StoryWorld, rest: string) => void | Promise<void>

/** Lines that prepare what comes after them, by their first word. */
export const arrangements: ReadonlyMap<string, Arrangement> = new Map<string, Arrangement>([
  ['sandbox', serve],
  ['credentials', (world, rest) => world.useCredentials(rest)],
  ['env', setVariable],
  ['stdin', (world, rest) => world.setInput(JSON.parse(world.fill(rest)) as string)],
  ['fault', injectFault],
  ['expire', (world, rest) => world.api(rest).control.expire()],
  ['advance', advance],
  ['pass', (world, rest) => world.pass(parseDuration(rest, 'pass'))],
])

async function serve(world: StoryWorld, rest: string): Promise<void> {
  const [name = '', ...flags] = readWords(rest)
  const valued = new Map(
    flags.map((flag) => [flag.split('=')[0], flag.slice(flag.indexOf('=') + 1)]),
  )
  const unknown = [...valued.keys()].find((flag) => !['ttl', 'loose', 'at'].includes(flag ?? ''))
  if (unknown !== undefined) throw new StoryFailure(`a sandbox knows nothing of ${unknown}`)
  const ttl = valued.get('ttl')
  const options = {
    strict: !valued.has('loose'),
    ...(ttl === undefined ? {} : { ttlMs: parseDuration(ttl, 'ttl') }),
  }
  await world.startApi(name, options, valued.get('at'))
}

function setVariable(world: StoryWorld, rest: string): void {
  const at = rest.indexOf('=')
  world.set(at < 0 ? rest : rest.slice(0, at), at < 0 ? undefined : rest.slice(at + 1))
}

function injectFault(world: StoryWorld, rest: string): void {
  const [, name = '', json = ''] = /^(\S+) (.*)$/.exec(world.fill(rest)) ?? []
  const faults = json === 'none' ? [] : [JSON.parse(json) as Fault | readonly Fault[]].flat()
  world.api(name).control.replaceFaults(faults as readonly Fault[])
}

function advance(world: StoryWorld, rest: string): void {
  const [name = '', duration = ''] = readWords(rest)
  world.api(name).control.advance(parseDuration(duration, 'advance'))
}
