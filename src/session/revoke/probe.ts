import { randomBytes } from 'node:crypto'
import { isFailure } from '../../core/errors.ts'
import type { Provider, Reach, ProbeResult } from '../../core/provider.ts'
import { Secret } from '../../core/secret.ts'
import type { TokenSet } from '../../core/token.ts'
import { within } from '../reach.ts'

/**
 * What checks before and after show. `ended`: alive before and dead after, by the same way of
 * asking, which alone proves anything. `over`: the token itself was refused before and after.
 */
export type Liveness = 'ended' | 'over' | 'alive' | 'unseen'

/** What became of one of the tokens, and the check that shows it. */
export interface Proof {
  readonly liveness: Liveness
  readonly by?: string | undefined
  /** Whether the token itself was tried, and not only asked about. */
  readonly used?: boolean | undefined
}

/** Checks whether the tokens held are alive. A check that fails shows nothing. */
export async function probeTokens(
  provider: Provider,
  reach: Reach,
  held: TokenSet,
): Promise<readonly ProbeResult[]> {
  try {
    return (await provider.probe?.(hasten(reach), held)) ?? []
  } catch (error) {
    if (!isFailure(error)) throw error
    return []
  }
}

/** As `probeTokens`, without the checks that any token passes: those show nothing. */
export async function probeAgain(
  provider: Provider,
  reach: Reach,
  held: TokenSet,
): Promise<readonly ProbeResult[]> {
  const found = await probeTokens(provider, reach, held)
  if (!found.some(({ alive }) => alive)) return found
  const refresh = held.refresh === undefined ? {} : { refresh: randomToken() }
  const control = await probeTokens(provider, reach, { ...held, access: randomToken(), ...refresh })
  const blind = control.filter(({ alive }) => alive)
  return found.filter(({ alive, part, by }) => !alive || !finds(blind, part, by, true))
}

function randomToken(): Secret {
  return new Secret(randomBytes(24).toString('hex'))
}

/** What the checks before and after show of one token; using it counts before what is said of it. */
export function compare(
  before: readonly ProbeResult[],
  after: readonly ProbeResult[],
  part: ProbeResult['part'],
): Proof {
  const results = after.filter((one) => one.part === part)
  const ordered = results.toSorted((a, b) => Number(b.used) - Number(a.used))
  for (const { by, alive, used } of ordered) {
    if (alive) return { liveness: 'alive', by, used }
    if (finds(before, part, by, true)) return { liveness: 'ended', by, used }
  }
  const refused = ordered.find(({ by, used }) => used && finds(before, part, by, false))
  return refused === undefined
    ? { liveness: 'unseen' }
    : { liveness: 'over', by: refused.by, used: true }
}

function finds(
  results: readonly ProbeResult[],
  part: ProbeResult['part'],
  by: string,
  alive: boolean,
): boolean {
  return results.some((one) => one.part === part && one.by === by && one.alive === alive)
}

/** A check may take at most a third of the time there is. */
function hasten(reach: Reach): Reach {
  const began = reach.clock.now()
  const share = (reach.timeLeft?.() ?? 30_000) / 3
  const timeLeft = () => Math.max(0, began + share - reach.clock.now())
  return { ...reach, timeLeft, http: within(reach.http, timeLeft) }
}
