import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { redact, Secret } from '../../../src/core/secret.ts'

describe('a secret', () => {
  const secret = new Secret('hunter2-canary')

  it.each([
    ['a template', `${secret}`],
    ['String()', String(secret)],
    ['concatenation', 'x' + String(secret)],
    ['JSON', JSON.stringify({ secret })],
    ['inspect', inspect({ secret }, { depth: 9, showHidden: true })],
    ['an error', new Error(`failed with ${secret}`).message],
    ['its keys', JSON.stringify(Object.entries(secret))],
  ])('does not show in %s', (_, text) => {
    expect(text).not.toContain('hunter2')
  })

  it('is given when asked for', () => {
    expect(secret.reveal()).toBe('hunter2-canary')
    expect(secret.equals(new Secret('hunter2-canary'))).toBe(true)
    expect(secret.equals(new Secret('hunter3-canary'))).toBe(false)
    expect(secret.equals(undefined)).toBe(false)
  })
})

describe('redact', () => {
  const value = 'p"ä +/=&canary?'
  const secret = new Secret(value)

  it.each([
    ['raw', value],
    ['percent-encoded', encodeURIComponent(value)],
    ['as a form value', new URLSearchParams({ a: value }).toString()],
    ['in JSON', JSON.stringify({ value })],
    ['in base64', Buffer.from(value).toString('base64')],
    ['in base64url', Buffer.from(value).toString('base64url')],
  ])('finds it %s', (_, text) => {
    expect(redact(`before ${text} after`)).toContain('[secret]')
    expect(redact(text)).not.toContain('canary')
    expect(redact(text)).not.toContain(Buffer.from(secret.reveal()).toString('base64').slice(0, 12))
  })

  it('takes the longer of two that overlap', () => {
    const long = new Secret('overlap-abcdef')
    expect(new Secret('overlap-abc').reveal()).toBe('overlap-abc')
    expect(redact(long.reveal())).toBe('[secret]')
  })
})
