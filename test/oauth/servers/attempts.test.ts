import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { head, refreshesOfTwenty, rows } from './attempts.ts'

/** `server: column` of each number in docs/oauth.md; what is no number says that there is no such. */
function listNumbers(): readonly string[] {
  return rows.flatMap((row) =>
    head.slice(2).flatMap((column, at) => {
      const cell = row[at + 2]
      expect(cell, `${row[0]}, ${column}`).toMatch(/^(1|-)$/)
      return cell === '-' ? [] : [`${row[0]}: ${column}`]
    }),
  )
}

/** The same of each number that a suite measures, by the words that it is written with. */
function listMeasured(): readonly string[] {
  const folder = join(import.meta.dirname, '..')
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = all.filter((file) => file.endsWith('.test.ts'))
  return files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8')
    const own = /^const name = '([^']+)'$/m.exec(text)?.[1]
    const nameOf = (word: string) => (word === 'name' ? own : word.slice(1, -1))
    const attempts = text.matchAll(/\.record\((name|'[^']+'), '([^']+)'\)/g)
    const refreshes = text.matchAll(/\brecordRefreshes\((name|'[^']+'),/g)
    return [
      ...[...attempts].map(([, server = '', column]) => `${nameOf(server)}: ${column}`),
      ...[...refreshes].map(([, server = '']) => `${nameOf(server)}: ${refreshesOfTwenty}`),
    ]
  })
}

test('each number of the guide is measured by a suite, and each that is measured is told', () => {
  const told = listNumbers()
  expect(told.length).toBeGreaterThan(20)
  expect([...new Set(listMeasured())].toSorted()).toEqual(told.toSorted())
})
