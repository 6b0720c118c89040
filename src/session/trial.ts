import { isFailure, isToknError } from '../core/errors.ts'
import { unknownExpiry } from '../core/expiry.ts'
import { isObject } from '../core/json.ts'
import type { Http, HttpReply, HttpRequest } from '../core/ports.ts'
import type { Operation, Provider, Reach } from '../core/provider.ts'
import { redact, redactForeign, type Secret } from '../core/secret.ts'
import { display } from '../core/text.ts'
import type { Grant, TokenSet } from '../core/token.ts'

/** One request and its reply, as they can be shown: shapes instead of values that may be secret. */
export interface Traffic {
  readonly sent: string
  readonly headers: readonly string[]
  readonly body?: string | undefined
  readonly received: string
}

export interface TrialStep {
  readonly operation: Operation
  readonly outcome: 'ok' | 'failed' | 'absent' | 'skipped'
  /** What was found, or what does not fit, in words. */
  readonly words: string
  readonly traffic: readonly Traffic[]
}

/**
 * Drives a provider through everything it can do: login, refresh, list, issue, revoke of what was
 * issued, info, logout. Nothing is kept. A step that fails does not stop the next ones that can go on.
 * With a token that was made elsewhere, `pasted`, there is no login. Throws `usage` for a grant that
 * neither a login nor an issue can be asked for.
 */
export async function tryProvider(
  provider: Provider,
  reach: Reach,
  grant: Grant,
  pasted?: Secret,
): Promise<readonly TrialStep[]> {
  provider.checkGrant(grant)
  const steps: TrialStep[] = []
  let held: TokenSet | undefined
  let issued: TokenSet | undefined
  const step = async (
    operation: Operation,
    run: ((reach: Reach) => Promise<string>) | undefined,
  ) => {
    steps.push(await perform(provider, operation, reach, run))
  }
  if (pasted === undefined) {
    await step(
      'login',
      provider.login &&
        (async (recorded) => {
          held = await askFor([grant], async (wish) => await provider.login?.(recorded, wish))
          return held === undefined ? '' : describeTokens(held)
        }),
    )
  } else {
    held = { access: pasted, expiry: unknownExpiry, context: {} }
    const words = 'the given token is used instead'
    steps.push({ operation: 'login', outcome: 'skipped', words, traffic: [] })
  }
  const session = held as TokenSet | undefined
  if (session === undefined) return [...steps, ...skipRest(provider, steps)]
  let current: TokenSet = session
  await step(
    'refresh',
    provider.refresh &&
      (async (recorded) => {
        const next = await provider.refresh?.(recorded, current)
        if (next !== undefined)
          current = {
            ...next,
            refresh: next.refresh ?? current.refresh,
            context: { ...current.context, ...next.context },
          }
        return describeTokens(current)
      }),
  )
  await step(
    'list',
    provider.list &&
      (async (recorded) => {
        const tokens = (await provider.list?.(recorded, current)) ?? []
        return `${tokens.length} tokens${current.id === undefined || tokens.some(({ id }) => id === current.id) ? '' : ', and the one in use is not among them'}`
      }),
  )
  await step(
    'issue',
    provider.issue &&
      (async (recorded) => {
        const name = grant.name ?? 'tokn-provider-test'
        const wishes = [{ ...grant, name }, { ...grant, name: undefined }, { name }]
        issued = await askFor(
          wishes,
          async (wish) => await provider.issue?.(recorded, current, wish),
        )
        return issued === undefined ? '' : describeTokens(issued)
      }),
  )
  const target = (issued as TokenSet | undefined)?.id
  await step(
    'revoke',
    provider.revoke && target !== undefined
      ? async (recorded) => {
          await provider.revoke?.(recorded, current, { id: target })
          return 'the token just issued is revoked'
        }
      : undefined,
  )
  await step(
    'info',
    provider.info &&
      (async (recorded) => {
        const found = await provider.info?.(recorded, current)
        return found?.active === false
          ? 'the provider says that the token is dead'
          : 'the token is known there'
      }),
  )
  await step(
    'logout',
    provider.logout &&
      (async (recorded) => {
        await provider.logout?.(recorded, current)
        return 'the session is ended'
      }),
  )
  return steps
}

