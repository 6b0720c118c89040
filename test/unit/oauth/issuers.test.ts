import { describe, expect, it } from 'vitest'
import {
  forLibrary,
  type ExpectedIssuer,
} from '../../../src/providers/oauth/replies/id-token-issuer.ts'
import { isAnswerOf, isIssuerAt, isOfIssuer } from '../../../src/providers/oauth/server/issuers.ts'
import { readClaims } from '../../../src/core/jwt.ts'
import { signJwt } from './fake-server.ts'

const id = '6f3b2c1d-0000-4000-8000-1234567890ab'
const other = '7f3b2c1d-0000-4000-8000-1234567890ab'
const consumers = '9188040d-6c67-4c5b-b112-36a304b66dad'
const global = 'https://login.microsoftonline.com'
const china = 'https://login.partner.microsoftonline.cn'

/** An address, and what the document there names as its issuer. */
const right: ReadonlyArray<readonly [asked: string, named: string]> = [
  ['https://sso.example.com', 'https://sso.example.com'],
  ['https://sso.example.com', 'https://sso.example.com/'],
  ['https://sso.example.com/', 'https://sso.example.com'],
  ['https://sso.example.com/o', 'https://sso.example.com/o/'],
  ['https://SSO.example.com:443/o/', 'https://sso.example.com/o'],
  ['https://sso.example.com/common/v2.0', 'https://sso.example.com/{tenantid}/v2.0'],
  [`${global}/common/v2.0`, `${global}/{tenantid}/v2.0`],
  [`${global}/organizations/v2.0/`, `${global}/{tenantid}/v2.0`],
  [`${global}/consumers/v2.0`, `${global}/${consumers}/v2.0`],
  [`${global}/example.onmicrosoft.com/v2.0`, `${global}/${id}/v2.0`],
  [`${global}/${id}/v2.0`, `${global}/${id}/v2.0`],
  [`${global}/common`, 'https://sts.windows.net/{tenantid}/'],
  [`${global}/${id}`, `https://sts.windows.net/${id}/`],
  [
    'https://login.microsoftonline.us/common/v2.0',
    'https://login.microsoftonline.us/{tenantid}/v2.0',
  ],
  [
    'https://login.microsoftonline.us/example.us/v2.0',
    `https://login.microsoftonline.us/${id}/v2.0`,
  ],
  [`${china}/organizations/v2.0`, `${china}/{tenantid}/v2.0`],
  [`${china}/common`, 'https://sts.chinacloudapi.cn/{tenantid}/'],
  [
    'https://contoso.ciamlogin.com/contoso.onmicrosoft.com/v2.0',
    `https://${id}.ciamlogin.com/${id}/v2.0`,
  ],
  [
    'https://contoso.b2clogin.com/contoso.onmicrosoft.com/b2c_1_in/v2.0',
    `https://contoso.b2clogin.com/${id}/v2.0/`,
  ],
]

const wrong: ReadonlyArray<readonly [asked: string, named: string]> = [
  ['https://sso.example.com', 'https://evil.example.com'],
  ['https://sso.example.com', 'http://sso.example.com'],
  ['https://sso.example.com', 'https://sso.example.com:8443'],
  ['https://sso.example.com', 'https://sso.example.com//'],
  ['https://sso.example.com/a', 'https://sso.example.com/b'],
  ['https://sso.example.com/a', 'https://sso.example.com/A'],
  ['https://sso.example.com/a', 'https://sso.example.com/a?b'],
  ['https://sso.example.com/a', 'https://user@sso.example.com/a'],
  ['https://sso.example.com/a', 'no address'],
  ['https://sso.example.com/a/v2.0', 'https://sso.example.com/{tenantid}/v1.0'],
  ['https://sso.example.com/a/v2.0', 'https://evil.example.com/{tenantid}/v2.0'],
  ['https://sso.example.com/v2.0', 'https://sso.example.com/{tenantid}/v2.0'],
  ['https://sso.example.com//v2.0', 'https://sso.example.com/{tenantid}/v2.0'],
  ['https://sso.example.com/a/v2.0', `https://sso.example.com/${id}/v2.0`],
  [`${global}/${id}/v2.0`, `${global}/${other}/v2.0`],
  [`${global}/${id}/v2.0`, `https://sts.windows.net/${other}/`],
  [`${global}/common/v2.0`, 'https://evil.example.com/{tenantid}/v2.0'],
  [`${global}/common/v2.0`, `https://login.microsoftonline.com.evil.example/${id}/v2.0`],
  [`${global}/common/v2.0`, 'https://login.microsoftonline.us/{tenantid}/v2.0'],
  [`${global}:8443/common/v2.0`, `${global}/${id}/v2.0`],
  ['http://login.microsoftonline.com/common/v2.0', `${global}/${id}/v2.0`],
  [`${china}/common/v2.0`, `${global}/{tenantid}/v2.0`],
  ['https://evil.b2clogin.com/x/v2.0', `https://contoso.b2clogin.com/${id}/v2.0/`],
  ['https://evilb2clogin.com/x/v2.0', `https://contoso.b2clogin.com/${id}/v2.0/`],
]

