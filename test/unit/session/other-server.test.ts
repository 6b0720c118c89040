import { expect, it } from 'vitest'
import { keptFor, namedIn, settingsFor } from '../../../src/session/other-server.ts'
import { fieldsFor } from '../../../src/providers/oauth/settings/login-fields.ts'
import { endpointNames } from '../../../src/providers/oauth/settings/fields.ts'
import { findPreset } from '../../../src/providers/oauth/presets.ts'

const fields = fieldsFor(undefined, {})
const issuer = 'https://one.example.com/tenant'
const found = {
  token_endpoint: 'https://one.example.com/token',
  client_auth: 'client_secret_post',
  trust_endpoints: 'https://keys.example.com',
}
const own = { client_id: 'app', scope: 'read' }
const kept = { issuer, ...found, ...own }

it.each([
  ['nothing', {}, kept],
  ['the same issuer', { issuer }, kept],
  ['the same issuer, with a slash', { issuer: `${issuer}/` }, kept],
  ['the same issuer, with an endpoint elsewhere', { issuer, token_endpoint: 'https://b/t' }, kept],
  ['an endpoint at its origin', { token_endpoint: 'https://one.example.com/token/2' }, kept],
  [
    'an endpoint at an origin that is trusted',
    { token_endpoint: 'https://keys.example.com/t' },
    kept,
  ],
  ['an endpoint at another origin', { token_endpoint: 'https://two.example.com/token' }, own],
  ['a browser endpoint at another origin', { authorization_endpoint: 'https://two/auth' }, own],
  ['a document elsewhere', { discovery: 'https://two.example.com/doc' }, own],
  ['a document in a file', { discovery: '/two.json' }, own],
  ['another tenant', { issuer: 'https://one.example.com/other' }, own],
  ['another server', { issuer: 'https://two.example.com' }, own],
  ['what is no URL', { issuer: 'two' }, own],
] as const)('a login that names %s keeps what is its own', (_, set, expected) => {
  expect(settingsFor(fields, kept, set)).toEqual(expected)
})

it('keeps endpoints without an issuer only where the issuer is at their origin', () => {
  const endpoints = { ...found, ...own }
  expect(settingsFor(fields, endpoints, { issuer })).toEqual(endpoints)
  expect(settingsFor(fields, endpoints, { issuer: 'https://two.example.com' })).toEqual(own)
  expect(settingsFor(fields, own, { issuer })).toEqual(own)
})

it('forgets a document for another one, for an issuer, and for a base URL', () => {
  const before = { ...own, discovery: 'https://one.example.com/doc' }
  expect(settingsFor(fields, before, { issuer: 'https://two.example.com' })).toEqual(own)
  expect(settingsFor(fields, before, { discovery: 'https://one.example.com/other' })).toEqual(own)
  const profile = { settings: before, baseUrl: undefined }
  expect(keptFor(fields, profile, {}, 'https://two.example.com')).toEqual({
    ...profile,
    settings: own,
  })
})

it('forgets a base URL that was the issuer so far', () => {
  const profile = { settings: own, baseUrl: 'https://one.example.com' }
  const token = (host: string) => ({ token_endpoint: `https://${host}/token` })
  expect(keptFor(fields, profile, token('one.example.com'), undefined)).toEqual(profile)
  expect(keptFor(fields, profile, token('two.example.com'), undefined).baseUrl).toBeUndefined()
})

it('forgets every endpoint that a profile can have', () => {
  const all = Object.fromEntries(endpointNames.map((name) => [name, `https://one.example/${name}`]))
  expect(settingsFor(fields, { ...all, ...own }, { issuer: 'https://two.example' })).toEqual(own)
})

it('takes what is typed before what a variable says, and only what names a server', () => {
  const variables: Readonly<Record<string, string>> = { issuer: 'b', discovery: 'd', scope: 's' }
  const set = { issuer: 'a', revocation_endpoint: 'r' }
  expect(namedIn(fields, set, (name) => variables[name])).toEqual({ issuer: 'a', discovery: 'd' })
})

it('keeps the other parts of an address where one of them is another', () => {
  const keycloak = fieldsFor(findPreset('keycloak'), {})
  const before = { domain: 'one.example', realm: 'r', client_auth: 'none', ...own }
  expect(settingsFor(keycloak, before, { realm: 'q' })).toEqual({
    ...own,
    ...{ domain: 'one.example', realm: 'r' },
  })
  expect(settingsFor(keycloak, before, { realm: 'r' })).toEqual(before)
})
