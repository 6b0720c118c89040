import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../../support/home.ts'
import { readLine } from '../../unit/commands/tree.ts'
import { readWords } from '../words.ts'
import { deeds as hosterbyDeeds } from './hosterby-deeds.ts'
import { examples as hosterby } from './hosterby.ts'
import { deeds as mcsDeeds } from './mcs-deeds.ts'
import { shellLines } from './mcs-lines.ts'
import { examples as mcs } from './mcs.ts'
import { deeds as ozDeeds, examples as oz } from './oz.ts'
import { deeds as rightechDeeds } from './rightech-deeds.ts'
import { examples as rightech } from './rightech.ts'

const text = readFileSync(join(root, 'docs/vendors.md'), 'utf8')

/** A line of a vendor's document: what it says, what to do with tokn, and the tests that show it. */
interface Row {
  readonly said: string
  readonly withTokn: string
  readonly shown: string
}

function rowsUnder(vendor: string): readonly Row[] {
  const section = text.split(`\n## ${vendor}\n`)[1]?.split('\n## ')[0] ?? ''
  const lines = section.split('| --- | --- | --- |\n')[1]?.split('\n') ?? []
  return lines.flatMap((line) => {
    const [, said, withTokn, shown] = /^\| (.+) \| (.+) \| (.+) \|$/.exec(line) ?? []
    return said === undefined || withTokn === undefined || shown === undefined
      ? []
      : [{ said, withTokn, shown }]
  })
}

/** The tests that a row names; a sentence after a full stop is prose. */
function testsIn({ shown }: Row): readonly string[] {
  if (shown.startsWith('not shown: ')) return []
  return (shown.split(/\. (?=[A-Z])/)[0] ?? '').split('; ')
}

const vendors = [
  ['Oz Forensics', 'Oz', [...oz, ...ozDeeds]],
  ['MCS / VK Cloud Vision', 'MCS', [...mcs, ...mcsDeeds, ...shellLines]],
  ['Rightech IoT Cloud', 'Rightech', [...rightech, ...rightechDeeds]],
  ['hoster.by', 'hoster.by', [...hosterby, ...hosterbyDeeds]],
] as const

/** Every command line of the page, in its blocks and in its rows. */
const commands = [
  ...[...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.split('\n')),
  ...[...text.matchAll(/`(tokn [^`]+)`/g)].map(([, line = '']) => line),
]
  .map((line) => line.replace(/\s+# .*$/, '').trim())
  .filter((line) => line.startsWith('tokn '))

describe('the page of the vendors', () => {
  test.each(vendors)('names each test of %s, and no other', (heading, prefix, lines) => {
    const titles = lines.map(({ line }) => line.replace(`${prefix}: `, ''))
    expect(titles.length).toBe(new Set(titles).size)
    const named = rowsUnder(heading).flatMap(testsIn)
    expect([...new Set(named)].toSorted()).toEqual(titles.toSorted())
  })

  test.each(vendors)('has a command for each line of %s, or says why there is none', (heading) => {
    const rows = rowsUnder(heading)
    expect(rows.length).toBeGreaterThan(10)
    const idle = rows.filter(({ withTokn }) => !/`tokn |^nothing to do: |^`--/.test(withTokn))
    expect(idle).toEqual([])
  })

  test.each([...new Set(commands)])('shows a command that is taken: %s', async (line) => {
    const { command } = await readLine(readWords(line.replaceAll('"', "'")).slice(1))
    expect(line).toContain(`tokn ${command}`)
  })
})
