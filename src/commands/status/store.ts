import { ToknError } from '../../core/errors.ts'
import { timestamp } from '../../core/data-text.ts'
import { timeLeft } from '../../core/expiry.ts'
import type { Holder } from '../../core/holder.ts'
import type { HistoryEntry } from '../../core/session-history.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import {
  readFleetStatus,
  type FleetSessionStatus,
  type FleetStatus,
  type Holding,
} from '../../session/fleet/fleet-status.ts'
import { sharedKind, sharedStore } from '../../session/fleet/shared-store.ts'
import type { CommonFlags, Context } from '../context.ts'
import { holderFields } from '../output/holder.ts'
import { checkFields, expiryFields, printJson, wantsJson } from '../output/json.ts'
import { printPlain } from '../output/plain-rows.ts'
import { fittedTable, showMany } from '../output/table.ts'

type StoreStatusFlags = CommonFlags & { readonly plain?: boolean }

/** What a store that many machines share has, and who works on it. */
export async function showStore(context: Context, flags: StoreStatusFlags): Promise<void> {
  await checkFields(flags, 'tokn.fleet/v1')
  const ports = context.ports(flags)
  const fleet = await sharedStore(
    ports,
    sharedKind(ports, (kept) => context.storeKind({}, kept)),
  )
  const now = ports.clock.now()
  const status = await readFleetStatus(fleet, now)
  if (wantsJson(flags)) return printJson(context, flags, documentOf(status, now))
  const described = status.sessions.map((one) => describe(one, now))
  if (flags.plain === true) return printPlain(context, 'status --store', described)
  if (status.sessions.length > 0) {
    const rows = status.sessions.map((one) => rowOf(one, now))
    const titles = words.refresherService.fleetTitles
    showMany(context.terminal, fittedTable([titles, ...rows], context.terminal))
  }
  if (flags.quiet === true) return
  for (const line of linesOf(status)) context.terminal.say(line)
}

function linesOf({ store, role, sessions, refresher, tellsHolders, ...rest }: FleetStatus) {
  const texts = words.refresherService
  const who = refresher === undefined ? undefined : inWords(refresher)
  const moved = sessions.filter(({ movedTo }) => movedTo !== undefined)
  return [
    texts.storeAtAGlance(store, sessions.length - moved.length, role, rest),
    tellsHolders ? texts.refresherNow(who) : texts.holdersNotTold(),
    ...sessions.flatMap(({ name, problem }) =>
      problem === undefined ? [] : [texts.problemOf(name, display(problem, 400))],
    ),
    ...moved.map(({ name, movedTo = '' }) =>
      texts.problemOf(name, words.storeCommands.movedTo(display(movedTo, 200))),
    ),
  ]
}

function rowOf(one: FleetSessionStatus, now: number): readonly string[] {
  const left = timeLeft(one.expiry, now)
  const { last, holder } = one
  const renews = one.state === 'alive' && one.movedTo === undefined
  return [
    one.name,
    one.movedTo === undefined ? words.status.states[one.state] : words.storeCommands.statuses.moved,
    left === undefined ? '-' : words.status.left(left, renews),
    String(one.generation),
    one.wishes === 0 ? '-' : String(one.wishes),
    holder === undefined ? (one.pending ? words.refresherService.cutOff : '-') : inWords(holder),
    last === undefined ? '-' : `${words.times.instant(last.at)}, ${inWords(shownHolder(last))}`,
  ]
}

function inWords({ host, pid, job }: Holder): string {
  return words.refresherService.processOf(host, pid, job)
}

function shown(text: string | undefined, most: number): string | undefined {
  return text === undefined ? undefined : display(text, most)
}

/** What a history says of who made a generation is text of anybody's. */
function shownHolder({ command, pid, host, job }: HistoryEntry): Holder {
  return { command: shown(command, 40), pid, host: shown(host, 80), job: shown(job, 200) }
}

function documentOf(status: FleetStatus, now: number) {
  const { store, role, key, incarnation, refresher, tellsHolders, sessions } = status
  return {
    schema: 'tokn.fleet/v1',
    ...{ store, role, key, incarnation },
    holders_told: tellsHolders,
    refresher: refresher === undefined ? null : describeHolding(refresher),
    sessions: sessions.map((one) => describe(one, now)),
  }
}

function describe(one: FleetSessionStatus, now: number) {
  const { last, holder } = one
  const { expires_at, expires_in } = expiryFields(one.expiry, now)
  return {
    profile: one.name,
    id: one.id,
    provider: one.provider ?? null,
    state: one.state,
    generation: one.generation,
    expires_at,
    expires_in,
    pending: one.pending,
    wishes: one.wishes,
    holder: holder === undefined ? null : describeHolding(holder),
    last_refresh: last === undefined ? null : describeLast(last),
    problem: one.problem ?? null,
    moved_to: one.movedTo === undefined ? null : display(one.movedTo, 200),
  }
}

function describeLast(last: HistoryEntry) {
  return { at: timestamp(last.at), reason: last.reason, ...holderFields(shownHolder(last)) }
}

function describeHolding(holding: Holding) {
  return { ...holderFields(holding), left_ms: Math.max(0, Math.round(holding.left)) }
}

/** Throws `usage` for what is about single profiles. */
export function refuseWithStore(given: string | undefined): void {
  if (given === undefined) return
  throw new ToknError('usage', words.refresherService.storeHasAll(given))
}
