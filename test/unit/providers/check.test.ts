import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkDefinition,
  checkValue,
  describeProblem,
  digestOf,
  jsonSchema,
  parseDefinition,
} from '../../../src/providers/schema/check.ts'
import { hosterby } from '../../../src/providers/builtin/hosterby.ts'
import { mcs } from '../../../src/providers/builtin/mcs.ts'
import { oz } from '../../../src/providers/builtin/oz.ts'
import { rightech } from '../../../src/providers/builtin/rightech.ts'
import { badDefinitions, badText } from './bad-definitions.ts'
import { define } from './shapes.ts'

function problemsIn(text: string): readonly string[] {
  const checked = checkDefinition(text)
  return checked.ok ? [] : checked.problems.map(describeProblem)
}

describe('a definition', () => {
  it.each([oz, mcs, rightech, hosterby].map((one) => [one.id, one] as const))(
    'built in, %s passes',
    (_, definition) => {
      expect(checkValue(JSON.parse(JSON.stringify(definition)))).toEqual([])
    },
  )

  it.each(badDefinitions)('with %j is wrong', (change, said) => {
    expect(problemsIn(badText(change)).join('\n')).toContain(said)
  })

  it('may have comments', () => {
    const text = `// mine\n${JSON.stringify(define(), undefined, 2)} /* that is all */`
    expect(parseDefinition(text).id).toBe('sample')
  })

  it.each([
    ['{\n  "id": "a",\n  "id": "b"\n}', 'line 3, column 9, id: this key is given twice'],
    ['{\n  "id": "a"\n  "title": "b"\n}', 'line 3, column 3: this is not JSON: expected a comma'],
    ['{', 'line 1, column 2: this is not JSON: expected a key in double quotes'],
    ['', 'line 1, column 1: this is not JSON: expected a value'],
    ['[]', 'line 1, column 1: expected an object, found a list'],
    ['null', 'line 1, column 1: expected an object, found null'],
    ['"x"', 'line 1, column 1: expected an object, found a string'],
    ['['.repeat(10_000), 'expected at most 24 levels'],
    [badText({ 'login.request.method': 'HEAD' }), 'line 24, column 17, login.request.method:'],
  ])('%#: says where', (text, said) => {
    expect(problemsIn(text).join('\n')).toContain(said)
  })

  it('tells five problems at most, in the order of the text', () => {
    const problems = problemsIn(
      badText({ id: 1, title: 2, docs: 3, rotation: 4, lifetime: 5, sliding: 6, ids: 7 }),
    )
    expect(problems).toHaveLength(5)
    expect(problems[0]).toMatch(/^line 2, /)
  })

  it('is thrown as one error with its problems in the hint', () => {
    expect(() => parseDefinition('{')).toThrow(
      expect.objectContaining({ code: 'usage', hint: expect.stringContaining('line 1, column 2') }),
    )
  })

  it('never crashes the check, and never shows a control character', () => {
    const keys = ['id', 'fields', 'login', 'attach', 'reply', 'request', 'when', 'a\u001b[31m']
    const value = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 6 }))
    fc.assert(
      fc.property(value, (change) => {
        const problems = problemsIn(JSON.stringify({ ...define(), ...change }))
        expect(problems.join('')).not.toMatch(/[\u0000-\u001f]/)
      }),
    )
  })

  it('has the same digest however it is laid out', () => {
    const [one, other] = [define(), JSON.parse(JSON.stringify(define(), undefined, 4))]
    expect(digestOf(one)).toBe(digestOf(other))
    expect(digestOf(define({ lifetime: '1h' }))).not.toBe(digestOf(one))
  })

  it('has a JSON Schema', () => {
    const schema = jsonSchema() as { properties: Record<string, unknown>; $defs: object }
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(['login', 'attach']))
    expect(Object.keys(schema.$defs)).toEqual(expect.arrayContaining(['exchange', 'places']))
  })
})
