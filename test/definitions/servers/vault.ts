import { randomBytes } from 'node:crypto'
import { serve, type Answer, type Call, type Served } from './serve.ts'

interface Token {
  readonly value: string
  readonly accessor: string
  readonly parent: string | undefined
  readonly name: string
  readonly policies: readonly string[]
  readonly ttl: number
  expires: number
}

export const vaultUser = { username: 'ada', password: 'pw vault' }

const usual = 3_600

/**
 * Userpass and the token store, as the documents describe them:
 * https://developer.hashicorp.com/vault/api-docs/auth/userpass and .../auth/token
 */
export async function startVault(): Promise<Served> {
  const tokens = new Map<string, Token>()

  function make(name: string, policies: readonly string[], ttl: number, parent?: string): Token {
    const value = `hvs.${randomBytes(24).toString('base64url')}`
    const accessor = randomBytes(18).toString('hex')
    const expires = Date.now() + ttl * 1_000
    const token = { value, accessor, parent, name, policies, ttl, expires }
    tokens.set(value, token)
    return token
  }

  // A revoked token takes with it every token that was made with it.
  function revoke(value: string): void {
    tokens.delete(value)
    for (const child of tokens.values()) if (child.parent === value) revoke(child.value)
  }

  function answer({ method, path, query, headers, json }: Call): Answer {
    if (method === 'POST' && path === `/v1/auth/userpass/login/${vaultUser.username}`) {
      if (json['password'] !== vaultUser.password) return no(400, 'invalid username or password')
      return withAuth(make(`userpass-${vaultUser.username}`, ['default', 'writer'], usual))
    }
    const own = tokens.get(headers['x-vault-token'] ?? '')
    if (own === undefined || own.expires < Date.now()) {
      return no(403, '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n')
    }
    switch (`${method} ${path}`) {
      case 'POST /v1/auth/token/renew-self':
        own.expires = Date.now() + own.ttl * 1_000
        return withAuth(own)
      case 'POST /v1/auth/token/create': {
        const ttl = Number(/^([0-9]+)s$/.exec(String(json['ttl']))?.[1] ?? usual)
        const policies = Array.isArray(json['policies']) ? json['policies'].map(String) : []
        const all = ['default', ...(policies.length === 0 ? own.policies : policies)]
        return withAuth(
          make(`token-${String(json['display_name'])}`, [...new Set(all)], ttl, own.value),
        )
      }
      case 'GET /v1/auth/token/accessors':
        if (query.get('list') !== 'true') return no(405, 'unsupported operation')
        return { status: 200, json: { data: { keys: [...tokens.values()].map(accessorOf) } } }
      case 'POST /v1/auth/token/revoke-accessor': {
        const token = [...tokens.values()].find((one) => one.accessor === json['accessor'])
        if (token === undefined) return no(400, '1 error occurred:\n\t* invalid accessor\n\n')
        revoke(token.value)
        return { status: 204 }
      }
      case 'GET /v1/auth/token/lookup-self':
        return { status: 200, json: envelope({ data: describe(own) }) }
      case 'GET /v1/aws/sts/deploy':
        return { status: 200, json: keysForAws() }
      case 'POST /v1/auth/token/revoke-self':
        revoke(own.value)
        return { status: 204 }
      default:
        return no(404)
    }
  }

  return await serve(answer)
}

/** https://developer.hashicorp.com/vault/api-docs/secret/aws#generate-credentials */
function keysForAws() {
  const data = {
    access_key: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secret_key: randomBytes(30).toString('base64'),
    security_token: randomBytes(60).toString('base64'),
    arn: 'arn:aws:sts::123456789012:assumed-role/deploy/vault',
  }
  return { ...envelope({ data }), lease_id: 'aws/sts/deploy/1', lease_duration: usual }
}

function accessorOf({ accessor }: Token): string {
  return accessor
}

function describe({ value, accessor, name, policies, ttl, expires }: Token) {
  return {
    id: value,
    accessor,
    display_name: name,
    policies,
    creation_ttl: ttl,
    ttl: Math.round((expires - Date.now()) / 1_000),
    // Nine digits of a second, as Go writes them.
    expire_time: new Date(expires).toISOString().replace('Z', '123456Z'),
    entity_id: '7d2e3179-f69b-450c-7179-ac8ee8bd8ca9',
    renewable: true,
    type: 'service',
  }
}

function withAuth({ value, accessor, policies, ttl }: Token): Answer {
  const auth = {
    client_token: value,
    accessor,
    policies,
    token_policies: policies,
    metadata: { username: vaultUser.username },
    lease_duration: ttl,
    renewable: true,
    entity_id: '7d2e3179-f69b-450c-7179-ac8ee8bd8ca9',
    token_type: 'service',
    orphan: false,
  }
  return { status: 200, json: envelope({ auth }) }
}

function envelope(part: object) {
  const empty = { data: null, wrap_info: null, warnings: null, auth: null }
  return { request_id: 'c3', lease_id: '', renewable: false, lease_duration: 0, ...empty, ...part }
}

function no(status: number, ...errors: readonly string[]): Answer {
  return { status, json: { errors } }
}
