import type { Command } from 'commander'
import { isFailure } from '../../core/errors.ts'
import type { StoreKind } from '../../core/profile.ts'
import { words } from '../../messages/words.ts'
import { readableProfiles } from '../../session/choose-profile.ts'
import { homeOf } from '../../session/move/plan-moves.ts'
import type { Ports } from '../../session/ports.ts'
import type { CommonFlags, Context } from '../context.ts'
import { declare } from '../flags/declare.ts'
import type { FlagName, FlagsOf } from '../flags/table.ts'
import { checkFields, printJson, wantsJson } from '../output/json.ts'
import { checkPlain, printPlain } from '../output/plain-rows.ts'
import { wholeTable } from '../output/table.ts'

const reads = ['plain', 'store', 'timeout', 'ca'] as const satisfies FlagName[]

type ListFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

interface Looked {
  readonly where: string | null
  /** `null`: nobody knows. */
  readonly usable: boolean | null
  readonly problem: string | null
  /** How many it has, where it has profiles itself. */
  readonly profiles?: number
}

export function listCommand(store: Command, context: Context, run = listStores): void {
  declare(store, {
    usage: 'list',
    group: 'look',
    aliases: ['ls'],
    flags: reads,
    text: () => words.storeCommands.listHelp,
    examples: ['tokn store list', 'tokn store list --json'],
  }).action((flags: ListFlags) => run(context, flags))
}

export async function listStores(context: Context, flags: ListFlags): Promise<void> {
  checkPlain(flags)
  await checkFields(flags, 'tokn.store-list/v1')
  const ports = context.ports(flags)
  const { storeVariable } = context.environment
  const inForce = context.storeKind(flags)
  const source = flags.store === undefined ? (storeVariable ?? 'default') : '--store'
  const lasting = ports.stores.kinds.filter((kind) => ports.stores.traits(kind).outlivesProcess)
  const all = readableProfiles(ports.profiles)
  // A keychain is asked by a library that makes folders of its own, where a job is to leave nothing.
  const isJob = ports.stores.traits(inForce).shared === true
  const stores = []
  for (const kind of lasting) {
    const isInForce = kind === inForce
    const own = all.filter((one) => one.store === kind).length
    const isLeftAlone = isJob && own === 0 && ports.stores.traits(kind).hidesWhenLocked
    const { profiles = own, ...looked } = isLeftAlone
      ? leftAlone()
      : await look(ports, kind, isJob ? inForce : undefined)
    stores.push({
      store: kind,
      in_force: isInForce,
      source: isInForce ? source : null,
      shared: ports.stores.traits(kind).shared === true,
      ...looked,
      profiles,
    })
  }
  if (wantsJson(flags)) {
    return printJson(context, flags, { schema: 'tokn.store-list/v1', stores })
  }
  if (flags.plain === true) return printPlain(context, 'store list', stores)
  const { listTitles, usable } = words.storeCommands
  const rows = stores.map((one) => [
    `${one.in_force ? '*' : ' '} ${one.store}`,
    one.where ?? '-',
    one.usable === true ? usable() : (one.problem ?? '-'),
    String(one.profiles),
    one.source ?? '-',
  ])
  const [first, ...titles] = listTitles()
  context.terminal.show(...wholeTable([[`  ${first}`, ...titles], ...rows], context.terminal))
}

function leftAlone(): Looked {
  return { where: null, usable: null, problem: words.storeCommands.notLookedAt() }
}

/** Where a store is, and whether it can be used: nothing is unlocked for that, and nobody is asked. */
async function look(
  ports: Ports,
  kind: StoreKind,
  addressed: StoreKind | undefined,
): Promise<Looked> {
  let where: string | null = null
  try {
    const home = await homeOf(ports, kind)
    if (home !== undefined) {
      where = home.describe()
      await home.reach()
      const profiles = (await home.list()).filter(({ profile, fault }) => profile ?? fault)
      return { where, usable: true, problem: null, profiles: profiles.length }
    }
    const store = await ports.store(kind)
    where = store.describe()
    await (store.list?.() ?? store.read('probe-list'))
    return { where, usable: true, problem: null }
  } catch (error) {
    if (!isFailure(error)) throw error
    // Without an address there is none to be used.
    const isUnsaid = error.code === 'usage' && where === null
    const problem = isUnsaid ? words.storeCommands.noAddress(addressed) : error.message
    return { where, usable: isUnsaid ? null : false, problem }
  }
}