describe('the issuer of a document', () => {
  it.each(right)('at %s may be %s', (asked, named) => {
    expect(isIssuerAt(new URL(asked), named)).toBe(true)
  })

  it.each(wrong)('at %s is not %s', (asked, named) => {
    expect(isIssuerAt(new URL(asked), named)).toBe(false)
  })
})

describe('the issuer of an ID token', () => {
  const template = `${global}/{tenantid}/v2.0`
  it.each([
    ['https://sso.example.com', { iss: 'https://sso.example.com' }],
    [template, { iss: `${global}/${id}/v2.0`, tid: id }],
    ['https://sts.windows.net/{tenantid}/', { iss: `https://sts.windows.net/${id}/`, tid: id }],
    ['https://accounts.google.com', { iss: 'accounts.google.com' }],
    ['https://accounts.google.com', { iss: 'https://accounts.google.com' }],
  ])('of %s may be %o', (issuer, claims) => {
    expect(isOfIssuer(issuer, claims)).toBe(true)
  })

  it.each([
    ['https://sso.example.com', { iss: 'https://sso.example.com/' }],
    ['https://sso.example.com', { iss: 'sso.example.com' }],
    ['https://sso.example.com', {}],
    ['https://sso.example.com', { iss: ['https://sso.example.com'] }],
    [template, { iss: template }],
    [template, { iss: template, tid: '{tenantid}' }],
    [template, { iss: `${global}/${id}/v2.0` }],
    [template, { iss: `${global}/${id}/v2.0`, tid: other }],
    [template, { iss: `${global}/undefined/v2.0` }],
    [template, { iss: `${global}/../v2.0`, tid: '..' }],
    [template, { iss: `${global}/$&/v2.0`, tid: '$&' }],
    [template, { iss: `https://evil.example.com/${id}/v2.0`, tid: id }],
    ['https://accounts.google.com', { iss: 'accounts.google.com.evil.example' }],
    ['https://accounts.google.com', { iss: 'http://accounts.google.com' }],
  ])('of %s is not %o', (issuer, claims) => {
    expect(isOfIssuer(issuer, claims)).toBe(false)
  })
})

describe('the answer of a browser', () => {
  it.each([
    ['https://sso.example.com', 'https://sso.example.com', true],
    ['https://sso.example.com', 'https://sso.example.com/', false],
    ['https://sso.example.com', '', false],
    [`${global}/{tenantid}/v2.0`, `${global}/${id}/v2.0`, true],
    [`${global}/{tenantid}/v2.0`, `${global}/{tenantid}/v2.0`, false],
    [`${global}/{tenantid}/v2.0`, `${global}/${id}/evil/v2.0`, false],
    [`${global}/{tenantid}/v2.0`, `${global}/v2.0`, false],
    [`${global}/{tenantid}/v2.0`, `https://evil.example.com/${id}/v2.0`, false],
  ])('of %s with the issuer %s: %s', (issuer, named, right) => {
    expect(isAnswerOf(issuer, named)).toBe(right)
  })
})

describe('an ID token for the library', () => {
  const text = 'https://text.example.com'
  const read = (claims: object, expected: ExpectedIssuer) =>
    readClaims(forLibrary(signJwt(claims), expected, text))?.['iss']

  it('names the issuer that the library looks for where it is right, and else does not', () => {
    const document = { issuer: 'https://sso.example.com', by: 'document' } as const
    const user = { ...document, by: 'user' } as const
    expect(read({ iss: 'https://sso.example.com' }, document)).toBe(text)
    expect(read({ iss: 'https://sso.example.com/' }, document)).toBe('https://sso.example.com/')
    expect(read({ iss: 'https://sso.example.com/' }, user)).toBe(text)
    expect(read({ iss: text }, document)).toBeUndefined()
    expect(read({ iss: 7 }, document)).toBe(7)
    const nobody = { issuer: undefined, by: 'nobody' } as const
    expect(read({ iss: 'https://any.example.com' }, nobody)).toBe(text)
    expect(read({}, nobody)).toBeUndefined()
    expect(read({ iss: '' }, nobody)).toBe('')
  })

  it('is left as it is where it is none, or already right', () => {
    const expected = { issuer: text, by: 'document' } as const
    const token = signJwt({ iss: text })
    expect(forLibrary(token, expected, text)).toBe(token)
    for (const odd of ['', 'a.b', 'a.!.c', '..']) {
      expect(forLibrary(odd, expected, text)).toBe(odd)
    }
  })
})
