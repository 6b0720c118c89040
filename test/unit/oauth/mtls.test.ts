import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttp } from '../../../src/io/http/http.ts'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { openReach } from '../../oauth/reach.ts'
import { canCertify, certify, type Certificate } from '../io/certificates.ts'
import { discoveryPath, metadata, startFake, type FakeServer } from './fake-server.ts'

/** RFC 8705: the client is known by its certificate, at endpoints of their own. */
describe.skipIf(!canCertify())('tls_client_auth', () => {
  let directory: string
  let authority: Certificate
  let client: Certificate
  let open: FakeServer
  let strict: FakeServer
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tokn-mtls-'))
    authority = certify(directory, 'authority', { authority: true })
    const { cert, key } = certify(directory, 'server', { issuer: authority })
    client = certify(directory, 'client', { issuer: authority })
    const good = { body: { access_token: 'bound', token_type: 'Bearer' } }
    const identity = { cert, key }
    strict = await startFake(
      { '/token': good },
      { ...identity, ca: authority.cert, requestCert: true, rejectUnauthorized: true },
    )
    const mtls_endpoint_aliases = { token_endpoint: `${strict.origin}/token` }
    open = await startFake({ [discoveryPath]: metadata({ mtls_endpoint_aliases }) }, identity)
  })
  afterAll(async () => {
    await open?.stop()
    await strict?.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  async function logIn(
    certificate: Certificate | undefined,
    named: Readonly<Record<string, string>> = { client_auth: 'tls_client_auth' },
  ) {
    const provider = await openOauth({
      settings: {
        issuer: open.origin,
        client_id: 'app',
        flow: 'client',
        trust_endpoints: strict.origin,
        ...named,
      },
      certificate: certificate?.certPath,
    })
    const http = createHttp({
      environment: {},
      ca: authority.certPath,
      certificate: certificate?.certPath,
      key: certificate?.keyPath,
    })
    return await provider.login!(openReach({}, { http }), {})
  }

  it('goes to the aliases, with the client id and nothing secret', async () => {
    expect((await logIn(client)).access.reveal()).toBe('bound')
    const { form, headers } = strict.seen[0]!
    expect(Object.fromEntries(form)).toEqual({ client_id: 'app', grant_type: 'client_credentials' })
    expect(headers.authorization).toBeUndefined()
  })

  it('is not named where the server offers nothing else', async () => {
    const usual = open.answers[discoveryPath]
    const mtls_endpoint_aliases = { token_endpoint: `${strict.origin}/token` }
    for (const method of ['tls_client_auth', 'self_signed_tls_client_auth']) {
      const token_endpoint_auth_methods_supported = [method]
      open.answers[discoveryPath] = metadata({
        mtls_endpoint_aliases,
        token_endpoint_auth_methods_supported,
      })
      const { access, context } = await logIn(client, {})
      expect(access.reveal()).toBe('bound')
      expect(context['client_auth']).toBe('tls_client_auth')
    }
    open.answers[discoveryPath] = usual!
  })

  it('fails without the certificate', async () => {
    await expect(logIn(undefined)).rejects.toMatchObject({ code: 'network' })
  })
})
