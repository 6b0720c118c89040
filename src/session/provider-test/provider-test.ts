import { isFailure, isToknError } from '../../core/errors.ts'
import { unknownExpiry } from '../../core/expiry.ts'
import type { Operation, Provider, Reach } from '../../core/provider.ts'
import { redact, type Secret } from '../../core/secret.ts'
import type { Grant, Introspection, TokenSet } from '../../core/token.ts'
import { endRemains, type Leftover, type Logout, type Made } from './leftovers.ts'
import { recordTraffic, type Traffic } from './traffic.ts'

export interface TrialStep {
  readonly operation: Operation
  readonly outcome: 'ok' | 'failed' | 'absent' | 'skipped'
  /** What was found, or what does not fit, in words. */
  readonly words: string
  readonly traffic: readonly Traffic[]
  /** What was taken, though it is not as it should be: in words. Absent: nothing. */
  readonly odd?: readonly string[]
}

export interface Trial {
  readonly steps: readonly TrialStep[]
  /** What became of the tokens that were made. */
  readonly remains: readonly Leftover[]
}

export interface TrialRequest {
  readonly reach: Reach
  readonly grant: Grant
  /** A token that was made elsewhere: there is no login then. */
  readonly pasted?: Secret | undefined
  /** Counts the login, before it is made. Throws `quota`. */
  countLogin(): Promise<void>
}

/**
 * Drives a provider through everything it can do: login, refresh, list, issue, revoke of what was
 * issued, info, logout. Nothing is kept, and what was made is ended where that is possible. A step
 * that fails does not stop the next ones that can go on. Throws `usage` for a grant that neither a
 * login nor an issue can be asked for.
 */
export async function tryProvider(
  provider: Provider,
  { reach, grant, pasted, countLogin }: TrialRequest,
): Promise<Trial> {
  provider.checkGrant(grant)
  const steps: TrialStep[] = []
  const made: Made[] = []
  const note = (tokens: TokenSet | undefined, what: Made['what']) => {
    if (tokens !== undefined) made.push({ what, tokens })
    return tokens
  }
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
          await countLogin()
          const asked = await askFor(
            [grant],
            async (wish) => await provider.login?.(recorded, wish),
          )
          held = note(asked, 'login')
          return held === undefined ? '' : describeTokens(held)
        }),
    )
  } else {
    held = { access: pasted, expiry: unknownExpiry, context: {} }
    const words = 'the given token is used instead'
    steps.push({ operation: 'login', outcome: 'skipped', words, traffic: [] })
  }
  const session = held as TokenSet | undefined
  if (session === undefined) {
    return { steps: [...steps, ...skipRest(provider, steps)], remains: [] }
  }
  let current: TokenSet = session
  await step(
    'refresh',
    provider.refresh &&
      (async (recorded) => {
        const next = note(await provider.refresh?.(recorded, current), 'refresh')
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
        note(issued, 'issue')
        return issued === undefined ? '' : describeTokens(issued)
      }),
  )
  const target = (issued as TokenSet | undefined)?.id
  await step(
    'revoke',
    provider.revoke && target !== undefined
      ? async (recorded) => {
          await provider.revoke?.(recorded, current, { id: target })
          made.splice(0, made.length, ...made.filter(({ what }) => what !== 'issue'))
          return 'the provider says that the token just issued is revoked'
        }
      : undefined,
  )
  await step(
    'info',
    provider.info &&
      (async (recorded) => {
        const found = await provider.info?.(recorded, current)
        return describeFound(found)
      }),
  )
  let logout: Logout = { done: false }
  await step(
    'logout',
    provider.logout &&
      (async (recorded) => {
        const spared = await provider.logout?.(recorded, current)
        logout = { done: true, spared }
        return spared ?? 'the provider says that the session is ended'
      }),
  )
  return { steps, remains: await endRemains(provider, reach, current, made, logout) }
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
  const odd: string[] = []
  const warn = (text: string) => void odd.push(text)
  const told = () => (odd.length === 0 ? {} : { odd })
  try {
    const words = await run({ ...reach, warn, http: recordTraffic(reach.http, traffic) })
    return { operation, outcome: 'ok', words, traffic, ...told() }
  } catch (error) {
    if (!isFailure(error)) throw error
    const hint = error.hint === undefined ? '' : ` (${error.hint})`
    const words = redact(`${error.message}${hint}`)
    return { operation, outcome: 'failed', words, traffic, ...told() }
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

function describeFound(found: Introspection | undefined): string {
  if (found?.active !== undefined)
    return `the provider says that the token is ${found.active ? 'alive' : 'dead'}`
  return found?.answered === false
    ? 'the provider says nothing about the token'
    : 'the provider answers, and does not say whether the token is alive'
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
