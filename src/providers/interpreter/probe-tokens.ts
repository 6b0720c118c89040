import { isFailure } from '../../core/errors.ts'
import { readClaims } from '../../core/jwt.ts'
import type { ProbeResult } from '../../core/provider.ts'
import type { TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import type { Exchange, ProviderDefinition } from '../schema/definition.ts'
import type { Findings } from './findings.ts'
import { asList } from '../schema/as-list.ts'

/** The operations that tell of a token and change nothing. */
export interface Asking {
  info(): Promise<Findings>
  list(): Promise<unknown>
}

/**
 * Whether the held token is taken: by the operation that asks about it; where there is none, or it
 * says nothing, by the list, which the token is needed for.
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

/** A scope that is too small, a wrong address, a server in trouble: all of that says nothing of a token. */
function refusesToken(details: {
  readonly http?: object | undefined
  readonly refusal?: string | undefined
}) {
  const { http, refusal } = details
  return http !== undefined && (refusal === 'invalid' || refusal === 'expired')
}

/** Whether the token is what the request is let in by. */
function isUsed(operation: ProviderDefinition['info']): boolean {
  return asList<Exchange>(operation).some(
    ({ auth, request }) => (auth ?? 'token') === 'token' && request.basic === undefined,
  )
}

/**
 * Whether "not active" is no more than that: a server that is asked about a JWT may not know it, and
 * who accepts it checks it without asking.
 */
export function isUnconfirmed(
  { info }: ProviderDefinition,
  { access }: Pick<TokenSet, 'access'>,
  now: number,
): boolean {
  const end = readClaims(access.reveal())?.['exp']
  return !isUsed(info) && typeof end === 'number' && end * 1_000 > now
}
