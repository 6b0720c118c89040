import { display } from '../../core/text.ts'
import type { Context } from '../context.ts'
import { cellsOf, cutToCells, padToCells, wrapWords } from './cells.ts'

/** Characters of a cell in a terminal: a longer one could push away what stands above it. */
const longestCell = 400
/** Cells of a column, cut to which a reader still sees what is in it. */
const readableColumn = 12
/** Cells that a value is given beside its label, before it goes below it. */
const readableValue = 20

/** What a table is shown on; a width that is not known is `undefined`. */
export type Screen = Pick<Context['terminal'], 'outIsTerminal' | 'width'>

/** What a line becomes; `row` counts from the titles, which are row 0. */
type Paint = (line: string, row: number) => string

/**
 * Rows as columns of even width, two blanks apart. A row is a line whatever is in its cells, and
 * nothing is cut but for a terminal: there no cell is endless, and where a line would be wider than
 * the terminal its last cell goes on below, at its blanks.
 */
export function table(
  cells: ReadonlyArray<readonly string[]>,
  screen?: Pick<Screen, 'outIsTerminal'> & Partial<Screen>,
): readonly string[] {
  const longest = screen?.outIsTerminal === true ? longestCell : Number.POSITIVE_INFINITY
  const rows = cells.map((row) => row.map((cell) => display(cell, longest)))
  const lines = layOut(rows)
  const width = widthOf(screen)
  if (width === undefined || lines.every((line) => cellsOf(line) <= width)) return lines
  return wrapLast(rows, width)
}

/**
 * As `table`, with titles in the first row. In a terminal whose width is known a row is one line of
 * it, its widest cells cut; or, where the columns would be too narrow to be read, a line for each
 * cell that says something, whole, behind its title.
 */
export function fittedTable(
  cells: ReadonlyArray<readonly string[]>,
  screen: Screen,
  paint: Paint = (line) => line,
): readonly string[] {
  const width = widthOf(screen)
  if (width === undefined) return table(cells, { outIsTerminal: screen.outIsTerminal }).map(paint)
  const rows = cells.map((row) => row.map((cell) => display(cell, longestCell)))
  const widths = columnWidths(rows)
  const least = widths.map((one) => Math.min(one, readableColumn))
  const room = width - 2 * (widths.length - 1)
  if (total(least) > room) return stack(rows, width, paint)
  for (let sum = total(widths); sum > room; sum--) {
    const widest = Math.max(...widths)
    widths[widths.indexOf(widest)] = widest - 1
  }
  const fitted = rows.map((row) => row.map((cell, at) => cutToCells(cell, widths[at] ?? 0)))
  return layOut(fitted).map(paint)
}

/** As `fittedTable`, where no cell may be cut: a row that is wider than the terminal makes paragraphs. */
export function wholeTable(
  cells: ReadonlyArray<readonly string[]>,
  screen: Screen,
  paint: Paint = (line) => line,
): readonly string[] {
  const rows = cells.map((row) => row.map((cell) => display(cell, Number.POSITIVE_INFINITY)))
  const lines = layOut(rows)
  const width = widthOf(screen)
  const fits = width === undefined || lines.every((line) => cellsOf(line) <= width)
  return fits ? lines.map(paint) : stack(rows, width, paint)
}

function widthOf(screen: Partial<Screen> | undefined): number | undefined {
  const { outIsTerminal = false, width = 0 } = screen ?? {}
  return outIsTerminal && width > 0 ? width : undefined
}

function layOut(rows: ReadonlyArray<readonly string[]>): readonly string[] {
  const widths = columnWidths(rows)
  return rows.map((row) =>
    row
      .map((cell, column) => padToCells(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** Each row as a paragraph: `TITLE: cell`. An empty cell and a dash say nothing. */
function stack(
  [titles = [], ...rows]: ReadonlyArray<readonly string[]>,
  width: number,
  paint: Paint,
): readonly string[] {
  const blocks = rows.map((row, index) =>
    row.flatMap((cell, column) => {
      const text = cell.trim()
      if (text === '' || text === '-') return []
      const title = titles[column]?.trim() ?? ''
      const lines = hang(title === '' ? text : `${title}: ${text}`, width, '  ')
      return lines.map((line) => paint(line, index + 1))
    }),
  )
  return blocks.flatMap((block, index) => (index === 0 ? block : ['', ...block]))
}

function wrapLast(rows: ReadonlyArray<readonly string[]>, width: number): readonly string[] {
  const last = Math.max(...rows.map((row) => row.length)) - 1
  const before = layOut(rows.map((row) => row.slice(0, last)))
  const indent = Math.max(0, ...before.map((one) => cellsOf(one))) + 2
  return rows.flatMap((row, index) => {
    const label = before[index] ?? ''
    const value = row[last] ?? ''
    if (value === '') return [label]
    if (last === 0) return hang(value, width, '  ')
    if (width - indent < readableValue) {
      return [label, ...wrapWords(value, width - 4).map((line) => `    ${line}`)]
    }
    const [first = '', ...more] = wrapWords(value, width - indent)
    const beside = `${padToCells(label, indent)}${first}`
    return [beside, ...more.map((line) => ' '.repeat(indent) + line)]
  })
}

/** Wrapped, with `indent` before all lines but the first. */
function hang(text: string, width: number, indent: string): readonly string[] {
  const [first = '', ...more] = wrapWords(text, width - indent.length)
  return [first, ...more.map((line) => indent + line)]
}

function columnWidths(rows: ReadonlyArray<readonly string[]>): number[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cellsOf(cell))
    }
  }
  return widths
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0)
}
