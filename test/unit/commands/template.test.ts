import { describe, expect, it } from 'vitest'
import { readTemplate } from '../../../src/commands/output/template.ts'

const names = ['profile', 'state', 'expires_in'] as const
const values = { profile: 'web', state: 'alive', expires_in: '14m 3s' }

describe('a template', () => {
  it.each([
    ['', ''],
    ['plain', 'plain'],
    ['{profile}', 'web'],
    ['{ profile }: {state}', 'web: alive'],
    ['{{profile}}', '{profile}'],
    ['\\{profile\\}', '{profile}'],
    ['{{{profile}}}', '{web}'],
    ['{profile}\\t{state}\\n', 'web\talive\n'],
    ['\\\\n', '\\n'],
    // What is no escape stays as it was typed; so does what a shell has made of one.
    ['\\x \\', '\\x \\'],
    ['a\nb', 'a\nb'],
    ['🔑 {profile} $HOME `id`', '🔑 web $HOME `id`'],
    ['{profile}{profile}', 'webweb'],
  ])('%j gives %j', (text, filled) => {
    expect(readTemplate(text, names)(values)).toBe(filled)
  })

  it.each([
    ['{nope}', '--format knows nothing called {nope}'],
    ['{}', '--format knows nothing called {}'],
    ['{toString}', '--format knows nothing called {toString}'],
    ['{__proto__}', '--format knows nothing called {__proto__}'],
    ['{profile', '--format has a { without a }'],
    ['{pro{file}', '--format has a { without a }'],
    ['profile}', '--format has a } without a {'],
    ['{\u001b[31m}', '--format knows nothing called {\\x1b[31m}'],
  ])('%j is refused', (text, message) => {
    expect(() => readTemplate(text, names)).toThrow(message)
  })

  it('names what there is where something is not', () => {
    const hint = 'it has: {profile} {state} {expires_in}'
    expect(() => readTemplate('{x}', names)).toThrow(expect.objectContaining({ hint }))
  })

  it('fills no value in again', () => {
    expect(readTemplate('{profile}', names)({ ...values, profile: '{state}\\n' })).toBe(
      '{state}\\n',
    )
  })
})
