import { describe, expect, test } from 'vitest'
import { wrongWith } from '../e2e/exit-codes/show.ts'
import { isQuick, rows } from '../e2e/exit-codes/table.ts'

// Each row in a home and with servers of its own; test/e2e/exit-codes.test.ts runs those that need none.
describe('a command ends with', () => {
  test.concurrent.each(rows.filter((row) => !isQuick(row)))('$name', async (row) => {
    expect(await wrongWith(row)).toEqual([])
  })
})
