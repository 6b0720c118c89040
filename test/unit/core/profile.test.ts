import { describe, expect, it } from 'vitest'
import {
  bindingOf,
  changedBinding,
  checkProfileName,
  type Profile,
} from '../../../src/core/profile.ts'

describe('checkProfileName', () => {
  it.each(['a', 'web', 'my.prod', 'a_b-c.d', '0', 'x'.repeat(64), 'console', 'com10'])(
    'takes %j',
    (name) => {
      expect(checkProfileName(name)).toBe(name)
    },
  )

  it.each([
    '',
    '../../etc/x',
    'a/b',
    '.',
    '..',
    'CON',
    'con',
    'nul',
    'com1',
    'lpt9.txt',
    'a:b',
    'trailing.',
    'trailing ',
    'PROD',
    'й',
    'a\0b',
    'a\r\nb',
    'a\u001b[0m',
    'a\u2028',
    '\u202ea',
    '\ud800',
    '__proto__',
    'constructor',
    'prototype',
    'tostring',
    'valueof',
    'hasownproperty',
    '-x',
    '.x',
    'x'.repeat(65),
    'x'.repeat(1_048_576),
  ])('refuses %j', (name) => {
    expect(() => checkProfileName(name)).toThrow('is not a valid profile name')
  })

  it('shows no control characters of a refused name', () => {
    expect(() => checkProfileName('a\u001b[2J')).toThrow('a\\x1b[2J')
  })
})

describe('the binding', () => {
  const profile: Profile = {
    name: 'web',
    id: 'i',
    provider: 'hosterby',
    baseUrl: 'https://a.example',
    apiUrls: ['https://b.example'],
    settings: { client_id: 'c' },
    overrides: { 'refresh.request.method': 'POST' },
    store: 'file',
    ca: '/ca.pem',
    proxy: 'http://p:1',
  }

  it('does not depend on the name or the store', () => {
    expect(
      changedBinding(bindingOf(profile), bindingOf({ ...profile, name: 'x', store: 'keychain' })),
    ).toBeUndefined()
  })

  it.each([
    [{ provider: 'oz' }, 'provider'],
    [{ baseUrl: 'https://evil.example' }, 'base URL'],
    [{ baseUrl: undefined }, 'base URL'],
    [{ apiUrls: ['https://b.example', 'https://evil.example'] }, 'API URL'],
    [{ settings: { client_id: 'd' } }, 'setting client_id'],
    [{ settings: { client_id: 'c', more: '1' } }, 'setting more'],
    [{ overrides: {} }, 'override refresh.request.method'],
    [{ ca: '/other.pem' }, 'certificate authority'],
    [{ proxy: undefined }, 'proxy'],
  ])('notices %j', (change, part) => {
    expect(changedBinding(bindingOf(profile), bindingOf({ ...profile, ...change }))?.part).toBe(
      part,
    )
  })
})
