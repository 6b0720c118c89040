import { expect, it } from 'vitest'
import { hasNoUser } from '../../../src/core/base-url.ts'
import {
  checkAddress,
  checkEndpoint,
  checkMetadata,
} from '../../../src/providers/oauth/server/origins.ts'

it.each(['http://x:pw@127.0.0.1/t', 'http://:pw@127.0.0.1/t', 'https://x@a.example/t'])(
  '%s is refused for what stands before its host, and that is what is said',
  (text) => {
    expect(hasNoUser(new URL(text))).toBe(false)
    const endpoint = () => checkEndpoint(text, 'token_endpoint')
    expect(endpoint).toThrow('has more than an address: a user name, a password or a fragment')
    expect(endpoint).not.toThrow('pw')
    expect(() => checkAddress(text)).toThrow('no address of a discovery document')
    const issuer = new URL(text).origin
    expect(() => checkMetadata({ issuer, token_endpoint: text }, { issuer })).toThrow(
      'an address with a user name or a password as its token_endpoint',
    )
  },
)

it('says of an address without encryption that it is no https URL', () => {
  const endpoint = () => checkEndpoint('http://x:pw@a.example/t', 'token_endpoint')
  expect(endpoint).toThrow('token_endpoint "http://a.example/t" is not an https URL')
})
