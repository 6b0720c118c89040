import { timeLeft } from '../../core/expiry.ts'
import type { Colours } from '../../core/process.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { ProfileStatus } from '../../session/status.ts'
import { lifeBar, paintBar } from './life-bar.ts'
import { wrapWords } from './cells.ts'
import { fittedTable, table, type Screen } from './table.ts'

/** Characters of a bar, and of one where there is little room. */
const [wide, narrow] = [10, 5]

const indent = '    '

/** In characters: a reason told by a provider may be longer. */
const longestNote = 600

type Column = keyof typeof words.status.titles

/** What is shown, from all of it to what nobody can do without. */
const layouts: ReadonlyArray<{ readonly columns: readonly Column[]; readonly bar: number }> = [
  { columns: ['profile', 'state', 'bar', 'life', 'provider', 'where', 'store', 'kept'], bar: wide },
  { columns: ['profile', 'state', 'bar', 'life', 'provider', 'where', 'store'], bar: wide },
  { columns: ['profile', 'state', 'bar', 'life', 'provider', 'where'], bar: narrow },
  { columns: ['profile', 'state', 'bar', 'life', 'provider'], bar: narrow },
  { columns: ['profile', 'state', 'bar', 'life'], bar: narrow },
  { columns: ['profile', 'state', 'life'], bar: 0 },
]

/** A line for each profile, and below it what is wrong and the command that mends it. */
export function statusLines(
  all: readonly ProfileStatus[],
  now: number,
  screen: Screen,
  colours: Colours,
): readonly string[] {
  let chosen: ReadonlyArray<readonly string[]> = []
  for (const { columns, bar } of layouts) {
    chosen = [
      columns.map((column) => (column === 'profile' ? '  ' : '') + words.status.titles[column]),
      ...all.map((one) => columns.map((column) => cellOf(one, column, bar, now))),
    ]
    if (fits(chosen, screen)) break
  }
  const painted = colours.dim('-') !== '-'
  const lines: string[] = []
  let noted = 0
  // Where there is no room for columns, a row has several lines.
  fittedTable(chosen, screen, (line, row) => {
    addNotes(row - 1)
    const one = all[row - 1]
    if (one === undefined) lines.push(colours.bold(line))
    else lines.push(painted ? paintLine(line, one, now, colours) : line)
    return line
  })
  addNotes(all.length)
  return lines

  /** What is to be said of the profiles before `end`. */
  function addNotes(end: number): void {
    for (; noted < end; noted++) {
      const { problem, fix } = all[noted] ?? {}
      if (problem !== undefined) lines.push(...note(problem, screen))
      if (fix !== undefined) lines.push(...note(fix, screen))
    }
  }
}

/** A sentence or a command, set in below its profile. */
function note(text: string, { outIsTerminal, width = 0 }: Screen): readonly string[] {
  const shown = display(text, longestNote)
  const lines =
    outIsTerminal && width > indent.length ? wrapWords(shown, width - indent.length) : [shown]
  return lines.map((line) => indent + line)
}

/** When a token ends, in a word or two. */
export function leftInWords({ expiry, state, renews }: ProfileStatus, now: number): string {
  if (expiry.state === 'never') return words.status.endless
  const left = timeLeft(expiry, now)
  if (left === undefined) return state === 'logged_out' ? '-' : words.status.endUnknown
  return words.status.left(left, renews)
}

/** The part of its life that a token has left, 0 to 1; `undefined` where that is not known. */
export function shareLeft({ expiry, life }: ProfileStatus, now: number): number | undefined {
  if (expiry.state === 'never') return 1
  const left = timeLeft(expiry, now)
  return left === undefined || life === undefined ? undefined : left / Math.max(1, life)
}

/** The host of a URL; the text itself where it is none. */
export function hostOf(where: string | undefined): string | undefined {
  if (where === undefined) return undefined
  const known = hosts.get(where)
  if (known !== undefined) return known
  const host = URL.canParse(where) ? new URL(where).host : where
  if (hosts.size < 256) hosts.set(where, host)
  return host
}

/** By URL: many profiles may have the same one. */
const hosts = new Map<string, string>()

function cellOf(one: ProfileStatus, column: Column, width: number, now: number): string {
  switch (column) {
    case 'profile':
      return `${one.isDefault ? '*' : ' '} ${one.profile}`
    case 'state':
      return words.status.states[one.state]
    case 'bar': {
      const share = shareLeft(one, now)
      return share === undefined ? '-' : lifeBar(share, width)
    }
    case 'life':
      return leftInWords(one, now)
    case 'provider':
      return one.provider ?? '-'
    case 'where':
      return hostOf(one.where) ?? '-'
    case 'store':
      return one.store ?? '-'
    case 'kept':
      return one.state === 'logged_out'
        ? '-'
        : words.status.keeps(one.credentialsKept, givenTo(one))
  }
}

/** What of the environment, or of files, renews it. */
function givenTo({ renewedBy = [] }: ProfileStatus): readonly string[] {
  return renewedBy.filter((one) => one === 'files' || one === one.toUpperCase())
}

/** Whether the rows are no wider than the screen is; where that is not known, they are not. */
function fits(rows: ReadonlyArray<readonly string[]>, screen: Screen): boolean {
  const { outIsTerminal, width } = screen
  if (!outIsTerminal || width === undefined) return true
  const whole = table(rows, { outIsTerminal })
  const fitted = fittedTable(rows, screen)
  return whole.every((line, index) => line === fitted[index])
}

function paintLine(line: string, one: ProfileStatus, now: number, colours: Colours): string {
  if (one.state === 'expired' || one.state === 'dead' || one.state === 'logged_out') {
    return colours.dim(line)
  }
  return paintBar(line, shareLeft(one, now) ?? 1, colours)
}
