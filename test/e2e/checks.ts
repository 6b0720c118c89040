import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { headersOf } from '../support/servers.ts'
import { lookUp, readValue } from './words.ts'
import { StoryFailure, type StoryWorld } from './world.ts'

/** Throws a StoryFailure unless it is so, or, with `not`, if it is. */
export type Check = (world: StoryWorld, words: readonly string[], not: boolean) => void

/** What can be said of a command that has ended, by the first word of the line. */
export const checks: ReadonlyMap<string, Check> = new Map<string, Check>([
  // Looked at before everything else.
  ['exit', () => undefined],
  ['stdout', (world, words, not) => checkText(world.last().out, words, not)],
  ['stderr', (world, words, not) => checkText(world.last().err, words, not)],
  ['json', (world, words, not) => checkJson(world.last().out, words, not)],
  ['json-error', (world, words, not) => checkJson(world.last().err, words, not)],
  ['save', save],
  ['file', checkFile],
  ['server', checkServer],
])

function affirm(is: boolean, not: boolean, what: string): void {
  if (is === not) throw new StoryFailure(not ? `it is so: ${what}` : `it is not so: ${what}`)
}

function checkText(text: string, [pattern]: readonly string[], not: boolean): void {
  if (pattern === undefined) throw new StoryFailure('a pattern is missing')
  affirm(new RegExp(pattern, 'm').test(text), not, `something matches ${pattern}`)
}

function checkJson(text: string, [path = '', ...rest]: readonly string[], not: boolean): void {
  const found = lookUp(parse(text), path)
  const shown = `${path} is ${JSON.stringify(found)}`
  if (rest.length === 0) affirm(found !== undefined, not, `there is ${path}`)
  else affirm(isDeepStrictEqual(found, readValue(rest.join(' '))), not, shown)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new StoryFailure('that is not JSON')
  }
}

function save(world: StoryWorld, [name = '', path]: readonly string[]): void {
  const { out } = world.last()
  const value = path === undefined ? out.trimEnd() : lookUp(parse(out), path)
  if (typeof value !== 'string' || value === '') throw new StoryFailure('there is nothing to save')
  world.set(name, value)
}

function checkFile(world: StoryWorld, [name = '', pattern]: readonly string[], not: boolean): void {
  const path = resolve(world.home.work, name)
  const there = existsSync(path)
  if (pattern === undefined) affirm(there, not, `there is ${name}`)
  else {
    if (!there) throw new StoryFailure(`there is no file ${name}`)
    checkText(readFileSync(path, 'utf8'), [pattern], not)
  }
}

function checkServer(world: StoryWorld, words: readonly string[], not: boolean): void {
  const [name = '', what, ...rest] = words
  const requests = world.requests(name)
  const last = requests.at(-1)
  const [first = '', second] = rest
  if (what === 'requests') return checkRequests(world, name, rest)
  if (what === 'live') return affirm(world.api(name).state.live.includes(first), not, 'it is alive')
  if (last === undefined) throw new StoryFailure(`${name} has seen no request`)
  if (what === 'header') {
    const values = headersOf(last, first)
    const is = second === undefined ? values.length === 1 : isDeepStrictEqual(values, [second])
    affirm(is, not, `the headers are ${JSON.stringify(last.headers)}`)
  } else if (what === 'query') {
    affirm(last.query[first] === second, not, `the query is ${JSON.stringify(last.query)}`)
  } else if (what === 'body') {
    const wanted = rest.join(' ')
    const same =
      wanted === 'none'
        ? last.body === ''
        : isDeepStrictEqual(readValue(last.body), readValue(wanted))
    affirm(same, not, `the body is ${last.body}`)
  } else throw new StoryFailure(`nothing is known of "${what ?? ''}" of a server`)
}

function checkRequests(world: StoryWorld, name: string, rest: readonly string[]): void {
  const all = world.requests(name).map(({ method, path }) => `${method} ${path}`)
  const [route, count] = rest.length > 1 ? rest : [undefined, rest[0]]
  const found = all.filter((one) => route === undefined || one === route).length
  if (found !== Number(count)) {
    throw new StoryFailure(`there were ${found}, among these requests: ${all.join(', ') || 'none'}`)
  }
}
