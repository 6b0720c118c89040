import type { Command } from 'commander'
import { timestamp } from '../core/data-text.ts'
import { display } from '../core/text.ts'
import type { HistoryEntry } from '../core/session-history.ts'
import { chooseProfile } from '../session/choose-profile.ts'
import { knownOf } from '../session/fleet/known.ts'
import { openSession } from '../session/session.ts'
import { checkFields, printJson, wantsJson } from './output/json.ts'
import { checkPlain, printPlain } from './output/plain-rows.ts'
import { words } from '../messages/words.ts'
import type { FlagsOf } from './flags/table.ts'
import type { CommonFlags, Context } from './context.ts'
import { complete } from './flags/declare.ts'
import { describeStanding, explainStanding } from './output/standing.ts'
import { fittedTable } from './output/table.ts'

type WhyFlags = CommonFlags & FlagsOf<'plain' | 'profile'>

export function whyCommand(program: Command, context: Context, run = runWhy): void {
  complete(program, 'why', {
    flags: ['plain', 'profile'],
    examples: ['tokn why web', 'tokn why web --json'],
  }).action((profile: string | undefined, flags: WhyFlags) => run(context, profile, flags))
}

/** Nothing is unlocked; nobody is asked but a store that many machines share. */
async function runWhy(
  context: Context,
  positional: string | undefined,
  flags: WhyFlags,
): Promise<void> {
  checkPlain(flags)
  await checkFields(flags, 'tokn.why/v1')
  const ports = context.ports(flags)
  const profile = chooseProfile(ports.profiles, context.choice(flags, positional))
  const known = await knownOf(openSession(ports, profile))
  const history = known?.history ?? []
  if (wantsJson(flags)) {
    printJson(context, flags, {
      schema: 'tokn.why/v1',
      profile: profile.name,
      standing: describeStanding(known?.standing),
      generations: history.map(describe),
    })
    return
  }
  if (flags.plain === true) return printPlain(context, 'why', history.map(describe))
  if (history.length === 0) {
    context.terminal.say(words.reports.noHistory(profile.name))
    return
  }
  const { issuedBy, ofProfile, processOf, reasons, whyTitles } = words.reports
  const here = ports.requester.host
  const isShared = ports.stores.traits(profile.store).shared === true
  const isOfMany =
    isShared || history.some(({ host = here, job }) => host !== here || job !== undefined)
  const rows = history.map((one) => [
    String(one.generation),
    words.times.instant(one.at),
    one.by === undefined ? reasons[one.reason] : issuedBy(display(one.by, 40)),
    display(one.command, 40),
    processOf(one.pid, display(one.parent, 40)),
    one.cost ?? '-',
    ...(isOfMany ? [display(one.host ?? '-', 60), display(one.job ?? '-', 200)] : []),
  ])
  context.terminal.show(...fittedTable([whyTitles(isOfMany), ...rows], context.terminal))
  const ended = explainStanding(known?.standing)
  if (ended !== undefined) context.terminal.say(ofProfile(profile.name, display(ended)))
}

function describe({ at, cost, by, ...rest }: HistoryEntry) {
  const { generation, reason, command, pid, parent, host, job } = rest
  const issuer = by === undefined ? {} : { issued_by: by }
  const made = { generation, at: timestamp(at), reason, ...issuer }
  return { ...made, command, pid, parent, host: host ?? null, job: job ?? null, cost: cost ?? null }
}
