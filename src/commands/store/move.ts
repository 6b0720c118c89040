import type { Command } from 'commander'
import { isToknError, ToknError } from '../../core/errors.ts'
import type { StoreKind } from '../../core/profile.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { checkMove } from '../../session/move/check-move.ts'
import { moveSession, type Move } from '../../session/move/move-session.ts'
import { planMoves, type MovesWanted } from '../../session/move/plan-moves.ts'
import { refer } from '../../session/move/refer.ts'
import type { Ports } from '../../session/ports.ts'
import type { CommonFlags, Context } from '../context.ts'
import { declare } from '../flags/declare.ts'
import type { FlagName, FlagsOf } from '../flags/table.ts'
import { sayWould } from '../output/dry-run.ts'
import { checkFields, tell } from '../output/json.ts'
import type { SchemaName } from '../output/shapes.ts'

const everywhere = ['dryRun', 'timeout', 'ca', 'noInput'] as const
const pushFlags = ['to', 'all', 'deleteSource', ...everywhere] as const satisfies FlagName[]
const pullFlags = ['from', 'to', 'all', 'deleteSource', ...everywhere] as const satisfies FlagName[]
const migrateFlags = ['from', 'to', 'deleteSource', ...everywhere] as const satisfies FlagName[]

const amongLasting = { from: 'lastingStores', to: 'lastingStores' } as const

type MoveFlags = CommonFlags & FlagsOf<(typeof pullFlags)[number]>

export function pushCommand(store: Command, context: Context, run = push): void {
  declare(store, {
    usage: 'push [profile...]',
    group: 'change',
    flags: pushFlags,
    among: amongLasting,
    text: () => words.storeCommands.pushHelp,
    examples: ['tokn store push web --to postgres', 'tokn store push --all --to redis --dry-run'],
  }).action((names: readonly string[], flags: MoveFlags) => run(context, names, flags))
}

export function pullCommand(store: Command, context: Context, run = pull): void {
  declare(store, {
    usage: 'pull [profile...]',
    group: 'change',
    flags: pullFlags,
    among: amongLasting,
    text: () => words.storeCommands.pullHelp,
    examples: [
      'tokn store pull web --from postgres',
      'tokn store pull web --from postgres --to keychain',
    ],
  }).action((names: readonly string[], flags: MoveFlags) => run(context, names, flags))
}

export function migrateCommand(store: Command, context: Context, run = migrate): void {
  declare(store, {
    usage: 'migrate',
    group: 'change',
    flags: migrateFlags,
    among: amongLasting,
    text: () => words.storeCommands.migrateHelp,
    examples: [
      'tokn store migrate --from file --to postgres --dry-run',
      'tokn store migrate --from redis --to postgres --delete-source',
    ],
  }).action((flags: MoveFlags) => run(context, flags))
}

export async function push(
  context: Context,
  names: readonly string[],
  flags: MoveFlags,
): Promise<void> {
  const chosen = chooseNames(names, flags)
  const to = kindOf(context, flags, 'to')
  await run(context, flags, { schema: 'tokn.store-push/v1' }, { to, names: chosen })
}

export async function pull(
  context: Context,
  names: readonly string[],
  flags: MoveFlags,
): Promise<void> {
  const chosen = chooseNames(names, flags)
  const from = kindOf(context, flags, 'from')
  if (flags.to === undefined) return await referAll(context, flags, from, chosen)
  const to = kindOf(context, flags, 'to')
  await run(context, flags, { schema: 'tokn.store-pull/v1' }, { from, to, names: chosen })
}

export async function migrate(context: Context, flags: MoveFlags): Promise<void> {
  const [from, to] = [kindOf(context, flags, 'from'), kindOf(context, flags, 'to')]
  await run(context, flags, { schema: 'tokn.store-migrate/v1' }, { from, to })
}