/**
 * Asks for as much as this operation can be asked for: what a grant names need not be for all of
 * them, and that it is for one has been checked.
 */
async function askFor<Result>(
  wishes: readonly Grant[],
  ask: (grant: Grant) => Promise<Result>,
): Promise<Result> {
  for (const wish of wishes) {
    try {
      return await ask(wish)
    } catch (error) {
      if (!isToknError(error, 'usage') || error.details.sent !== false) throw error
    }
  }
  return await ask({})
}

async function perform(
  provider: Provider,
  operation: Operation,
  reach: Reach,
  run: ((reach: Reach) => Promise<string>) | undefined,
): Promise<TrialStep> {
  if (run === undefined) {
    const skipped = provider[operation] !== undefined
    const words = skipped
      ? 'nothing to do it with'
      : (provider.why[operation] ?? 'the definition has none')
    return { operation, outcome: skipped ? 'skipped' : 'absent', words, traffic: [] }
  }
  const traffic: Traffic[] = []
  try {
    const words = await run({ ...reach, http: record(reach.http, traffic) })
    return { operation, outcome: 'ok', words, traffic }
  } catch (error) {
    if (!isFailure(error)) throw error
    const hint = error.hint === undefined ? '' : ` (${error.hint})`
    return { operation, outcome: 'failed', words: redact(`${error.message}${hint}`), traffic }
  }
}

function skipRest(provider: Provider, done: readonly TrialStep[]): readonly TrialStep[] {
  const rest: readonly Operation[] = ['refresh', 'list', 'issue', 'revoke', 'info', 'logout']
  return rest
    .filter((operation) => !done.some((step) => step.operation === operation))
    .map((operation) => ({
      operation,
      outcome: provider[operation] === undefined ? 'absent' : 'skipped',
      words:
        provider[operation] === undefined
          ? (provider.why[operation] ?? 'the definition has none')
          : 'there is no token to do it with',
      traffic: [],
    }))
}

function record(http: Http, traffic: Traffic[]): Http {
  return async (request) => {
    const reply = await http(request).catch((error: unknown) => {
      traffic.push({ ...describeRequest(request), received: 'no reply' })
      throw error
    })
    traffic.push({ ...describeRequest(request), received: describeReply(reply) })
    return reply
  }
}

function describeRequest({ method, url, headers, body }: HttpRequest) {
  const query = [...url.searchParams.keys()].map((name) => `${name}=...`).join('&')
  const names = (headers ?? []).map(([name]) => name)
  return {
    sent: redactForeign(`${method} ${url.pathname}${query === '' ? '' : `?${query}`}`),
    headers: names,
    body: body === undefined ? undefined : shapeOfText(body),
  }
}

function describeReply({ status, body }: HttpReply): string {
  return body === '' ? `${status}, no body` : `${status} ${shapeOfText(body)}`
}

function shapeOfText(text: string): string {
  try {
    return display(shapeOf(JSON.parse(text), 0), 400)
  } catch {
    return `text of ${text.length} characters`
  }
}

/** The shape of a JSON value: its keys, and what kind of value each has. */
function shapeOf(value: unknown, depth: number): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return `text(${value.length})`
  if (typeof value === 'number') return 'number'
  if (depth > 6) return '...'
  if (Array.isArray(value)) {
    return value.length === 0
      ? '[]'
      : `[${shapeOf(value[0], depth + 1)}${value.length > 1 ? `, ... ${value.length} in all` : ''}]`
  }
  if (!isObject(value)) return 'nothing'
  const entries = Object.entries(value).map(
    ([key, item]) => `${redactForeign(key)}: ${shapeOf(item, depth + 1)}`,
  )
  return `{ ${entries.join(', ')} }`
}

function describeTokens(tokens: TokenSet): string {
  const found = [
    `access token of ${tokens.access.reveal().length} characters`,
    tokens.refresh === undefined ? 'no refresh token' : 'refresh token',
    tokens.expiry.state === 'at' ? 'expiry known' : `expiry ${tokens.expiry.state}`,
    tokens.id === undefined ? '' : 'id',
    tokens.scopes === undefined ? '' : `${tokens.scopes.length} scopes`,
    ...Object.keys(tokens.context).map((name) => `context ${name}`),
  ]
  return found.filter((part) => part !== '').join(', ')
}
