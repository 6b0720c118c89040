import { ToknError, type ErrorCode } from '../../../src/core/errors.ts'
import { expiresAt } from '../../../src/core/expiry.ts'
import { isObject, ownString } from '../../../src/core/json.ts'
import type { Refusal } from '../../../src/core/refusal.ts'
import type { HttpReply } from '../../../src/core/ports.ts'
import type { Provider, Reach } from '../../../src/core/provider.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { TokenSet } from '../../../src/core/token.ts'
import type { ProviderSettings } from '../world/settings.ts'

const origin = 'https://api.test'
const granting = new Set(['login', 'refresh', 'issue'])

/** The simulated API as a session sees it. */
export function openScriptedProvider(settings: ProviderSettings): Provider {
  const reissues = settings.rotation === 'reissue'
  return {
    id: 'simulated',
    title: 'The simulated API',
    docs: 'https://api.test/docs',
    fields: [{ name: 'password', label: 'Password', secret: true }],
    rotation: settings.rotation,
    why: {},
    origins: [origin],
    attach: () => ({ headers: { Authorization: 'Bearer {access}' } }),
    checkGrant: () => undefined,
    login: async (reach) => {
      const { password } = reach.answers
      const text = password instanceof Secret ? password.reveal() : password
      return readTokens(reach, await ask(reach, 'login', { password: text }))
    },
    ...(reissues ? reissueOperations() : refreshOperations()),
    ...(settings.ends === 'logout' ? logoutOperation() : {}),
  }
}

function refreshOperations(): Pick<Provider, 'refresh'> {
  return {
    refresh: async (reach, held) => {
      const sent = { refresh: held.refresh?.reveal(), access: held.access.reveal() }
      return readTokens(reach, await ask(reach, 'refresh', sent))
    },
  }
}

function reissueOperations(): Pick<Provider, 'issue' | 'list' | 'revoke'> {
  return {
    issue: async (reach, held, grant) => {
      const sent = { access: held.access.reveal(), name: grant.name }
      return { ...readTokens(reach, await ask(reach, 'issue', sent)), name: grant.name }
    },
    list: async (reach, held, reader) => {
      const value = read(await ask(reach, 'list', { access: held.access.reveal() }))
      const tokens = Array.isArray(value['tokens']) ? value['tokens'].filter(isObject) : []
      const page = tokens.map((token) => ({
        id: ownString(token, 'id') ?? '',
        name: ownString(token, 'name'),
        expiry: { state: 'unknown' as const },
      }))
      return reader === undefined ? page : reader.keep(page)
    },
    revoke: async (reach, held, { id }) => {
      await ask(reach, 'revoke', { access: held.access.reveal(), id })
    },
  }
}

function logoutOperation(): Pick<Provider, 'logout'> {
  return {
    logout: async (reach, held) => {
      await ask(reach, 'logout', { access: held.access.reveal() })
      return undefined
    },
  }
}

/** Asks, and once more where the provider says how soon that may be, and there is time. */
async function ask(reach: Reach, op: string, fields: object): Promise<HttpReply> {
  const request = {
    method: 'POST',
    url: new URL(`${origin}/${op}`),
    body: JSON.stringify(fields),
    ...(granting.has(op) ? { grants: true } : {}),
  }
  const reply = await reach.http(request)
  const after = Number(reply.headers.find(([name]) => name === 'retry-after')?.[1]) * 1_000
  const repeats =
    (reply.status === 429 || reply.status === 503) && after < (reach.timeLeft?.() ?? 0)
  if (!repeats) return accept(op, reply)
  await reach.clock.wait(after)
  return accept(op, await reach.http(request))
}

function accept(op: string, reply: HttpReply): HttpReply {
  const { status } = reply
  if (status < 300) return reply
  const [code, refusal] = meaningOf(op, status)
  throw new ToknError(code, `the provider answered ${status}`, { http: { status }, refusal })
}

function meaningOf(op: string, status: number): readonly [ErrorCode, Refusal?] {
  if (status === 429) return ['rate_limited']
  if (status === 408 || status >= 500) return ['network']
  if (status === 404) return ['not_found']
  if (op === 'login') return ['reauth_required', 'credentials']
  return ['reauth_required', op === 'refresh' ? 'refresh-rejected' : 'invalid']
}

function read(reply: HttpReply): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(reply.body)
    if (isObject(value)) return value
  } catch {
    // Told below.
  }
  throw new ToknError('provider_nonsense', 'the provider answered what cannot be read', {
    http: { status: reply.status },
    sent: true,
  })
}

function readTokens(reach: Reach, reply: HttpReply): TokenSet {
  const value = read(reply)
  const access = ownString(value, 'access') ?? ''
  const refresh = ownString(value, 'refresh')
  const usable = refresh !== undefined && refresh !== '\u0000'
  return {
    access: new Secret(access),
    refresh: usable ? new Secret(refresh) : undefined,
    refreshUnreadable: refresh !== undefined && !usable ? true : undefined,
    expiry: expiresAt(reach.clock.now() + Number(value['expires_in']) * 1_000),
    id: ownString(value, 'id'),
    context: {},
  }
}