async function run(
  context: Context,
  flags: MoveFlags,
  { schema }: { readonly schema: SchemaName },
  wanted: Omit<MovesWanted, 'deleteSource'>,
): Promise<void> {
  await checkFields(flags, flags.dryRun === true ? 'tokn.dry-run/v1' : schema)
  const ports = context.ports(flags)
  const source = await context.portsFrom(flags)
  const moves = await fitHint(
    ports,
    wanted.to,
    planMoves(ports, {
      ...{ ...wanted, deleteSource: flags.deleteSource === true },
      source: source === ports ? undefined : source,
    }),
  )
  if (flags.dryRun === true) {
    for (const move of moves) await fitHint(ports, wanted.to, checkMove(ports, move))
    return sayWould(context, flags, moves.map(describePlan))
  }
  const results = []
  for (const move of moves) {
    const result = await fitHint(ports, wanted.to, moveSession(ports, move))
    const { name, store } = move.source
    results.push({ profile: name, from: store, to: wanted.to, result })
  }
  const told = results.map(({ profile, from, to, result }) =>
    words.storeCommands.moved[result](profile, from, to),
  )
  const sentences = told.length === 0 ? words.storeCommands.nothingToMove() : told
  tell(context, flags, sentences, { schema, results })
}

/** Stores tell to use another one by `--store`, which these commands do not have. */
async function fitHint<Value>(ports: Ports, to: StoreKind, work: Promise<Value>): Promise<Value> {
  try {
    return await work
  } catch (error) {
    const lines = isToknError(error) ? [error.details.hint ?? []].flat() : []
    if (!isToknError(error) || lines.length === 0) throw error
    const isTarget = ports.stores.traits(to).shared !== true
    const fitted = lines.map((line) => words.stores.withoutStoreFlag(line, isTarget))
    const hint = fitted.filter((line) => line !== '')
    throw new ToknError(error.code, error.message, { ...error.details, hint, cause: error })
  }
}

/** Profiles of this machine, for sessions that stay where they are. */
async function referAll(
  context: Context,
  flags: MoveFlags,
  from: StoreKind,
  names: readonly string[] | undefined,
): Promise<void> {
  const schema = 'tokn.store-pull/v1'
  await checkFields(flags, flags.dryRun === true ? 'tokn.dry-run/v1' : schema)
  const definitions = await context.definitions(flags)
  const wanted = { from, names, isDry: flags.dryRun === true }
  const profiles = await refer(await context.portsFrom(flags), wanted, definitions)
  if (flags.dryRun === true) {
    const would = words.storeCommands.wouldRefer(from)
    return sayWould(
      context,
      flags,
      profiles.map(({ name }) => ({ subject: name, would })),
    )
  }
  const results = profiles.map(({ name }) => ({
    profile: name,
    from,
    to: from,
    result: 'profile',
  }))
  const told = profiles.map(({ name }) => words.storeCommands.referred(name, from))
  const sentences = told.length === 0 ? words.storeCommands.nothingToMove() : told
  tell(context, flags, sentences, { schema, results })
}

function describePlan({ source, target, sourceHome, targetHome, isThere }: Move) {
  const [from, to] = [
    sourceHome?.describe() ?? source.store,
    targetHome?.describe() ?? target.store,
  ]
  const would = isThere ? words.storeCommands.wouldEnd(to) : words.storeCommands.wouldMove(from, to)
  return { subject: source.name, would }
}

/** `undefined` for all. Throws `usage` where neither names nor `--all` are given, or both. */
function chooseNames(names: readonly string[], flags: MoveFlags): readonly string[] | undefined {
  const all = flags.all === true
  if (all === names.length > 0) throw new ToknError('usage', words.storeCommands.namesOrAll(all))
  return all ? undefined : [...new Set(names)]
}

function kindOf(context: Context, flags: MoveFlags, name: 'from' | 'to'): StoreKind {
  const text = flags[name]
  const { stores } = context.ports(flags)
  const lasting = stores.kinds.filter((kind) => stores.traits(kind).outlivesProcess)
  const kind = stores.find(text)
  if (kind !== undefined && lasting.includes(kind)) return kind
  const { keepsNothing, kindNeeded } = words.storeCommands
  if (kind !== undefined) throw new ToknError('usage', keepsNothing(kind, lasting))
  if (text === undefined) throw new ToknError('usage', kindNeeded(`--${name}`, lasting))
  throw new ToknError('usage', words.app.notAStore(`--${name}`, display(text, 40), lasting))
}
