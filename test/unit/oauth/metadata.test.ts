import { describe, expect, it } from 'vitest'
import { readMetadataFile, tidyMetadata } from '../../../src/providers/oauth/server/metadata.ts'
import { checkMetadata } from '../../../src/providers/oauth/server/origins.ts'

describe('metadata', () => {
  it('are read as they are meant', () => {
    expect(
      tidyMetadata({
        issuer: ['https://sso.example.com'],
        token_endpoint: 'https://sso.example.com/token',
        userinfo_endpoint: '',
        jwks_uri: null,
        revocation_endpoint: [],
        grant_types_supported: 'client_credentials, refresh_token',
        scopes_supported: ['openid', 7, null, 'email'],
        response_types_supported: { code: true },
        authorization_response_iss_parameter_supported: 'TRUE',
        require_request_uri_registration: 'false',
        request_parameter_supported: false,
        mtls_endpoint_aliases: { token_endpoint: ['https://mtls.example.com/token'], x: null },
        service_documentation: 7,
      }),
    ).toEqual({
      issuer: 'https://sso.example.com',
      token_endpoint: 'https://sso.example.com/token',
      grant_types_supported: ['client_credentials', 'refresh_token'],
      scopes_supported: ['openid', 'email'],
      authorization_response_iss_parameter_supported: true,
      require_request_uri_registration: 'false',
      request_parameter_supported: false,
      mtls_endpoint_aliases: { token_endpoint: 'https://mtls.example.com/token' },
      service_documentation: 7,
    })
    expect(tidyMetadata({ mtls_endpoint_aliases: ['x'] })).toEqual({})
    // No request has a fragment; a page for the browser may need it.
    expect(
      tidyMetadata({
        token_endpoint: 'https://a.example.com/t#x',
        authorization_endpoint: 'https://a.example.com/#/login',
      }),
    ).toEqual({
      token_endpoint: 'https://a.example.com/t',
      authorization_endpoint: 'https://a.example.com/#/login',
    })
    // Which of several is meant, nobody knows.
    const several = { token_endpoint: ['https://a.example.com', 'https://b.example.com'] }
    expect(tidyMetadata(several)).toEqual(several)
    expect(() => checkMetadata(several, {})).toThrow('no https URL')
  })

  it('of a file may be written by hand', () => {
    const text = '\ufeff{"issuer": "https://sso.example.com", "token_endpoint": null}\n'
    expect(readMetadataFile(text, 'file')).toEqual({ issuer: 'https://sso.example.com' })
    for (const none of [
      '',
      '{',
      '[]',
      '7',
      '"x"',
      '{"issuer":"a","issuer":"b"}',
      `${'['.repeat(99)}`,
    ]) {
      expect(() => readMetadataFile(none, 'the-file')).toThrow(
        '"the-file" is no discovery document',
      )
    }
  })

  it('lose the page where the browser logs out, and nothing else, at an origin that is not named', () => {
    const settings = { issuer: 'https://sso.example.com' }
    const good = { issuer: 'https://sso.example.com', token_endpoint: 'https://sso.example.com/t' }
    for (const end_session_endpoint of [
      'https://other.example.com/out',
      'http://x',
      'javascript:1',
      7,
    ]) {
      expect(checkMetadata({ ...good, end_session_endpoint }, settings)).toEqual(good)
    }
    const whole = { ...good, end_session_endpoint: 'https://sso.example.com/out' }
    expect(checkMetadata(whole, settings)).toEqual(whole)
    const stray = { ...good, revocation_endpoint: 'https://other.example.com/revoke' }
    expect(() => checkMetadata(stray, settings)).toThrow('https://other.example.com')
  })
})
