import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT } from 'jose'
import { onTestFinished } from 'vitest'
import { startOidc } from './oidc-server.ts'

/** A certified server, and the part of GitHub that gives a job its ID tokens. */
export async function openGitHub() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const server = await startOidc({ trusted: publicKey })
  const asked: string[] = []
  const actions = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://actions')
    asked.push(request.headers.authorization ?? '')
    response.setHeader('content-type', 'application/json')
    void idToken(url.searchParams.get('audience') ?? '').then((value) =>
      response.end(JSON.stringify({ value })),
    )
  })
  await new Promise<void>((resolve) => actions.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    actions.close()
    await server.stop()
  })
  const { port } = actions.address() as AddressInfo
  const env = {
    GITHUB_ACTIONS: 'true',
    TOKN_PROVIDER: 'oauth',
    TOKN_ISSUER: server.issuer,
    TOKN_CLIENT_ID: 'native',
    TOKN_FLOW: 'ci',
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token?api-version=2`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'the-token-of-the-runner',
  }
  return { asked, env, idToken }

  async function idToken(audience: string): Promise<string> {
    return await new SignJWT({ sub: 'repo:org/name:ref:refs/heads/main' })
      .setProtectedHeader({ alg: 'RS256' })
      .setAudience(audience)
      .setExpirationTime('5m')
      .sign(privateKey)
  }
}
