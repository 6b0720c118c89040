import type { Command } from 'commander'
import { ToknError } from '../../core/errors.ts'
import type { StoreKind } from '../../core/profile.ts'
import { words } from '../../messages/words.ts'
import { sharedKind } from '../../session/fleet/shared-store.ts'
import { acceptSession, verifyStore, type Verified } from '../../session/move/verify-store.ts'
import type { Ports } from '../../session/ports.ts'
import type { CommonFlags, Context } from '../context.ts'
import { declare } from '../flags/declare.ts'
import type { FlagName, FlagsOf } from '../flags/table.ts'
import { checkFields, isQuiet, printJson, tell, wantsJson } from '../output/json.ts'
import { checkPlain, printPlain } from '../output/plain-rows.ts'
import { wholeTable } from '../output/table.ts'

const reads = [
  ...(['accept', 'plain', 'yes', 'store', 'timeout', 'ca', 'noInput'] as const),
] satisfies FlagName[]

type VerifyFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function verifyCommand(store: Command, context: Context, run = verify): void {
  declare(store, {
    usage: 'verify',
    group: 'look',
    flags: reads,
    text: () => words.storeCommands.verifyHelp,
    examples: ['tokn store verify', 'tokn store verify --accept web'],
  }).action((flags: VerifyFlags) => run(context, flags))
}

export async function verify(context: Context, flags: VerifyFlags): Promise<void> {
  if (flags.accept !== undefined) return await accept(context, flags.accept, flags)
  checkPlain(flags)
  await checkFields(flags, 'tokn.store-verify/v1')
  const ports = context.ports(flags)
  const kind = kindOf(context, ports, flags)
  const found = await verifyStore(ports, kind)
  show(context, flags, kind, found)
  const bad = found.filter(({ status }) => status === 'bad')
  const [worst] = bad
  if (worst === undefined) return
  const { problem = '', fix } = worst
  const said = words.storeCommands.someBad(bad.length, found.length, worst.profile, problem)
  throw new ToknError('check_failed', said, { hint: fix })
}

/** A store of this machine is one to look at where a profile has it; else it may be that of others. */
function kindOf(context: Context, ports: Ports, flags: VerifyFlags): StoreKind {
  const kind = context.storeKind(flags)
  const isUsed = ports.profiles.outlines().some(({ store }) => store === kind)
  return isUsed ? kind : sharedKind(ports, (kept) => context.storeKind(flags, kept))
}

function show(
  context: Context,
  flags: VerifyFlags,
  kind: StoreKind,
  found: readonly Verified[],
): void {
  const sessions = found.map((one) => ({
    profile: one.profile,
    id: one.id,
    generation: one.generation ?? null,
    status: one.status,
    problem: one.problem ?? null,
    fix: one.fix ?? null,
  }))
  if (wantsJson(flags)) {
    return printJson(context, flags, { schema: 'tokn.store-verify/v1', store: kind, sessions })
  }
  if (flags.plain === true) return printPlain(context, 'store verify', sessions)
  if (found.length === 0) {
    if (!isQuiet(flags)) context.terminal.say(words.storeCommands.nothingToVerify(kind))
    return
  }
  const { verifyTitles, statuses } = words.storeCommands
  const rows = found.map((one) => [
    one.profile,
    statuses[one.status],
    one.generation === undefined ? '-' : String(one.generation),
    one.problem === undefined ? '-' : `${one.problem}${one.fix ? `; ${one.fix}` : ''}`,
  ])
  context.terminal.show(...wholeTable([verifyTitles(), ...rows], context.terminal))
}

async function accept(context: Context, name: string, flags: VerifyFlags): Promise<void> {
  await checkFields(flags, 'tokn.store-accept/v1')
  const { askToAccept, accepted, notAccepted, acceptNeedsYes } = words.storeCommands
  const ports = context.ports(flags)
  const kind = sharedKind(ports, (kept) => context.storeKind(flags, kept))
  const generation = await acceptSession(ports, kind, name, async () => {
    const yes = await context.confirm(flags, askToAccept(name))
    if (yes === true) return
    if (yes === undefined) throw new ToknError('usage', acceptNeedsYes(name))
    throw new ToknError('interrupted', notAccepted(name))
  })
  const document = { schema: 'tokn.store-accept/v1', profile: name, store: kind, generation }
  tell(context, flags, accepted(name, generation), document)
}
