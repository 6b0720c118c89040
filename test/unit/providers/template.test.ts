import { describe, expect, it } from 'vitest'
import { fillBody, fillText, fillValue } from '../../../src/providers/templates/fill.ts'
import type { TemplateValues } from '../../../src/providers/templates/placeholder-values.ts'
import { parseTemplate } from '../../../src/providers/templates/template.ts'
import { Secret } from '../../../src/core/secret.ts'
import { now } from './reach.ts'

const known: TemplateValues = {
  fields: [
    { name: 'user', label: 'User' },
    { name: 'otp', label: 'Code', optional: true },
    { name: 'realm', label: 'Realm', default: 'main' },
    { name: 'kind', label: 'Kind', choices: ['a', 'b'] },
  ],
  answers: { user: new Secret('jö r/g'), count: '7', yes: 'true', empty: '' },
  context: { userId: '42' },
  baseUrl: 'https://api.example',
  now,
  access: new Secret('AT'),
  refresh: new Secret('RT'),
  target: 'id 1',
  grant: { scopes: ['GET /a', 'b'], lifetime: 5_400_000, name: 'ci' },
}
// printf 42 | sha256sum
const sha256 = '73475cb40a568e8da8a045ced110137e159f890ac4da883b6b17dc651b3a8049'
const bare: TemplateValues = { ...known, grant: {} }

describe('templates', () => {
  it.each([
    ['plain', 'plain'],
    ['', ''],
    ['{fields.user}', 'jö r/g'],
    ['{fields.user|percent}', 'j%C3%B6%20r%2Fg'],
    ['{fields.user|base64}', 'asO2IHIvZw=='],
    ['{fields.user|base64url}', 'asO2IHIvZw'],
    ['{fields.user|upper}', 'JÖ R/G'],
    ['{context.userId|sha256}', sha256],
    ['{fields.count|number}', 7],
    ['{fields.count}', '7'],
    ['{fields.yes|boolean}', true],
    ['{fields.realm}', 'main'],
    ['{fields.otp}', undefined],
    ['{fields.otp|or:none}', 'none'],
    ['{fields.empty|or:}', ''],
    ['x{fields.otp}', undefined],
    ['Bearer {access}', 'Bearer AT'],
    ['{access}:{refresh}', 'AT:RT'],
    ['{context.userId}', '42'],
    ['{context.userId|number}', 42],
    ['{context.nothing}', undefined],
    ['{context.__proto__}', undefined],
    ['{context.constructor}', undefined],
    ['{scopes}', ['GET /a', 'b']],
    ['{scopes|space}', 'GET /a b'],
    ['{scopes|comma}', 'GET /a,b'],
    ['{scopes|json-array}', '["GET /a","b"]'],
    ['{scopes|map}', { 'GET /a': true, b: true }],
    ['{scopes|map:1}', { 'GET /a': 1, b: 1 }],
    ['{lifetime}', 5400],
    ['{lifetime|seconds}', 5400],
    ['{lifetime|milliseconds}', 5_400_000],
    ['{lifetime|minutes}', 90],
    ['{lifetime|minutes}m', '90m'],
    ['{lifetime|words}', '90 minutes'],
    ['{lifetime|seconds|string}', '5400'],
    ['{expires}', '2026-01-15T13:30:00Z'],
    ['{expires|iso}', '2026-01-15T13:30:00Z'],
    ['{expires|date}', '2026-01-15'],
    ['{expires|epoch}', now / 1000 + 5400],
    ['{expires|epoch-milliseconds}', now + 5_400_000],
    ['{expires|rfc1123}', 'Thu, 15 Jan 2026 13:30:00 GMT'],
    ['{now|epoch}', now / 1000],
    ['{name|or:tokn}', 'ci'],
    ['{target}', 'id 1'],
    ['{baseUrl}/x', 'https://api.example/x'],
    ['{{access}}', '{access}'],
    ['{{{access}}}', '{AT}'],
    ['{"a": 1}', '{"a": 1}'],
    ['{', '{'],
    ['}{', '}{'],
  ])('%s is %j', (template, value) => {
    expect(fillValue(template, known)).toEqual(value)
  })

  it.each(['{scopes}', '{lifetime|words}', '{expires}', '{name}', '{audience}', '{id}'])(
    '%s is absent when it was not asked for',
    (template) => expect(fillText(template, bare)).toBeUndefined(),
  )

  it.each([
    ['{fields.user}', { answers: {} }, 'usage'],
    ['{fields.kind}', { answers: { kind: 'c' } }, 'usage'],
    ['{fields.user|number}', {}, 'usage'],
    ['{fields.user|boolean}', {}, 'usage'],
    ['{lifetime|hours}', {}, 'usage'],
    ['{lifetime|days}', {}, 'usage'],
    ['{scopes|words}', {}, 'usage'],
    ['{refresh}', { refresh: undefined }, 'reauth_required'],
    ['{access}', { access: undefined }, 'reauth_required'],
    ['{target}', { target: undefined }, 'usage'],
  ])('%s with %j throws', (template, more, code) => {
    expect(() => fillValue(template, { ...known, ...more })).toThrow(
      expect.objectContaining({ code }),
    )
  })

  it('fills a body in, and leaves out what is absent', () => {
    const body = {
      user: '{fields.user}',
      otp: '{fields.otp}',
      nested: {
        list: ['{fields.otp}', 'x', 1, null, true],
        deep: { id: '{context.userId|number}' },
      },
      scopes: '{scopes}',
    }
    expect(fillBody(body, known)).toEqual({
      user: 'jö r/g',
      nested: { list: ['x', 1, null, true], deep: { id: 42 } },
      scopes: ['GET /a', 'b'],
    })
    expect(fillBody('{fields.otp}', known)).toBeUndefined()
  })

  it('a scope called like a time is a scope', () => {
    const named = { ...known, grant: { scopes: ['duration', 'instant'] } }
    expect(fillValue('{scopes|map}', named)).toEqual({ duration: true, instant: true })
  })

  it('tells what is no placeholder', () => {
    const strays: unknown[] = []
    const parts = parseTemplate('a{B}b{ access }c{d', (stray) => strays.push(stray))
    expect(parts).toEqual(['a{B}b{ access }c{d'])
    expect(strays).toEqual([
      { text: '{B}', isBrace: false },
      { text: '{ access }', isBrace: false },
      { text: '{', isBrace: true },
    ])
  })

  it('a uuid is another one each time', () => {
    expect(fillText('{uuid}', known)).not.toBe(fillText('{uuid}', known))
  })
})
