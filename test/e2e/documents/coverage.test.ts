import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { deeds as hosterbyDeeds } from './hosterby-deeds.ts'
import { examples as hosterby } from './hosterby.ts'
import { deeds as mcsDeeds } from './mcs-deeds.ts'
import { shellLines } from './mcs-lines.ts'
import { examples as mcs } from './mcs.ts'
import { deeds as ozDeeds, examples as oz } from './oz.ts'
import { deeds as rightechDeeds } from './rightech-deeds.ts'
import { examples as rightech } from './rightech.ts'

const text = readFileSync(join(import.meta.dirname, 'COVERAGE.md'), 'utf8')

/** What the rows under a heading name in their second column; a sentence after a full stop is prose. */
function namedUnder(vendor: string): readonly string[] {
  const section = text.split(`\n## ${vendor}\n`)[1]?.split('\n## ')[0] ?? ''
  const cells = [...section.matchAll(/^\|.*\| (.+) \|$/gm)].map(([, cell = '']) => cell)
  const tests = cells.slice(2).filter((cell) => !cell.startsWith('not shown: '))
  return tests.flatMap((cell) => (cell.split(/\. (?=[A-Z])/)[0] ?? '').split('; '))
}

describe('the table of what is covered names each test of', () => {
  test.each([
    ['Oz', [...oz, ...ozDeeds]],
    ['MCS', [...mcs, ...mcsDeeds, ...shellLines]],
    ['Rightech', [...rightech, ...rightechDeeds]],
    ['hoster.by', [...hosterby, ...hosterbyDeeds]],
  ])('%s, and no other', (vendor, lines) => {
    const titles = lines.map(({ line }) => line.replace(`${vendor}: `, ''))
    expect(titles.length).toBe(new Set(titles).size)
    expect([...new Set(namedUnder(vendor))].toSorted()).toEqual(titles.toSorted())
  })
})
