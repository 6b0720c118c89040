import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import type { Context } from '../../../src/commands/context.ts'
import { toldOf } from '../../../src/commands/flags/declare.ts'
import { pathOf } from '../../../src/commands/flags/path.ts'
import type { Topic } from '../../../src/commands/help.ts'
import { printPage } from '../../../src/commands/help/page.ts'
import { printTopic } from '../../../src/commands/help/topics.ts'
import { namesIn, shapes } from '../../../src/commands/output/shapes.ts'
import { groups, topics } from '../../../src/messages/en/help.ts'
import { builtInDefinition } from '../../../src/providers/builtin/definitions.ts'
import { builtIns, openProvider } from '../../../src/providers/catalog.ts'
import { readParts } from '../../support/fits-shape.ts'
import { openTree } from './tree.ts'

const widths = [40, 58, 80, 140]

const program = openTree()

function withAllBelow(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withAllBelow)]
}

const commands = withAllBelow(program)
const nameOf = (command: Command) => `tokn ${pathOf(command)}`.trim()

/** Lines that are longer than they may be: a single word that is longer, or one in quotes, is none. */
function overlong(page: string, width: number): readonly string[] {
  const word = /^ *(\$ )?[^\s"']*("[^"]*"|'[^']*'|)[^\s"']*( \\)?$/
  return page.split('\n').filter((line) => line.length > width && !word.test(line))
}

/** A context in which the built-in providers can be looked at. */
const context = {
  definitions: async () => ({ text: (id: string) => builtInDefinition(id) && '{}' }),
  providers: async () => builtIns().map((one) => ({ ...one, source: 'built-in' })),
  ports: () => ({ provider: openProvider }),
} as unknown as Context

describe.each(commands.map((command) => [nameOf(command), command] as const))(
  'the help of %s',
  (name, command) => {
    it('fits every width', () => {
      for (const width of widths) {
        expect(overlong(printPage(command, width), width)).toEqual([])
      }
    })

    it('lists every flag and every command that it takes', () => {
      const { options } = command
      expect(options.filter(({ hidden }) => hidden)).toEqual([])
      for (const width of widths) {
        const lines = printPage(command, width).split('\n')
        // One that is longer than the line has its value below.
        const whole = lines.join('\n').replaceAll(/^(  --\S+)\n {4}(?=<)/gm, '$1 ')
        const listed = (term: string) =>
          (term.length > width - 2 ? whole.split('\n') : lines).some(
            (line) => line === `  ${term}` || line.startsWith(`  ${term}  `),
          )
        const flags = [...options.map((option) => option.flags), '-h, --help']
        expect(flags.filter((flag) => !listed(flag))).toEqual([])
        const below = command.commands.map((one) => one.name())
        const missing = below.filter((one) => !lines.some((line) => line.match(`^  ${one}\\b`)))
        expect(missing).toEqual([])
      }
    })

    it('stands under one of the headings', () => {
      if (command === program) return
      expect({ name, group: toldOf(command)?.group }).toEqual({
        name,
        group: expect.toSatisfy((group: unknown) => Object.hasOwn(groups, String(group))),
      })
    })
  },
)

describe.each(Object.keys(topics) as Topic[])('tokn help %s', (topic) => {
  it('fits every width, and says the same at each', async () => {
    const pages = widths.map(async (width) => {
      const page = await printTopic(topic, context, width)
      expect(overlong(page, width)).toEqual([])
      return page.replaceAll(/\s+\\?\s*/g, ' ')
    })
    const said = await Promise.all(pages)
    expect(new Set(said).size).toBe(1)
  })
})

describe('tokn help', () => {
  it('json names every document and what there is none of', async () => {
    const page = await printTopic('json', context, 1_000)
    for (const schema of Object.keys(shapes)) expect(page).toContain(`\n${schema}\n  `)
    const silent = commands
      .filter(({ commands: below }) => below.length === 0)
      .filter(({ options }) => !options.some(({ long }) => long === '--fields'))
    const names = silent.map((command) => pathOf(command).trim()).toSorted()
    expect(page).toContain(`No document: ${names.join(', ')}.`)
  })

  it('json has shapes that can be read', () => {
    for (const { fields } of Object.values(shapes)) {
      expect(readParts(fields).length).toBeGreaterThan(0)
    }
    const plain = { optional: false, list: false, below: undefined }
    expect(readParts('a b?(c d[](e)) f')).toEqual([
      { ...plain, name: 'a' },
      {
        name: 'b',
        optional: true,
        list: false,
        below: [
          { ...plain, name: 'c' },
          { ...plain, name: 'd', list: true, below: [{ ...plain, name: 'e' }] },
        ],
      },
      { ...plain, name: 'f' },
    ])
  })

  it.each([
    ['profile headers query', 'schema profile headers query'],

    ['a? b(c d) f?[](g h(i(j) k) a) l m[](n)', 'schema a b f l m g h'],
  ])('the names to be chosen from %j', (fields, names) => {
    expect(namesIn({ by: 'one', fields }).join(' ')).toBe(names)
  })

  it('providers tells of each where its tokens travel, with nothing left to fill in', async () => {
    const page = await printTopic('providers', context, 200)
    for (const { id } of builtIns()) expect(page).toMatch(new RegExp(`\\b${id}\\b`))
    expect(page).not.toMatch(/[{}]|undefined/)
    expect(page).toContain('in the query, oauth_provider=mcs&oauth_token=TOKEN')
    expect(page).toContain('in a header, X-Forensic-Access-Token: TOKEN')
  })

  it('scopes tells of each how they are written', async () => {
    const page = await printTopic('scopes', context, 200)
    for (const { id, fields } of builtIns()) {
      if (fields !== undefined) expect(page).toMatch(new RegExp(`^  ${id} +\\S`, 'm'))
    }
    expect(page).toContain('"GET /objects"')
  })
})
