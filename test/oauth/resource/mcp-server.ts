import { createRequire } from 'node:module'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packagesOfOthers, requirePackage } from '../../support/npm-parts.ts'
import { scopes, type AuthorizationServer } from './authorization-server.ts'

const kit = join(packagesOfOthers, '@modelcontextprotocol/sdk')

/** Whether the official kit for MCP is there. */
export function hasMcp(): boolean {
  return requirePackage('mcp-sdk', '@modelcontextprotocol/sdk')
}

// The kit is not there where the types are checked.
/* oxlint-disable typescript/no-explicit-any */
async function load(path: string): Promise<any> {
  return await import(pathToFileURL(join(kit, 'dist/esm', `${path}.js`)).href)
}

export interface McpServer {
  /** The resource. */
  readonly url: string
  /** Subjects of the tokens that a tool was called with. */
  readonly callers: unknown[]
  stop(): Promise<void>
}

/** A server of the official kit with one tool, protected by the kit's own parts for that. */
export async function startMcpServer(logins: AuthorizationServer): Promise<McpServer> {
  const [{ McpServer: Server }, { StreamableHTTPServerTransport: Transport }, auth, bearer] =
    await Promise.all([
      load('server/mcp'),
      load('server/streamableHttp'),
      load('server/auth/router'),
      load('server/auth/middleware/bearerAuth'),
    ])
  const express = createRequire(join(kit, 'package.json'))('express')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`)
  const callers: unknown[] = []
  const app = express()
  app.use(
    auth.mcpAuthMetadataRouter({
      oauthMetadata: await metadataOf(logins),
      resourceServerUrl: url,
      scopesSupported: scopes,
    }),
  )
  const protect = bearer.requireBearerAuth({
    verifier: { verifyAccessToken: (token: string) => verify(logins, token, url.href) },
    requiredScopes: scopes,
    resourceMetadataUrl: auth.getOAuthProtectedResourceMetadataUrl(url),
  })
  app.all('/mcp', protect, express.json(), async (request: any, response: any) => {
    const tools = new Server({ name: 'test', version: '1.0.0' })
    tools.registerTool('whoami', { description: 'Says who calls' }, (extra: any) => {
      const caller = extra.authInfo.extra.subject
      callers.push(caller)
      return { content: [{ type: 'text', text: `you are ${caller}` }] }
    })
    const transport = new Transport({ sessionIdGenerator: undefined, enableJsonResponse: true })
    await tools.connect(transport)
    await transport.handleRequest(request, response, request.body)
  })
  server.on('request', app as RequestListener)
  return {
    url: url.href,
    callers,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Calls the tool as the kit's own client, with headers that somebody else has made. */
export async function callTool(url: string, headers: Record<string, string>): Promise<string> {
  const [{ Client }, { StreamableHTTPClientTransport: Transport }] = await Promise.all([
    load('client/index'),
    load('client/streamableHttp'),
  ])
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(new Transport(new URL(url), { requestInit: { headers } }))
  try {
    const { content } = await client.callTool({ name: 'whoami', arguments: {} })
    return content[0].text
  } finally {
    await client.close()
  }
}

async function metadataOf({ issuer }: AuthorizationServer): Promise<unknown> {
  return await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()
}

async function verify(logins: AuthorizationServer, token: string, audience: string) {
  const { InvalidTokenError } = await load('server/auth/errors')
  const found = await logins.verify(token, audience).catch((error: unknown) => {
    throw new InvalidTokenError(String(error))
  })
  return {
    token,
    clientId: found.clientId,
    scopes: (found.scope ?? '').split(' '),
    expiresAt: found.exp,
    extra: { subject: found.accountId },
  }
}
