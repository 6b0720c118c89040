import * as fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { fittedTable, table, wholeTable } from '../../../src/commands/output/table.ts'

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

  it.each([400, 132, 100, 80, 60, 50])('fits a terminal of %i', (width) => {
    const lines = fittedTable(rows, { outIsTerminal: true, width })
    expect(lines).toHaveLength(rows.length)
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width)
  })

  it.each([48, 40, 20, 10, 5, 2, 1])(
    'where its columns could not be read, in a terminal of %i, has a line for each cell',
    (width) => {
      const lines = fittedTable(rows, { outIsTerminal: true, width })
      for (const line of lines) {
        const fits = stringWidth(line) <= width || !line.trimStart().includes(' ')
        expect(fits, line).toBe(true)
      }
      expect(lines.filter((line) => line === '')).toHaveLength(rows.length - 2)
      const text = lines.join(' ').replaceAll(/ +/g, ' ')
      for (const [index, cell] of rows[1]?.entries() ?? []) {
        expect(text).toContain(`${rows[0]?.[index]}: ${cell}`)
      }
      expect(text).not.toContain(': -')
    },
  )

  it('cuts nothing where it has to be whole: what does not fit in a line is a paragraph', () => {
    const wide = Math.max(...table(rows).map((line) => line.length))
    expect(wholeTable(rows, { outIsTerminal: true, width: wide })).toEqual(table(rows))
    expect(wholeTable(rows, { outIsTerminal: false, width: 10 })).toEqual(table(rows))
    const narrow = wholeTable(rows, { outIsTerminal: true, width: wide - 1 })
    expect(narrow).toHaveLength(4 + 1 + 2)
    expect(narrow.slice(0, 2)).toEqual(['ID: 66a64c586a8ed41e84ece92b', `NAME: ${name}`])
  })

  it('paints the lines of each row', () => {
    const paint = (line: string, row: number) => `${row}|${line}`
    const inOne = fittedTable(rows, { outIsTerminal: true, width: 80 }, paint)
    expect(inOne.map((line) => line[0])).toEqual(['0', '1', '2'])
    const inMany = fittedTable(rows, { outIsTerminal: true, width: 40 }, paint)
    expect(inMany.at(0)).toBe('1|ID: 66a64c586a8ed41e84ece92b')
    expect(inMany.slice(-3)).toEqual(['', '2|ID: x', '2|STATE: expired'])
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
    const long = wide.map(([name = '', state = '']) => [`${name}${name}`, state])
    expect(fittedTable(long, { outIsTerminal: true, width: 20 })[1]).toBe('生産環境生…  active')
  })

  it('keeps columns even and fits, whatever characters are put together, and cuts none in two', () => {
    const units = [
      ...['a', 'W', '生', '産', 'ｱ', '한', 'e\u0301', 'n\u0303\u0323', '👍🏽', '🇩🇪', '❤️', '1️⃣'],
      ...['👩‍👩‍👧', '🏴‍☠️', '\u200b', '\u202e', '\u0301', 'Ж', 'ا', 'क्षि'],
    ]
    const word = fc.string({ unit: fc.constantFrom(...units), minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1 }),
        fc.integer({ min: 30, max: 70 }),
        (names, width) => {
          const some = names.map((one) => [one, '|'])
          const inPipe = table(some)
          const bars = inPipe.map((line) => stringWidth(line.slice(0, line.lastIndexOf('|'))))
          expect(new Set(bars).size).toBe(1)
          const lines = fittedTable(some, { outIsTerminal: true, width })
          const ends = lines.map((line) => stringWidth(line.slice(0, line.lastIndexOf('|'))))
          expect(new Set(ends).size).toBe(1)
          for (const [at, line] of lines.entries()) {
            expect(stringWidth(line)).toBeLessThanOrEqual(width)
            const kept = line.slice(0, line.lastIndexOf('|')).trimEnd()
            if (!kept.endsWith('…')) continue
            // What is left begins as the whole does, and ends where a reader sees an end.
            const whole = inPipe[at] ?? ''
            expect(whole.startsWith(kept.slice(0, -1))).toBe(true)
            const seen = [...new Intl.Segmenter().segment(whole)].map(({ index }) => index)
            expect(seen).toContain(kept.length - 1)
          }
        },
      ),
    )
  })

  it('keeps columns even whose cells are of wide characters', () => {
    const wide = [
      ['NAME', 'STATE'],
      ['日本語のとても長い名前', 'active'],
      ['ci', 'expired'],
    ]
    const screen = { outIsTerminal: true, width: 24 }
    expect(fittedTable(wide, screen)).toEqual([
      'NAME             STATE',
      '日本語のとても…  active',
      'ci               expired',
    ])
  })

  it('lets the last cell go on below, where a terminal has no room beside the others', () => {
    const labelled = [
      ['  scopes', 'GET /objects, POST /objects, DELETE /objects/:id'],
      ['  fingerprint', 'fp:9f2c11ab'],
    ]
    expect(table(labelled, { outIsTerminal: true, width: 40 })).toEqual([
      '  scopes       GET /objects, POST',
      '               /objects, DELETE',
      '               /objects/:id',
      '  fingerprint  fp:9f2c11ab',
    ])
    expect(table(labelled, { outIsTerminal: true, width: 30 })).toEqual([
      '  scopes',
      '    GET /objects, POST',
      '    /objects, DELETE',
      '    /objects/:id',
      '  fingerprint',
      '    fp:9f2c11ab',
    ])
    expect(table(labelled, { outIsTerminal: false, width: 30 })).toHaveLength(2)
  })

  it('cuts what is widest first, and leaves what is short', () => {
    const [, line = ''] = fittedTable(rows, { outIsTerminal: true, width: 100 })
    expect(line).toMatch(/^66a64c586a8ed41e84ece92b {2}a name that .*… {2}active {3}GET/)
  })

  it('is a line a row, whatever is in its cells, where six columns have room', () => {
    fc.assert(
      fc.property(cells, fc.integer({ min: 82, max: 200 }), (some, width) => {
        const lines = fittedTable(some, { outIsTerminal: true, width })
        expect(lines).toHaveLength(some.length)
        for (const line of lines) {
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
          expect(stringWidth(line)).toBeLessThanOrEqual(width)
        }
      }),
    )
  })

  it('is no wider than any terminal but for single words, whatever is in its cells', () => {
    fc.assert(
      fc.property(cells, fc.integer({ min: 1, max: 81 }), (some, width) => {
        for (const line of fittedTable(some, { outIsTerminal: true, width })) {
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
          const fits = stringWidth(line) <= width || !line.trim().includes(' ')
          expect(fits, line).toBe(true)
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
