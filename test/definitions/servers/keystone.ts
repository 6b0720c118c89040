import { randomBytes } from 'node:crypto'
import { serve, type Answer, type Call, type Served } from './serve.ts'

interface Token {
  readonly audit: string
  readonly expires: string
  readonly project: string | undefined
}

export const keystoneUser = { username: 'ada', password: 'pw keystone' }

const id = 'ee4dfb6e5540447cb3741905149d9b6e'

/**
 * Tokens, as the document describes them:
 * https://docs.openstack.org/api-ref/identity/v3/#authentication-and-token-management
 */
export async function startKeystone(): Promise<Served> {
  const tokens = new Map<string, Token>()

  function issue(project: string | undefined, expires: string): Answer {
    const value = `gAAAAA${randomBytes(90).toString('base64url')}`
    const token = { audit: randomBytes(16).toString('base64url'), expires, project }
    tokens.set(value, token)
    return {
      status: 201,
      json: { token: describe(token) },
      headers: { 'x-subject-token': value, vary: 'X-Auth-Token' },
    }
  }

  function answer({ method, path, headers, json }: Call): Answer {
    if (path !== '/v3/auth/tokens') return no(404, 'Could not find the requested page.')
    if (method === 'POST') return authenticate(json)
    if (!tokens.has(headers['x-auth-token'] ?? '')) return unauthorized()
    const subject = headers['x-subject-token'] ?? ''
    const token = tokens.get(subject)
    if (token === undefined) return no(404, 'Failed to validate token')
    if (method === 'DELETE') {
      tokens.delete(subject)
      return { status: 204 }
    }
    return {
      status: 200,
      json: { token: describe(token) },
      headers: { 'x-subject-token': subject },
    }
  }

  function authenticate(json: Readonly<Record<string, unknown>>): Answer {
    const scope = dig(json, 'auth', 'scope')
    const project = dig(json, 'auth', 'scope', 'project', 'id')
    if (scope !== undefined && project === undefined) {
      return no(400, "Invalid input for field 'scope'")
    }
    const held = tokens.get(String(dig(json, 'auth', 'identity', 'token', 'id')))
    if (held !== undefined) return issue(held.project, held.expires)
    const user = ['auth', 'identity', 'password', 'user'] as const
    const name = dig(json, ...user, 'name')
    const password = dig(json, ...user, 'password')
    const domain = dig(json, ...user, 'domain', 'id')
    const fine = name === keystoneUser.username && password === keystoneUser.password
    if (!fine || domain !== 'default') return unauthorized()
    // Microseconds, as Python writes them.
    const ends = new Date(Date.now() + 3_600_000).toISOString().replace('Z', '000Z')
    return issue(project === undefined ? undefined : String(project), ends)
  }

  return await serve(answer)
}

function dig(value: unknown, ...keys: readonly string[]): unknown {
  let found = value
  for (const key of keys) {
    if (typeof found !== 'object' || found === null) return undefined
    found = (found as Record<string, unknown>)[key]
  }
  return found
}

function describe({ audit, expires, project }: Token) {
  const scoped = { project: { id: project, name: 'lab' }, roles: [{ id: '9f', name: 'member' }] }
  return {
    methods: ['password'],
    user: { id, name: 'ada', domain: { id: 'default', name: 'Default' } },
    audit_ids: [audit],
    expires_at: expires,
    issued_at: '2026-01-02T03:04:05.000000Z',
    ...(project === undefined ? {} : scoped),
  }
}

function unauthorized(): Answer {
  return no(401, 'The request you have made requires authentication.')
}

function no(code: number, message: string): Answer {
  return { status: code, json: { error: { code, message, title: 'Error' } } }
}
