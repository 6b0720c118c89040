import { hostname } from 'node:os'
import { relative } from 'node:path'
import { startServers, credentialsOf, type Servers } from '../support/servers.ts'
import { misfitsOf } from '../support/fits-shape.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { startCommand, type Ended } from '../support/run.ts'
import { sandboxNames, type SandboxApi, type SandboxOptions } from '../../src/sandbox/server.ts'
import type { RequestLogEntry } from '../../src/sandbox/http.ts'
import { isLike } from './words.ts'

/** Something is not as the story says. */
export class StoryFailure extends Error {}

/** What happens in a story. */
export interface StoryWorld {
  readonly home: Home
  api(name: string): SandboxApi
  startApi(name: string, options: SandboxOptions, shownAs: string | undefined): Promise<void>
  useCredentials(name: string): void
  set(name: string, value: string | undefined): void
  setInput(text: string): void
  pass(duration: number): void
  /** `$NAME` replaced by what it stands for. */
  fill(text: string): string
  command(line: string): Promise<void>
  last(): Ended
  /** What the last command made a server see. */
  requests(name: string): readonly RequestLogEntry[]
  checkEnd(status: number, saysOutput: boolean): void
  checkPrinted(pattern: readonly string[]): void
  describe(): string
  close(): Promise<void>
}

// Beyond this the left-overs of other tests, in folders that all share, would look old enough to go.
const longestShift = 55 * 60_000

export function openStoryWorld(): StoryWorld {
  const home = makeHome()
  const started = new Map<string, Servers>()
  const seen = new Map<string, number>()
  const addresses = new Map<string, string>()
  const variables = new Map<string, string>()
  const known = new Map<string, string>()
  const cleared = new Set<string>()
  let credentials: Environment = {}
  let input: string | undefined
  let shift = 0
  let line = ''
  let ended: Ended | undefined
  for (const [name, value] of [
    // Seen from where commands run: the folder of temporary files may have a blank in its name.
    ['CONFIG', relative(home.work, home.config)],
    ['SESSIONS', relative(home.work, home.sessions)],
    ['MACHINE', hostname()],
  ] as const) {
    variables.set(name, value)
  }
  const world: StoryWorld = {
    home,
    api: (name) => {
      const api = started.get(name)?.api(nameOf(name))
      if (api === undefined) throw new StoryFailure(`there is no sandbox of ${name} yet`)
      return api
    },
    startApi,
    useCredentials: (name) => {
      credentials = name === 'none' ? {} : credentialsOf(world.api(name))
      for (const variable of Object.keys(credentials)) cleared.delete(variable)
    },
    set: (name, value) => {
      if (value === undefined) {
        variables.delete(name)
        cleared.add(name)
      } else {
        cleared.delete(name)
        variables.set(name, fill(value))
      }
    },
    setInput: (text) => {
      input = text
    },
    pass: (duration) => {
      shift += duration
      if (shift > longestShift) throw new StoryFailure('too much time passes')
      home.shiftClock(shift)
      for (const name of started.keys()) world.api(name).control.advance(duration)
    },
    fill,
    command,
    last: () => {
      if (ended === undefined) throw new StoryFailure('nothing was run yet')
      return ended
    },
    requests: (name) => world.api(name).log.slice(seen.get(name) ?? 0),
    checkEnd,
    checkPrinted: (pattern) => {
      if (!isLike(world.last().out, pattern.map(fill)))
        throw new StoryFailure('it printed something else')
    },
    describe: () =>
      ended === undefined
        ? ''
        : `--- ${line}\n--- exit ${ended.status}\n--- stdout\n${ended.out}--- stderr\n${ended.err}`,
    close: async () => {
      for (const servers of started.values()) await servers.close()
      home.remove()
    },
  }
  return world

  async function startApi(name: string, options: SandboxOptions, shownAs: string | undefined) {
    const servers = await startServers([nameOf(name)], { ...options, clockOffsetMs: shift })
    started.set(name, servers)
    const { baseUrl, apiUrl, resource, credentials: own } = servers.api(nameOf(name))
    const prefix = name.toUpperCase()
    variables.set(`${prefix}_URL`, baseUrl)
    if (apiUrl !== undefined) variables.set(`${prefix}_API_URL`, apiUrl)
    variables.set(`${prefix}_RESOURCE`, resource.url)
    // For the story alone: a command gets them from `credentials`.
    for (const [field, value] of Object.entries(own)) {
      known.set(`${prefix}_${field.toUpperCase()}`, value)
    }
    if (shownAs !== undefined) addresses.set(shownAs, baseUrl)
  }

  function fill(text: string): string {
    return addressed(replaced(replaced(text, variables), known))
  }

  function addressed(text: string): string {
    return [...addresses].reduce((all, [shown, real]) => all.replaceAll(shown, real), text)
  }

  async function command(text: string): Promise<void> {
    line = text
    for (const name of started.keys()) seen.set(name, world.api(name).log.length)
    const gone = Object.fromEntries([...cleared].map((name) => [name, undefined]))
    const env = { ...credentials, ...gone, ...Object.fromEntries(variables) }
    ended = await startCommand(['sh', '-c', fill(text)], { home, env, input }).ended
    input = undefined
  }

  function checkEnd(status: number, saysOutput: boolean): void {
    const { status: was, out, err } = world.last()
    if (was !== status) throw new StoryFailure(`it ended with ${was}, not ${status}`)
    if (status !== 0 && out !== '' && !saysOutput) {
      throw new StoryFailure('it failed, and printed to standard output')
    }
    const misfits = line.includes('--fields') ? [] : [...misfitsOf(out), ...misfitsOf(err)]
    if (misfits.length > 0) throw new StoryFailure(misfits.join('\n'))
    const secret = secrets().find((one) => err.includes(one))
    if (secret !== undefined) throw new StoryFailure(`a secret is on standard error: ${secret}`)
  }

  function secrets(): readonly string[] {
    return [...started.keys()].flatMap((name) => {
      const { credentials: own, state } = world.api(name)
      const quiet = new Set(['email', 'username', 'client_id'])
      const answers = Object.entries(own).filter(([field]) => !quiet.has(field))
      const tokens = state.tokens.flatMap(({ access, refresh }) => [access, refresh ?? access])
      return [...answers.map(([, value]) => value), ...tokens]
    })
  }
}

function replaced(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$([A-Z][A-Z0-9_]*)/g, (whole, name: string) => values.get(name) ?? whole)
}

function nameOf(name: string) {
  const found = sandboxNames.find((one) => one === name)
  if (found === undefined) throw new StoryFailure(`no sandbox serves ${name}`)
  return found
}
