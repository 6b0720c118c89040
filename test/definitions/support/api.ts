import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeHome, type Environment } from '../../support/home.ts'
import { run, type Ended } from '../../support/run.ts'

/** An API that the program knows by an example definition alone. */
export interface Api {
  /** The profile of the session, called as the definition is. */
  readonly profile: string
  /** Runs a command that must succeed; what it prints. `answers` are the fields that it may need. */
  tokn(args: readonly string[], answers?: Answers): Promise<string>
  /** As `tokn`, read as JSON. */
  json(args: readonly string[], answers?: Answers): Promise<Readonly<Record<string, unknown>>>
  /** Runs a command, however it ends. */
  ended(args: readonly string[], answers?: Answers): Promise<Ended>
  /** Runs a command that must fail. */
  fails(args: readonly string[], answers?: Answers): Promise<Ended>
  login(answers: Answers, ...args: readonly string[]): Promise<string>
  /** The header, or headers, by which the held token travels. */
  headers(): Promise<Readonly<Record<string, string>>>
  /** What `provider test` says of each operation: ok, failed, absent, skipped. */
  matrix(answers: Answers, ...args: readonly string[]): Promise<Readonly<Record<string, string>>>
  remove(): void
}

export type Answers = Readonly<Record<string, string>>

/**
 * Adds the example definition `id`, or one called so, for the server at `baseUrl`, for a user of
 * their own.
 */
export async function addApi(id: string, baseUrl: string, definition?: object): Promise<Api> {
  const home = makeHome()
  const example = join(import.meta.dirname, '../../../docs/examples', `${id}.json`)
  const file = definition === undefined ? example : join(home.work, `${id}.json`)
  if (definition !== undefined) writeFileSync(file, JSON.stringify(definition))
  const attempt = async (args: readonly string[], answers: Answers = {}, input?: string) =>
    await run(args, { home, env: variables(answers), input })

  async function tokn(args: readonly string[], answers?: Answers, input?: string) {
    const { status, out, err } = await attempt(args, answers, input)
    if (status !== 0) throw new Error(`tokn ${args.join(' ')} ended with ${status}: ${err}${out}`)
    return out
  }

  const place = ['--base-url', baseUrl]
  await tokn(['provider', 'add', file, '--yes', '--no-input'])
  return {
    profile: id,
    tokn,
    json: async (args, answers) =>
      JSON.parse(await tokn([...args, '--json'], answers)) as Record<string, unknown>,
    ended: attempt,
    fails: async (args, answers) => {
      const ended = await attempt(args, answers)
      if (ended.status === 0) throw new Error(`tokn ${args.join(' ')} went well: ${ended.out}`)
      return ended
    },
    login: async ({ token, ...answers }, ...args) => {
      const pasted = token === undefined ? [] : ['--with-token']
      const line = ['login', id, '--provider', id, ...place, '--no-remember', ...pasted, ...args]
      return await tokn(line, answers, token)
    },
    headers: async () => {
      const lines = (await tokn(['header', id])).trim().split('\n')
      return Object.fromEntries(lines.map((line) => line.split(/: (.*)/).slice(0, 2)))
    },
    matrix: async ({ token, ...answers }, ...args) => {
      const pasted = token === undefined ? [] : ['--with-token']
      const line = ['provider', 'test', id, ...place, ...pasted, ...args, '--json']
      const { out, err } = await attempt(line, answers, token)
      if (out === '') throw new Error(err)
      const { steps } = JSON.parse(out) as { steps: readonly Step[] }
      const failed = steps.filter(({ outcome }) => outcome === 'failed')
      if (failed.length > 0) throw new Error(JSON.stringify(failed, undefined, 2))
      return Object.fromEntries(steps.map(({ operation, outcome }) => [operation, outcome]))
    },
    remove: home.remove,
  }
}

interface Step {
  readonly operation: string
  readonly outcome: string
}

function variables(answers: Answers): Environment {
  return Object.fromEntries(
    Object.entries(answers).map(([name, value]) => [`TOKN_${name.toUpperCase()}`, value]),
  )
}

/** The rows of `tokn list --json`. */
export async function listTokens(api: Api, answers?: Answers): Promise<readonly Row[]> {
  return (await api.json(['list', api.profile], answers))['tokens'] as readonly Row[]
}

export interface Row {
  readonly id: string
  readonly name: string | null
  readonly scopes: readonly string[] | null
  readonly expires_at: string | null
  readonly created_at: string | null
  readonly current: boolean
}

/** The status of an independent request with `headers`. */
export async function statusOf(
  url: string,
  headers: Readonly<Record<string, string>>,
  options: { readonly method?: string; readonly body?: string } = {},
): Promise<number> {
  const response = await fetch(url, { ...options, headers })
  await response.arrayBuffer()
  return response.status
}
