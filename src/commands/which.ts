import type { Command } from 'commander'
import type { FolderFile } from '../core/folder-profile.ts'
import { words } from '../messages/words.ts'
import { chooseProfile, namedProfile, onlyName } from '../session/choose-profile.ts'
import type { CommonFlags, Configuration, Context } from './context.ts'
import { complete } from './flags/declare.ts'
import type { FlagName, FlagsOf } from './flags/table.ts'
import { checkFields, printJson, wantsJson } from './output/json.ts'
import { checkPlain, printPlain } from './output/plain-rows.ts'
import { wholeTable } from './output/table.ts'

const reads = ['plain', 'profile', 'store'] as const satisfies FlagName[]

type WhichFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function whichCommand(program: Command, context: Context, run = runWhich): void {
  complete(program, 'which', {
    flags: reads,
    examples: ['tokn which', 'tokn which --json', 'tokn which --json --fields winner'],
  }).action((profile: string | undefined, flags: WhichFlags) => run(context, profile, flags))
}

/** One thing that has something to say of what a command uses. */
interface Candidate {
  readonly kind: 'profile' | 'store' | 'configuration'
  /** Absent where it names nothing of that kind: a token in a variable, a file that is ignored. */
  readonly value?: string | undefined
  readonly source: 'flag' | 'env' | 'folder' | 'profile' | 'default'
  readonly variable?: string | undefined
  readonly path?: string | undefined
  /** Why it could not win, whatever else there is. */
  readonly ignored?: string | undefined
  /** Source and value for a person; without one, the value itself. */
  readonly from: string
  readonly shown?: string
}

async function runWhich(
  context: Context,
  positional: string | undefined,
  flags: WhichFlags,
): Promise<void> {
  checkPlain(flags)
  await checkFields(flags, 'tokn.which/v1')
  const ofProfile = await profileCandidates(context, positional, flags)
  const profile = ofProfile.find(({ ignored }) => ignored === undefined)
  // Where a token or a login out of the environment wins, no store is opened.
  const kept = profile === undefined || profile.value !== undefined
  const ofStore = kept ? storeCandidates(context, positional, flags) : []
  const [store] = ofStore
  const ofConfiguration = (await context.configurations(flags)).map(configurationCandidate)
  const [configuration] = ofConfiguration
  const all = [...ofProfile, ...ofStore, ...ofConfiguration]
  const winners = new Set([profile, store, configuration])
  const keptIn = placeOfProfile(context, flags, profile)
  const losers = all.filter((one) => !winners.has(one))
  if (wantsJson(flags)) {
    return printJson(context, flags, {
      schema: 'tokn.which/v1',
      winner: {
        profile: profile?.value ?? null,
        source: profile?.source ?? null,
        variable: profile?.variable ?? null,
        path: profile?.path ?? null,
        kept_in: keptIn ?? null,
        store: store?.value ?? null,
        store_source: store?.source ?? null,
        configuration: configuration?.value ?? null,
        configuration_source: configuration?.source ?? null,
      },
      losers: losers.map(describe),
    })
  }
  if (flags.plain === true) {
    const entries = all.map((one) => ({ ...describe(one), winner: winners.has(one) }))
    return printPlain(context, 'which', entries)
  }
  const { what, whichTitles } = words.folders
  const rows = all.map((one) => [
    `${winners.has(one) ? '*' : ' '} ${what[one.kind]}`,
    one.shown ?? one.value ?? '-',
    one === profile && keptIn !== undefined
      ? words.folders.from.keptIn(one.from, keptIn)
      : one.from,
  ])
  context.terminal.show(...wholeTable([whichTitles(), ...rows], context.terminal))
}

/** The store for many machines that the profile is in; `undefined` for one of this machine. */
function placeOfProfile(
  context: Context,
  flags: WhichFlags,
  profile: Candidate | undefined,
): string | undefined {
  const { place } = context.ports(flags).profiles
  const isThere = profile?.value !== undefined && place?.keeps?.(profile.value) === true
  return isThere ? place.folder : undefined
}

