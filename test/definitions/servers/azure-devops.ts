import { randomBytes, randomUUID } from 'node:crypto'
import { serve, type Answer, type Call, type Served } from './serve.ts'

interface Token {
  readonly id: string
  readonly name: string
  readonly scope: string
  readonly validTo: string
  readonly value: string
}

export interface AzureDevOps extends Served {
  /** A token of Microsoft Entra, a JWT that ends in an hour. */
  readonly entraToken: string
  /** Whether the service takes a personal access token, sent as the password of nobody. */
  accepts(authorization: string): boolean
}

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/tokens/pats ; 45 tokens from the start. */
export async function startAzureDevOps(): Promise<AzureDevOps> {
  const claims = { oid: 'o', exp: Math.floor(Date.now() / 1_000) + 3_600 }
  const entraToken = `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`
  const tokens: Token[] = []
  for (let count = 0; count < 45; count++) make(`old ${count}`, 'vso.code', 30 * 86_400_000)

  function make(name: string, scope: string, life: number): Token {
    const validTo = new Date(Date.now() + life).toISOString()
    const value = randomBytes(26).toString('hex')
    const token = { id: randomUUID(), name, scope, validTo, value }
    tokens.push(token)
    return token
  }

  function create(json: Readonly<Record<string, unknown>>): Answer {
    const scope = String(json['scope'])
    if (!/^(app_token|vso\.[a-z_]+( vso\.[a-z_]+)*)$/.test(scope)) return failed('invalidScope')
    const name = String(json['displayName'])
    if (name.length > 100) return failed('invalidDisplayName')
    const asked = json['validTo']
    const life = typeof asked === 'string' ? Date.parse(asked) - Date.now() : 30 * 86_400_000
    const token = make(name, scope, life)
    const patToken = { ...describe(token), token: token.value }
    return { status: 200, json: { patToken, patTokenError: 'none' } }
  }

  function answer({ method, path, query, headers, json }: Call): Answer {
    if (headers['authorization'] !== `Bearer ${entraToken}`) return { status: 401 }
    if (path !== '/lab/_apis/tokens/pats') return { status: 404 }
    if (!query.has('api-version')) {
      const message = 'No api-version was supplied for the request.'
      return { status: 400, json: { typeKey: 'VssVersionNotSpecifiedException', message } }
    }
    if (method === 'POST') return create(json)
    if (method === 'DELETE') {
      const index = tokens.findIndex(({ id }) => id === query.get('authorizationId'))
      if (index >= 0) tokens.splice(index, 1)
      return { status: 204 }
    }
    const from = Number(query.get('continuationToken') ?? 0)
    const next = from + Number(query.get('$top') ?? 20)
    const continuationToken = next < tokens.length ? String(next) : ''
    const patTokens = tokens.slice(from, next).map(describe)
    return { status: 200, json: { continuationToken, patTokens } }
  }

  const served = await serve(answer)
  return {
    ...served,
    baseUrl: `${served.baseUrl}/lab`,
    entraToken,
    accepts: (authorization) =>
      tokens.some(
        ({ value }) => authorization === `Basic ${Buffer.from(`:${value}`).toString('base64')}`,
      ),
  }
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function describe({ id, name, scope, validTo }: Token) {
  const validFrom = '2026-01-02T03:04:05.1234567Z'
  return { displayName: name, validTo, scope, validFrom, authorizationId: id, targetAccounts: [] }
}

// Said with 200.
function failed(patTokenError: string): Answer {
  return { status: 200, json: { patToken: null, patTokenError } }
}
