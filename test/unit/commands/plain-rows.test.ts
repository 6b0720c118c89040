import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkPlain, plainColumns, printPlain } from '../../../src/commands/output/plain-rows.ts'
import { namesIn, shapes } from '../../../src/commands/output/shapes.ts'

type Table = keyof typeof plainColumns
const tables = Object.entries(plainColumns) as readonly [Table, string][]

function printed(table: Table, entries: ReadonlyArray<Readonly<Record<string, unknown>>>): string {
  let text = ''
  printPlain({ terminal: { out: (more: string) => void (text += more) } } as never, table, entries)
  return text
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\t', '\n', '\r', '\u001b', '\u2028', '\u202e', 'a', '"') }),
  fc.constantFrom(null, undefined, 0, -1, true, [], ['a\tb', 'c\nd'], {}),
)

describe('--plain', () => {
  it.each(tables)(
    'of tokn %s has a line for each entry, and each column, whatever is in it',
    (table, names) => {
      const columns = names.split(' ')
      const entry = fc.record(Object.fromEntries(columns.map((name) => [name, hostile])))
      fc.assert(
        fc.property(fc.array(entry, { maxLength: 4 }), (entries) => {
          const lines = printed(table, entries).split('\n')
          expect(lines.pop()).toBe('')
          expect(lines).toHaveLength(entries.length)
          for (const line of lines) {
            expect(line.split('\t')).toHaveLength(columns.length)
            expect(line).not.toMatch(/[\0-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202e]/)
          }
        }),
      )
    },
  )

  it('is uncut, empty for what is not known, and plain words for the rest', () => {
    const long = 'x'.repeat(10_000)
    expect(printed('check', [{ profile: long, ok: true, reason: null, expires_in: 5 }])).toBe(
      `${long}\ttrue\t\t5\t\n`,
    )
    expect(printed('list', [{ id: 'a', scopes: ['GET /a', 'b'], facts: { user: 'x\ty' } }])).toBe(
      'a\t\t\t\t\tGET /a,b\tuser=x\\x09y\n',
    )
    expect(printed('status', [])).toBe('')
  })

  // A script counts them.
  it('has these columns, in this order', () => {
    expect(plainColumns).toMatchInlineSnapshot(`
      {
        "agent status": "profile state expires_at generation",
        "check": "profile ok reason expires_in needed",
        "doctor": "id status detail fix",
        "list": "id name state expires_at saved_as scopes",
        "profile list": "name default provider base_url store logged_in expired",
        "provider list": "id source title docs",
        "status": "profile state expires_at provider where store default credentials_kept problem fix expires_in",
        "status --store": "profile state generation expires_at provider pending wishes problem id expires_in",
        "store list": "store in_force usable where profiles source problem",
        "store verify": "profile status generation problem fix id",
        "uninstall --list": "kind sight path service account files bytes more",
        "which": "kind winner value source variable path ignored",
        "why": "generation at reason command pid parent cost issued_by host job",
      }
    `)
  })

  it('has columns by the names of fields of the documents', () => {
    const fields = new Set(Object.values(shapes).flatMap(namesIn))
    const columns = tables.flatMap(([, names]) => names.split(' '))
    expect(columns.filter((name) => !fields.has(name))).toEqual(
      ['winner'].filter((name) => !fields.has(name)),
    )
  })

  it('goes with no other shape of the answer', () => {
    expect(() => checkPlain({ plain: true, json: true })).toThrow('--plain and --json')
    expect(() => checkPlain({ plain: true, fields: 'a' })).toThrow('--plain and --fields')
    expect(() => checkPlain({ json: true })).not.toThrow()
  })
})
