import stringWidth from 'string-width'
import { display } from '../../core/text.ts'
import type { Context } from '../context.ts'

/** Characters of a cell in a terminal: a longer one could push away what stands above it. */
const longestCell = 400
/** Terminal cells that a column keeps, however narrow the terminal is. */
const leastCell = 3

/** What a table is shown on; a width that is not known is `undefined`. */
export type Screen = Pick<Context['terminal'], 'outIsTerminal' | 'width'>

/**
 * Rows as columns of even width, two blanks apart; widths count terminal cells. A row is a line whatever
 * is in its cells. Nothing is cut but for a terminal: there no cell is endless.
 */
export function table(
  cells: ReadonlyArray<readonly string[]>,
  screen?: Pick<Screen, 'outIsTerminal'>,
): readonly string[] {
  const longest = screen?.outIsTerminal === true ? longestCell : Number.POSITIVE_INFINITY
  return layOut(cells.map((row) => row.map((cell) => display(cell, longest))))
}

/** As `table`; in a terminal whose width is known a row is one line of it, its widest cells cut. */
export function fittedTable(
  cells: ReadonlyArray<readonly string[]>,
  { outIsTerminal, width }: Screen,
): readonly string[] {
  if (!outIsTerminal || width === undefined || width <= 0) return table(cells, { outIsTerminal })
  const rows = cells.map((row) => row.map((cell) => display(cell, Number.POSITIVE_INFINITY)))
  const widths = columnWidths(rows)
  const room = width - 2 * (widths.length - 1)
  for (let sum = total(widths); sum > room; sum--) {
    const widest = Math.max(...widths)
    if (widest <= leastCell) break
    widths[widths.indexOf(widest)] = widest - 1
  }
  const fitted = rows.map((row) => row.map((cell, column) => cut(cell, widths[column] ?? 0)))
  return layOut(fitted).map((line) => cut(line, width))
}

function layOut(rows: ReadonlyArray<readonly string[]>): readonly string[] {
  const widths = columnWidths(rows)
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell)))
      .join('  ')
      .trimEnd(),
  )
}

function columnWidths(rows: ReadonlyArray<readonly string[]>): number[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, stringWidth(cell))
    }
  }
  return widths
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0)
}

/** The text in at most `width` terminal cells; never half of what a reader sees as one character. */
function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let kept = ''
  let cells = 1
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    cells += stringWidth(segment)
    if (cells > width) break
    kept += segment
  }
  return `${kept}…`
}
