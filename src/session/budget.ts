import { isKeepingFailure, ToknError } from '../core/errors.ts'
import type { Provider } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import type { Session } from './session.ts'
import { accountKey } from './ledger-keys.ts'
import { isFromEnvironment } from './naming.ts'

/** How much of an account's budget is used. */
export interface BudgetUse {
  readonly kind: 'logins' | 'refreshes'
  readonly used: number
  readonly limit: number
  /** When one more is free again, in epoch milliseconds; absent where time frees none. */
  readonly freeAt?: number | undefined
}

/** Both counts of the profile's account; empty where the provider has no budget. */
export async function readBudget(
  session: Session,
  provider: Provider,
  record: SessionRecord | undefined,
): Promise<readonly BudgetUse[]> {
  const { ports, profile } = session
  const { budget } = provider
  const key = accountKey(profile, provider)
  if (budget === undefined || key === undefined) return []
  const ledger = await ports.ledger(profile.store, profile.id)
  const { logins } = await ledger.read(key)
  const { refreshes } = await ledger.read(`${key}|${profile.id}`)
  const { life, since } = spanOf(session, record)
  const uses: BudgetUse[] = []
  if (budget.logins !== undefined) {
    uses.push({ kind: 'logins', used: logins.length, limit: budget.logins })
  }
  if (budget.refreshes !== undefined) {
    const alive = refreshes.filter((at) => at > since)
    const [first] = alive
    const freeAt = life === undefined || first === undefined ? undefined : first + life
    uses.push({ kind: 'refreshes', used: alive.length, limit: budget.refreshes, freeAt })
  }
  return uses
}

/**
 * Counts one more login or refresh, durably, before it is made. Throws `quota` where that would be
 * the last one, unless forced: what is left after it could not even be used to recover.
 */
export async function spendBudget(
  session: Session,
  provider: Provider,
  record: SessionRecord | undefined,
  kind: BudgetUse['kind'],
  force: boolean,
): Promise<void> {
  const { ports, profile } = session
  const account = accountKey(profile, provider)
  const most = provider.budget?.[kind]
  if (account === undefined || most === undefined) return
  const ledger = await ports.ledger(profile.store, profile.id)
  const key = kind === 'logins' ? account : `${account}|${profile.id}`
  const limit = () => ({
    below: most - 1,
    since: kind === 'logins' ? Number.NEGATIVE_INFINITY : spanOf(session, record).since,
  })
  // Looked at and counted in one step: another machine may be about to take the same one.
  while (!(await ledger.add(key, kind, ports.clock.now(), force ? undefined : limit()))) {
    // Where one has become free since, it is counted after all.
    await refuseSpent(session, provider, record, kind, force)
    if (ports.timeLeft() > 0) continue
    throw new ToknError('network', words.refresh.noTimeLeft(), { sent: false })
  }
}

/** How long a token of the session lives, and since when refreshes count that gave one alive still. */
function spanOf(
  { ports }: Session,
  record: SessionRecord | undefined,
): { readonly life: number | undefined; readonly since: number } {
  const life = record?.expiry.state === 'at' ? record.expiry.at - record.obtainedAt : undefined
  return { life, since: life === undefined ? 0 : ports.clock.now() - life }
}

/** Throws what `spendBudget` throws, and counts nothing; tells whether the provider counts at all. */
export async function refuseSpent(
  session: Session,
  provider: Provider,
  record: SessionRecord | undefined,
  kind: BudgetUse['kind'],
  force: boolean,
): Promise<boolean> {
  const use = (await readBudget(session, provider, record)).find((one) => one.kind === kind)
  // A count is never too low, but may be too high: what failed is counted, too.
  if (use !== undefined && use.used + 1 >= use.limit && !force) throw usedUp(session, provider, use)
  return use !== undefined
}

function usedUp(session: Session, provider: Provider, use: BudgetUse): ToknError {
  const { kind, used, limit, freeAt } = use
  const told = { title: provider.title, kind, used, limit }
  if (used < limit) {
    return new ToknError('quota', words.session.lastOfBudget(told, forced(session, kind)))
  }
  const whenFree =
    freeAt === undefined ? undefined : words.session.freeAgain(words.times.instant(freeAt))
  return new ToknError('quota', words.session.budgetSpent(told), {
    hint: kind === 'logins' ? provider.budget?.spent : whenFree,
  })
}

/** The command that spends the last one: most have no such flag. */
function forced({ profile }: Session, kind: BudgetUse['kind']): string {
  if (isFromEnvironment(profile)) return `tokn login NAME --provider ${profile.provider} --force`
  return `tokn ${kind === 'logins' ? 'login' : 'refresh'} ${profile.name} --force`
}

/** A new refresh token starts with a full set of refreshes; that it does not is no reason to fail. */
export async function forgetRefreshes(session: Session, provider: Provider): Promise<void> {
  try {
    await resetRefreshes(session, provider)
  } catch (error) {
    if (!isKeepingFailure(error)) throw error
    session.ports.warn(words.session.countKept(error.message))
  }
}

async function resetRefreshes(session: Session, provider: Provider): Promise<void> {
  const { ports, profile } = session
  const key = accountKey(profile, provider)
  if (key !== undefined)
    await (await ports.ledger(profile.store, profile.id)).reset(`${key}|${profile.id}`, 'refreshes')
}
