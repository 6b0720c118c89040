import { display } from '../../core/text.ts'
import type { Context } from '../context.ts'
import { cellsOf, cutToCells, isPlain, padToCells, wrapWords } from './cells.ts'

/** Characters of a cell in a terminal: a longer one could push away what stands above it. */
const longestCell = 400
/** Cells of a column, cut to which a reader still sees what is in it. */
const readableColumn = 12
/** Cells that a value is given beside its label, before it goes below it. */
const readableValue = 20

/** What a table is shown on; a width that is not known is `undefined`. */
export type Screen = Pick<Context['terminal'], 'outIsTerminal' | 'width'>

/** Lines of a call to `show`: a call cannot have as many arguments as there may be profiles. */
const linesAtOnce = 8_192

/** As `show`, for as many lines as there are. */
export function showMany(
  { show }: Pick<Context['terminal'], 'show'>,
  lines: readonly string[],
): void {
  for (let at = 0; at < lines.length; at += linesAtOnce) show(...lines.slice(at, at + linesAtOnce))
}

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
  const plain = widthOf(screen) === undefined ? layOutPlain(cells, longest) : undefined
  if (plain !== undefined) return plain
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

/**
 * As `layOut`, for cells that are shown as they are; `undefined` where one is not. Of thousands of rows
 * a copy of each takes longer than all else.
 */
function layOutPlain(
  rows: ReadonlyArray<readonly string[]>,
  longest: number,
): readonly string[] | undefined {
  const widths: number[] = []
  let above: readonly string[] = []
  for (const row of rows) {
    for (let column = 0; column < row.length; column++) {
      const cell = row[column] ?? ''
      // A column often says the same once more.
      if (cell === above[column]) continue
      if (cell.length > longest || !isPlain(cell)) return undefined
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    }
    above = row
  }
  const blanks: string[] = []
  return rows.map((row) => {
    let line = ''
    for (let column = 0; column < row.length; column++) {
      const cell = row[column] ?? ''
      line += cell
      if (column === row.length - 1) break
      const room = (widths[column] ?? 0) - cell.length + 2
      line += blanks[room] ??= ' '.repeat(room)
    }
    return line.trimEnd()
  })
}

function layOut(rows: ReadonlyArray<readonly string[]>): readonly string[] {
  // Each cell is counted once, and by plain loops: of thousands of rows that is most of the work.
  const widths: number[] = []
  const counted = rows.map((row) => {
    const cells = row.map(cellsOf)
    for (let column = 0; column < cells.length; column++) {
      widths[column] = Math.max(widths[column] ?? 0, cells[column] ?? 0)
    }
    return cells
  })
  return rows.map((row, at) => {
    const parts: string[] = []
    for (let column = 0; column < row.length; column++) {
      const room = (widths[column] ?? 0) - (counted[at]?.[column] ?? 0) + 2
      parts.push(row[column] ?? '', column === row.length - 1 ? '' : ' '.repeat(Math.max(2, room)))
    }
    return parts.join('').trimEnd()
  })
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
