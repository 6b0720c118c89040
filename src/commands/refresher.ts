import type { Command } from 'commander'
import { timestamp } from '../core/data-text.ts'
import { parseDuration } from '../core/duration.ts'
import type { FleetEvent } from '../core/fleet-event.ts'
import { readHolder } from '../core/holder.ts'
import { display } from '../core/text.ts'
import { words } from '../messages/words.ts'
import { refuseReaderOf } from '../session/fleet/reader.ts'
import { sharedKind, sharedStore } from '../session/fleet/shared-store.ts'
import type { CommonFlags, Context } from './context.ts'
import { declare, lineOf } from './flags/declare.ts'
import { requestFlags, type FlagName, type FlagsOf } from './flags/table.ts'
import { holderFields } from './output/holder.ts'
import { jsonLine } from './output/json-line.ts'
import { checkFields, wantsJson } from './output/json.ts'

const reads = [
  'ahead',
  'store',
  ...requestFlags.filter((name) => name !== 'noInput'),
] as const satisfies FlagName[]

type RefresherFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function refresherCommand(program: Command, context: Context, run = runRefresher): void {
  const refresher = lineOf(program, 'refresher')
  declare(refresher, {
    usage: 'run',
    group: 'change',
    flags: reads,
    among: { store: 'sharedStores' },
    text: () => words.help.refresherRun,
    examples: ['tokn refresher run', 'tokn refresher run --ahead 10m --json'],
  }).action((flags: RefresherFlags) => run(context, flags))
}

/** Refreshes for others, until a signal ends it. */
async function runRefresher(context: Context, flags: RefresherFlags): Promise<void> {
  await checkFields(flags, 'tokn.refresher/v1')
  const { ahead } = flags
  const least = ahead === undefined ? undefined : parseDuration(ahead, '--ahead')
  const ports = context.ports(flags)
  const kind = sharedKind(ports, (kept) => context.storeKind(flags, kept))
  refuseReaderOf(await sharedStore(ports, kind), 'refresher')
  const { happened } = await context.watchInterruption()
  const tell = (event: FleetEvent) => {
    const at = ports.clock.now()
    if (wantsJson(flags)) return context.terminal.out(jsonLine(documentOf(event, at), flags))
    if (flags.quiet === true && event.event !== 'failed') return
    context.terminal.say(`${timestamp(at)} ${inWords(event)}`)
  }
  await context.refreshFleet(flags, { kind, ahead: least, tell, interrupted: happened })
}

function inWords(event: FleetEvent): string {
  const { events, processOf } = words.refresherService
  switch (event.event) {
    case 'acting':
      return events.acting(event.sessions)
    case 'standing-by': {
      const { host, pid, job } = readHolder(event.holder)
      return events.standingBy(processOf(host, pid, job))
    }
    case 'refreshed':
      return events.refreshed(event.profile, event.generation, event.why, event.duration)
    case 'failed':
      return events.failed(event.profile, event.why, event.message)
    case 'warned':
      return events.warned(event.profile, event.message)
    case 'not-reached':
      return events.notReached(event.message)
    case 'lost':
    case 'reached':
    case 'ended':
      return events[event.event]
  }
}

/** A line for programs: all have the same fields. */
function documentOf(event: FleetEvent, at: number) {
  const told = { ...event } as Partial<Record<string, unknown>>
  const { holder } = told
  return {
    schema: 'tokn.refresher/v1',
    at: timestamp(at),
    event: event.event,
    profile: told['profile'] ?? null,
    generation: told['generation'] ?? null,
    why: told['why'] ?? null,
    duration_ms: told['duration'] ?? null,
    sessions: told['sessions'] ?? null,
    holder: typeof holder === 'string' ? holderFields(readHolder(holder)) : null,
    code: told['code'] ?? null,
    message: typeof told['message'] === 'string' ? display(told['message'], 1_000) : null,
  }
}
