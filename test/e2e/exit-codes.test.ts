import { describe, expect, test } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
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
    const commands = await collect([], home)
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

/** The commands that do something, found by reading the helps. */
async function collect(path: readonly string[], home: Home): Promise<readonly string[]> {
  const { out } = await run([...path, '--help'], { home })
  const [, listed = ''] = /^Commands:\n((?: .*\n?)*)/m.exec(out) ?? []
  const names = [...listed.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name)
  const children = names.filter((name) => name !== 'help')
  if (children.length === 0) return [path.join(' ')]
  return (await Promise.all(children.map((name) => collect([...path, name], home)))).flat()
}
