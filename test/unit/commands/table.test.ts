import * as fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { fittedTable, table } from '../../../src/commands/output/table.ts'

const name = 'a name that is much longer than any column was ever allowed to be, to its very end'
const rows = [
  ['ID', 'NAME', 'STATE', 'SCOPES'],
  ['66a64c586a8ed41e84ece92b', name, 'active', 'GET /objects, POST /objects/:id/commands'],
  ['x', '-', 'expired', '-'],
]
const cells = fc.array(fc.array(fc.string({ maxLength: 80 }), { minLength: 1, maxLength: 6 }), {
  minLength: 1,
  maxLength: 6,
})

describe('a table', () => {
  it.each([undefined, 0, -1, 40])(
    'in a pipe is not cut, whatever the width is said to be: %s',
    (width) => {
      const lines = fittedTable(rows, { outIsTerminal: false, width })
      expect(lines.join('\n')).toContain(name)
      expect(lines.join('\n')).not.toContain('…')
      expect(lines).toEqual(table(rows, { outIsTerminal: false }))
    },
  )

  it.each([undefined, 0, -1])(
    'in a terminal of the width %s, which is none, is not cut',
    (width) => {
      expect(fittedTable(rows, { outIsTerminal: true, width }).join('\n')).toContain(name)
    },
  )

  it.each([400, 132, 100, 80, 60, 40, 20, 10, 5, 2, 1])('fits a terminal of %i', (width) => {
    const lines = fittedTable(rows, { outIsTerminal: true, width })
    expect(lines).toHaveLength(rows.length)
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width)
  })

  it('stands in even columns where characters are two cells wide, or several make one', () => {
    const wide = [
      ['NAME', 'STATE'],
      ['生産環境', 'active'],
      ['👍🏽 e\u0301', 'active'],
      ['plain', 'active'],
    ]
    const lines = table(wide)
    const starts = lines.map((line) => stringWidth(line.slice(0, line.search(/STATE|active/))))
    expect(starts).toEqual([10, 10, 10, 10])
    expect(fittedTable(wide, { outIsTerminal: true, width: 13 })[1]).toBe('生産…  active')
    expect(fittedTable(wide, { outIsTerminal: true, width: 12 })[1]).toBe('生産…  acti…')
  })

  it('cuts what is widest first, and leaves what is short', () => {
    const [, line = ''] = fittedTable(rows, { outIsTerminal: true, width: 100 })
    expect(line).toMatch(/^66a64c586a8ed41e84ece92b {2}a name that .*… {2}active {3}GET/)
  })

  it('is a line a row, whatever is in its cells', () => {
    fc.assert(
      fc.property(cells, fc.integer({ min: 1, max: 120 }), (some, width) => {
        const lines = fittedTable(some, { outIsTerminal: true, width })
        expect(lines).toHaveLength(some.length)
        for (const line of lines) {
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
          expect(stringWidth(line)).toBeLessThanOrEqual(width)
        }
      }),
    )
  })

  it('in a pipe has every cell whole', () => {
    fc.assert(
      fc.property(cells, (some) => {
        const lines = fittedTable(some, { outIsTerminal: false, width: undefined })
        for (const [index, row] of some.entries()) {
          const plain = row.filter((cell) => /^[!-~]+$/.test(cell))
          for (const cell of plain) expect(lines[index]).toContain(cell)
        }
      }),
    )
  })

  it('has no endless cell in a terminal', () => {
    const [line = ''] = table([['x'.repeat(10_000)]], { outIsTerminal: true })
    expect(line).toHaveLength(401)
    expect(table([['x'.repeat(10_000)]])[0]).toHaveLength(10_000)
  })
})