/** All that says which session is meant, the one that is first. Throws `usage` for a wrong file that is. */
async function profileCandidates(
  context: Context,
  positional: string | undefined,
  flags: WhichFlags,
): Promise<readonly Candidate[]> {
  const choice = context.choice(flags, positional)
  const { profiles } = context.ports(flags)
  const { provider, tokenVariable } = context.environment
  const { commandLine, defaultProfile, onlyProfile, tokenIn, loginFrom } = words.folders.from
  const found: Candidate[] = []
  const add = (source: Candidate['source'], value: string | undefined, more: Partial<Candidate>) =>
    found.push({ kind: 'profile', source, value, from: more.variable ?? '', ...more })
  const name = namedProfile(choice)
  const variable = tokenVariable(name)
  if (variable !== undefined) add('env', undefined, { variable, from: tokenIn(variable) })
  const flag = choice.positional ?? choice.flag
  if (flag !== undefined) add('flag', flag, { from: commandLine })
  if ((choice.environment ?? '') !== '')
    add('env', choice.environment, { variable: 'TOKN_PROFILE' })
  const job = await findJob(context, flags)
  if (job !== undefined) {
    add('env', undefined, { variable: 'TOKN_AGENT_SOCK', from: job })
  }
  if (provider !== undefined)
    add('env', undefined, { variable: 'TOKN_PROVIDER', from: loginFrom(provider) })
  for (const file of (await context.folders()).list()) {
    const first = found.every(({ ignored }) => ignored !== undefined)
    if (first && file.wrong !== undefined) throw file.wrong
    const own = first && file.name !== undefined ? tokenVariable(file.name) : undefined
    if (own !== undefined) add('env', undefined, { variable: own, from: tokenIn(own) })
    found.push(folderCandidate(file))
  }
  const standard = profiles.defaultName()
  const only = onlyName(profiles)
  if (standard !== undefined) add('default', standard, { from: defaultProfile })
  else if (only !== undefined) add('default', only, { from: onlyProfile })
  return found
}

/** The CI job whose session commands take that name no profile, or without which they fail. */
async function findJob(context: Context, flags: WhichFlags): Promise<string | undefined> {
  const { environment } = context
  if (environment.fromEnvironment('agent_sock') === undefined) return undefined
  const found = await (await context.jobs(flags)).named(environment.provider)
  const { ofJob, ofJobWithout } = words.folders.from
  return typeof found === 'object' ? ofJob(found.title) : found && ofJobWithout[found]
}

function folderCandidate({ name, path, shown, ignored, wrong }: FolderFile): Candidate {
  const why =
    wrong?.message ?? (ignored === undefined ? undefined : words.folders.ignored(shown, ignored))
  return { kind: 'profile', value: name, source: 'folder', path, ignored: why, from: why ?? shown }
}

/** What says in which store the session is looked for. Throws `not_found` where no profile is there. */
function storeCandidates(
  context: Context,
  positional: string | undefined,
  flags: WhichFlags,
): readonly Candidate[] {
  const { profiles, stores } = context.ports(flags)
  const profile = chooseProfile(profiles, context.choice(flags, positional))
  const { store, storeVariable = '' } = context.environment
  const { ofProfile, usual } = words.folders.from
  const kind = 'store'
  return [
    ...(flags.store === undefined
      ? []
      : [{ kind, value: flags.store, source: 'flag', from: '--store' } as const]),
    ...(store === undefined
      ? []
      : [
          {
            kind,
            value: store,
            source: 'env',
            variable: storeVariable,
            from: storeVariable,
          } as const,
        ]),
    { kind, value: profile.store, source: 'profile', from: ofProfile(profile.name) },
    { kind, value: stores.usual, source: 'default', from: usual },
  ]
}

function configurationCandidate({ path, shown, from }: Configuration): Candidate {
  const flag = from === '--config-dir'
  return {
    kind: 'configuration',
    value: path,
    shown,
    source: from === undefined ? 'default' : flag ? 'flag' : 'env',
    variable: flag ? undefined : from,
    from: from ?? words.folders.from.usualFolder,
  }
}

function describe({ kind, value, source, variable, path, ignored }: Candidate) {
  return {
    kind,
    value: value ?? null,
    source,
    variable: variable ?? null,
    path: path ?? null,
    ignored: ignored ?? null,
  }
}
