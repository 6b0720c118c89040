import { describe, expect, test } from 'vitest'
import { makeHome } from '../support/home.ts'
import { collectHelps, leavesOf } from '../support/helps.ts'
import { printTable } from './exit-codes/print.ts'
import { codes } from './exit-codes/row.ts'
import { wrongWith } from './exit-codes/show.ts'
import { isQuick, rows, table } from './exit-codes/table.ts'

// The rows that need a session or a server are run by test/long/exit-codes.test.ts.
describe('with nothing there, a command ends with', () => {
  test.concurrent.each(rows.filter(isQuick))('$name', async (row) => {
    expect(await wrongWith(row)).toEqual([])
  })
})

describe('the table', () => {
  test('has each command of the program, with each code shown or said to be none of its', async () => {
    const home = makeHome()
    const commands = leavesOf(await collectHelps(home)).map(([path]) => path)
    home.remove()
    expect(Object.keys(table).toSorted()).toEqual([...commands, 'help'].toSorted())
    for (const [command, { shown, never }] of Object.entries(table)) {
      const ends = new Set(shown.map(({ code }) => code))
      const none = new Set(never.flatMap((one) => one.codes))
      const missing = codes.filter((code) => !ends.has(code) && !none.has(code))
      const both = codes.filter((code) => ends.has(code) && none.has(code))
      expect({ command, missing, both }).toEqual({ command, missing: [], both: [] })
    }
  })

  test('is printed as it is', async () => {
    await expect(printTable()).toMatchFileSnapshot('exit-codes/TABLE.md')
  })
})
