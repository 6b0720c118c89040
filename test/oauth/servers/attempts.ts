import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { root, type Home } from '../../support/home.ts'
import { run, type Ended, type RunOptions } from '../../support/run.ts'
import { openTerminal, type Terminal } from '../../support/terminal.ts'

/** What it took someone who had never used `server` to be logged in by `flow`. */
export interface Attempt {
  /** As the first cell of its row names it, without the version. */
  readonly server: string
  /** As the head of its column names it. */
  readonly flow: string
  /** How often `tokn login` was run. */
  readonly attempts: number
}

const guide = 'docs/oauth.md'
export const refreshesOfTwenty = 'refreshes of 20'

/** The heads of the table of docs/oauth.md, and its rows. */
export const [head = [], ...rows] = readTable()

/** Throws where docs/oauth.md does not say the same of this server and flow. */
export function recordAttempt({ server, flow, attempts }: Attempt): void {
  expectCell(server, flow, attempts)
}

/** As `recordAttempt`, for how often the server was asked by twenty processes at expiry. */
export function recordRefreshes(server: string, refreshes: number): void {
  expectCell(server, refreshesOfTwenty, refreshes)
}

function expectCell(server: string, column: string, value: number): void {
  const at = head.indexOf(column)
  const row = rows.find(([name]) => name === server)
  if (at < 0) throw new Error(`${guide} has no column "${column}", but ${head.join(', ')}`)
  if (row === undefined) throw new Error(`${guide} has no row "${server}"`)
  expect(row[at], `${guide}: ${server}, ${column}`).toBe(String(value))
}

function readTable(): readonly (readonly string[])[] {
  const lines = readFileSync(join(root, guide), 'utf8').split('\n')
  const start = lines.findIndex((line) => line.startsWith('| server |'))
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('|'))
  return lines
    .slice(start, end)
    .filter((line) => !/^[|:\- ]+$/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

/** Somebody with an empty home who does what `--help` and the hints of `tokn` say. */
export class Newcomer {
  readonly home: Home
  /** How often `tokn login` has been run. */
  attempts = 0

  constructor(home: Home) {
    this.home = home
  }

  /**
   * Runs `tokn login` with `words` until it succeeds: each time that it fails, with what its hint
   * adds. Gives the last run, which failed where no hint says what to type.
   */
  async logIn(words: readonly string[], options: Partial<RunOptions> = {}): Promise<Ended> {
    let line = ['login', ...words]
    for (;;) {
      this.attempts++
      const ended = await run(line, { home: this.home, ...options })
      const next = ended.status === 0 ? undefined : followHint(line, ended.err)
      if (next === undefined || this.attempts >= patience) return ended
      line = next
    }
  }

  /** One run before a person; where it fails, another one is another attempt. */
  logInAtTerminal(words: readonly string[], env: RunOptions['env'] = {}): Terminal {
    this.attempts++
    return openTerminal(['login', ...words], this.home, env)
  }

  /** What the person is shown, once the login before them has succeeded; throws if it has not. */
  async expectSuccess(terminal: Terminal): Promise<string> {
    const { status, out, err } = await terminal.ended
    expect({ status, out }, err).toEqual({ status: 0, out: '' })
    return err
  }

  record(server: string, flow: string): void {
    recordAttempt({ server, flow, attempts: this.attempts })
  }
}

/** After so many, a person gives up. */
const patience = 4

/** The line that a hint names, or the line before with the first flag that it names. */
function followHint(line: readonly string[], told: string): string[] | undefined {
  const hint = /^tokn: hint: (.*)$/m.exec(told)?.[1]
  const command = hint === undefined ? undefined : /\btokn (login .*)$/.exec(hint)?.[1]
  if (command !== undefined) return command.split(' ')
  const flag = /(--[a-z][a-z-]*) ([^\s,;:]+)/.exec(hint ?? '')
  return flag === null || line.includes(flag[2]!) ? undefined : [...line, flag[1]!, flag[2]!]
}
