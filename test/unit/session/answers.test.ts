import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Field } from '../../../src/core/provider.ts'
import { Secret } from '../../../src/core/secret.ts'
import { checkLoginAnswers, collectAnswers } from '../../../src/session/login/answers.ts'

const sources = ['flag', 'variable', 'kept', 'default'] as const

/** Answers a field for which each source named has its own name as the value. */
async function answer(field: Field, having: readonly string[]) {
  const has = (source: string) => having.includes(source)
  const secret = field.secret === true
  const text = (source: string) => (secret ? new Secret(source) : source)
  const { settings, secrets } = await collectAnswers(
    [{ ...field, ...(has('default') ? { default: 'default' } : {}) }],
    {
      set: has('flag') && !secret ? { x: 'flag' } : {},
      secrets: has('flag') && secret ? { x: new Secret('flag') } : {},
      fromEnvironment: (name) => (name === 'x' && has('variable') ? 'variable' : undefined),
      ...(has('kept') ? { kept: { x: text('kept') } } : {}),
    },
  )
  return settings['x'] ?? secrets['x']?.reveal()
}

const shapes: readonly Field[] = [
  { name: 'x', label: 'X' },
  { name: 'x', label: 'X', optional: true },
  { name: 'x', label: 'X', choices: [...sources] },
  { name: 'x', label: 'X', choices: [...sources], optional: true },
  { name: 'x', label: 'X', secret: true },
  { name: 'x', label: 'X', secret: true, optional: true },
]

describe('an answer', () => {
  it('is that of the first who has one: flag, variable, what was kept, default', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...shapes),
        fc.subarray([...sources], { minLength: 1 }),
        async (field, having) => {
          const able = field.secret === true ? having.filter((one) => one !== 'default') : having
          if (able.length === 0) return
          const first = sources.find((source) => able.includes(source))
          expect(await answer(field, able)).toBe(first)
        },
      ),
    )
  })

  it('given by a variable goes before the file that an earlier login named', async () => {
    const fields: readonly Field[] = [
      { name: 'key_file', label: 'File', file: true, optional: true },
      { name: 'key', label: 'Key', secret: true, optional: true },
    ]
    const of = async (kept: Record<string, string>, environment: Record<string, string>) => {
      const given = { set: {}, secrets: {}, kept, fromEnvironment: (n: string) => environment[n] }
      const { secrets } = await collectAnswers(fields, given)
      return secrets['key']?.reveal()
    }
    expect(await of({ key_file: '/k' }, { key: 'now' })).toBe('now')
    expect(await of({ key_file: '/k' }, {})).toBeUndefined()
    expect(await of({}, { key_file: '/k', key: 'content' })).toBeUndefined()
  })

  it('that is none of the choices is refused, whoever gives it', async () => {
    const field: Field = { name: 'x', label: 'X', choices: ['a'] }
    const nobody = { set: {}, secrets: {}, fromEnvironment: () => undefined }
    for (const one of [
      { ...nobody, set: { x: 'b' } },
      { ...nobody, fromEnvironment: () => 'b' },
      { ...nobody, kept: { x: 'b' } },
    ]) {
      await expect(collectAnswers([field], one)).rejects.toMatchObject({ code: 'usage' })
    }
  })

  it('for which a login makes no token is refused before it', () => {
    const fields: readonly Field[] = [
      { name: 'at', label: 'At', choices: ['here', 'there'], loginChoices: ['here'] },
    ]
    const check = (answers: Record<string, string>) => () =>
      checkLoginAnswers({ title: 'It', fields }, answers)
    expect(check({ at: 'here' })).not.toThrow()
    expect(check({})).not.toThrow()
    expect(check({ at: 'there' })).toThrow('makes no tokens for at "there"')
  })
})
