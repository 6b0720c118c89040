import { isFailure, isToknError } from '../../core/errors.ts'
import { unknownExpiry } from '../../core/expiry.ts'
import { operations, type Operation, type Provider, type Reach } from '../../core/provider.ts'
import { redact, type Secret } from '../../core/secret.ts'
import type { Grant, Introspection, TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { endMadeTokens, type Leftover, type Logout, type MadeToken } from './leftovers.ts'
import { recordTraffic, type Traffic } from './traffic.ts'

export interface TestStep {
  readonly operation: Operation
  readonly outcome: 'ok' | 'failed' | 'absent' | 'skipped'
  /** What was found, or what does not fit, in words. */
  readonly words: string
  readonly traffic: readonly Traffic[]
  /** What was accepted, though it is not as it should be: in words. Absent: nothing. */
  readonly odd?: readonly string[]
}

export interface ProviderTest {
  readonly steps: readonly TestStep[]
  /** What became of the tokens that were made. */
  readonly leftovers: readonly Leftover[]
}

export interface TestRequest {
  readonly reach: Reach
  readonly grant: Grant
  /** A token that was made elsewhere: there is no login then. */
  readonly pasted?: Secret | undefined
  /** Counts the login, before it is made. Throws `quota`. */
  countLogin(): Promise<void>
}

/** One operation, run with what `reach` allows; gives what was found, in words. */
type Run = (reach: Reach) => Promise<string>

/**
 * Drives a provider through everything it can do: login, refresh, list, issue, revoke of what was
 * issued, info, logout. Nothing is kept, and what was made is ended where that is possible. A step
 * that fails does not stop the next ones that can go on. Throws `usage` for a grant that neither a
 * login nor an issue can be asked for.
 */
export async function testProvider(
  provider: Provider,
  request: TestRequest,
): Promise<ProviderTest> {
  const { reach, grant, pasted } = request
  provider.checkGrant(grant)
  const steps: TestStep[] = []
  const made: MadeToken[] = []
  const step = async (operation: Operation, run: Run | undefined) => {
    steps.push(await perform(provider, operation, reach, run))
  }
  let current: TokenSet | undefined
  if (pasted === undefined) await step('login', provider.login && logIn)
  else {
    current = { access: pasted, expiry: unknownExpiry, context: {} }
    const said = words.providerTest.givenTokenUsed()
    steps.push({ operation: 'login', outcome: 'skipped', words: said, traffic: [] })
  }
  const first = current as TokenSet | undefined
  if (first === undefined) {
    return { steps: [...steps, ...skipRest(provider, steps)], leftovers: [] }
  }
  let tokens: TokenSet = first
  let issued: TokenSet | undefined
  let logout: Logout = { done: false }
  await step('refresh', provider.refresh && refresh)
  await step('list', provider.list && list)
  await step('issue', provider.issue && issue)
  const target = (issued as TokenSet | undefined)?.id
  await step('revoke', provider.revoke && target !== undefined ? revoke : undefined)
  await step('info', provider.info && info)
  await step('logout', provider.logout && logOut)
  return { steps, leftovers: await endMadeTokens(provider, reach, tokens, made, logout) }

  async function logIn(recorded: Reach): Promise<string> {
    await request.countLogin()
    current = await askFor([grant], async (one) => await provider.login?.(recorded, one))
    if (current === undefined) return ''
    made.push({ what: 'login', tokens: current })
    return describeTokens(current)
  }

  async function refresh(recorded: Reach): Promise<string> {
    const next = await provider.refresh?.(recorded, tokens)
    if (next === undefined) return describeTokens(tokens)
    made.push({ what: 'refresh', tokens: next })
    const context = { ...tokens.context, ...next.context }
    tokens = { ...next, refresh: next.refresh ?? tokens.refresh, context }
    return describeTokens(tokens)
  }

  async function list(recorded: Reach): Promise<string> {
    const all = (await provider.list?.(recorded, tokens)) ?? []
    const has = tokens.id === undefined || all.some(({ id }) => id === tokens.id)
    return words.providerTest.listed(all.length, has)
  }

  async function issue(recorded: Reach): Promise<string> {
    const name = grant.name ?? 'tokn-provider-test'
    const grants = [{ ...grant, name }, { ...grant, name: undefined }, { name }]
    issued = await askFor(grants, async (one) => await provider.issue?.(recorded, tokens, one))
    if (issued === undefined) return ''
    made.push({ what: 'issue', tokens: issued })
    return describeTokens(issued)
  }

  async function revoke(recorded: Reach): Promise<string> {
    await provider.revoke?.(recorded, tokens, { id: target ?? '' })
    made.splice(0, made.length, ...made.filter(({ what }) => what !== 'issue'))
    const listed = await isListed(recorded)
    if (listed === true) recorded.warn?.(words.providerTest.stillListed())
    return listed === false ? words.providerTest.revokedAndUnlisted() : words.providerTest.revoked()
  }

  /** Whether the list shows what was revoked as alive; `undefined` where there is no list to look at. */
  async function isListed(recorded: Reach): Promise<boolean | undefined> {
    try {
      const all = await provider.list?.(recorded, tokens)
      return all?.some(({ id, revokedAt }) => id === target && revokedAt === undefined)
    } catch (error) {
      // The step of the list says why.
      if (!isFailure(error)) throw error
      return undefined
    }
  }

  async function info(recorded: Reach): Promise<string> {
    return describeFound(await provider.info?.(recorded, tokens))
  }

  async function logOut(recorded: Reach): Promise<string> {
    const spared = await provider.logout?.(recorded, tokens)
    logout = { done: true, spared }
    return spared ?? words.providerTest.ended()
  }
}

/**
 * Asks for as much as this operation can be asked for: what a grant names need not be for all of
 * them, and that it is for one has been checked.
 */
async function askFor<Result>(
  grants: readonly Grant[],
  ask: (grant: Grant) => Promise<Result>,
): Promise<Result> {
  for (const grant of grants) {
    try {
      return await ask(grant)
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
  run: Run | undefined,
): Promise<TestStep> {
  if (run === undefined) {
    return without(provider, operation, words.providerTest.nothingToTest())
  }
  const traffic: Traffic[] = []
  const odd: string[] = []
  const warn = (text: string) => void odd.push(text)
  const oddities = () => (odd.length === 0 ? {} : { odd })
  try {
    const found = await run({ ...reach, warn, http: recordTraffic(reach.http, traffic) })
    return { operation, outcome: 'ok', words: found, traffic, ...oddities() }
  } catch (error) {
    if (!isFailure(error)) throw error
    const said = redact(words.providerTest.failed(error.message, error.hint))
    return { operation, outcome: 'failed', words: said, traffic, ...oddities() }
  }
}

/** An operation that is not run: the API does not have it, or there is nothing to run it with. */
function without(provider: Provider, operation: Operation, nothing: string): TestStep {
  return provider[operation] === undefined
    ? {
        operation,
        outcome: 'absent',
        words: provider.why[operation] ?? words.providerTest.notDefined(),
        traffic: [],
      }
    : { operation, outcome: 'skipped', words: nothing, traffic: [] }
}

function skipRest(provider: Provider, done: readonly TestStep[]): readonly TestStep[] {
  return operations
    .filter((operation) => !done.some((step) => step.operation === operation))
    .map((operation) => without(provider, operation, words.providerTest.noToken()))
}

function describeFound(found: Introspection | undefined): string {
  if (found?.active !== undefined) return words.providerTest.alive(found.active)
  return found?.answered === false
    ? words.providerTest.saysNothing()
    : words.providerTest.doesNotSay()
}

function describeTokens(tokens: TokenSet): string {
  const { access, refresh, expiry, id, signingKey, scopes, context } = tokens
  return words.providerTest.tokens({
    length: access.reveal().length,
    refresh: refresh !== undefined,
    expiry: expiry.state,
    id: id !== undefined,
    signingKey: signingKey !== undefined,
    scopes: scopes?.length,
    context: Object.keys(context),
  })
}
