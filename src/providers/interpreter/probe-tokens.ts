import { isFailure, type ErrorDetails } from '../../core/errors.ts'
import type { Refusal } from '../../core/refusal.ts'
import { readClaims } from '../../core/jwt.ts'
import type { ProbeResult } from '../../core/provider.ts'
import type { TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import type { Exchange, ProviderDefinition } from '../schema/definition.ts'
import type { Findings } from './findings.ts'
import { asList } from '../schema/as-list.ts'

/** The operations that say something of a token and change nothing. */
export interface Asking {
  info(): Promise<Findings>
  list(): Promise<unknown>
}

/**
 * Whether the token is accepted: by the operation that asks about it; where there is none, or it
 * says nothing, by the list, which needs the token.
 */
export async function probeTokens(
  definition: ProviderDefinition,
  ask: Asking,
): Promise<readonly ProbeResult[]> {
  const { info, list } = definition
  const asked =
    info === undefined
      ? []
      : await tryProbe(words.replies.byInfo(), isUsed(info), async () => {
          const found = await ask.info()
          if (found.status === undefined) return undefined
          if (found.active === undefined && found.silent === true) return undefined
          return found.active ?? (isUsed(info) ? true : undefined)
        })
  if (asked.length > 0 || list === undefined || !isUsed(list)) return asked
  return await tryProbe(words.replies.byList(), true, async () => {
    await ask.list()
    return true
  })
}

async function tryProbe(
  by: string,
  used: boolean,
  probe: () => Promise<boolean | undefined>,
): Promise<readonly ProbeResult[]> {
  try {
    const alive = await probe()
    return alive === undefined ? [] : [{ part: 'access', by, used, alive }]
  } catch (error) {
    if (!isFailure(error)) throw error
    return refusesToken(error.details) ? [{ part: 'access', by, used, alive: false }] : []
  }
}

/** Refusals that are about the token itself. */
const ofToken: ReadonlySet<string> = new Set<Refusal>(['invalid', 'expired'])

/** A missing scope, a wrong address or a server in trouble says nothing of a token. */
function refusesToken({ http, refusal }: ErrorDetails): boolean {
  return http !== undefined && refusal !== undefined && ofToken.has(refusal)
}

/** Whether requests of the operation are authorized by the token. */
function isUsed(operation: ProviderDefinition['info']): boolean {
  return asList<Exchange>(operation).some(
    ({ auth, request }) => (auth ?? 'token') === 'token' && request.basic === undefined,
  )
}

/**
 * Whether "not active" proves nothing: the server may not know a JWT that it is asked about, while
 * those who accept it check it without asking.
 */
export function isUnconfirmed(
  { info }: ProviderDefinition,
  { access }: Pick<TokenSet, 'access'>,
  now: number,
): boolean {
  const end = readClaims(access.reveal())?.['exp']
  return !isUsed(info) && typeof end === 'number' && end * 1_000 > now
}
