import type { Command } from 'commander'
import { ToknError } from '../core/errors.ts'
import type { IndexEntry } from '../core/ports.ts'
import { checkProfileName, type Profile } from '../core/profile.ts'
import { chooseProfile, readableProfiles } from '../session/choose-profile.ts'
import { readNoted } from '../session/fleet/noted.ts'
import { isOver, keepsCredentials } from '../session/life.ts'
import { checkFields, printJson, tell, wantsJson } from './output/json.ts'
import { checkPlain, printPlain } from './output/plain-rows.ts'
import { words } from '../messages/words.ts'
import { bindFolder, unbindFolder, type BindFlags } from './profile/bind.ts'
import { setSetting } from './profile/set.ts'
import type { CommonFlags, Context } from './context.ts'
import { describeStanding, standingInWords } from './output/standing.ts'
import { declare, lineOf } from './flags/declare.ts'
import type { FlagsOf } from './flags/table.ts'
import { sayWould } from './output/dry-run.ts'
import { fittedTable, showMany, table } from './output/table.ts'
import { forgetCredentials, forgetFlags, type ForgetFlags } from './profile/forget-credentials.ts'

type ListFlags = CommonFlags & FlagsOf<'plain'>
type ShowFlags = CommonFlags & FlagsOf<'profile'>
type LockFlags = CommonFlags & FlagsOf<'timeout'>
type RemoveFlags = LockFlags & FlagsOf<'noInput' | 'dryRun'>

const runs = {
  list: listProfiles,
  show: showProfile,
  use: chooseDefault,
  set: setSetting,
  bind: bindFolder,
  unbind: unbindFolder,
  rename: renameProfile,
  remove: removeProfile,
  forgetCredentials,
}

export function profileCommand(program: Command, context: Context, run = runs): void {
  const profile = lineOf(program, 'profile')
  declare(profile, {
    usage: 'list',
    group: 'look',
    aliases: ['ls'],
    flags: ['plain'],
    text: () => words.help.profileList,
    examples: ['tokn profile list', 'tokn profile list --plain | cut -f1'],
  }).action((flags: ListFlags) => run.list(context, flags))
  declare(profile, {
    usage: 'show [profile]',
    group: 'look',
    flags: ['profile'],
    text: () => words.help.profileShow,
    examples: ['tokn profile show web --json'],
  }).action((name: string | undefined, flags: ShowFlags) => run.show(context, name, flags))
  declare(profile, {
    usage: 'use <profile>',
    group: 'change',
    flags: ['timeout'],
    text: () => words.help.profileUse,
    examples: ['tokn profile use web'],
  }).action((name: string, flags: LockFlags) => run.use(context, name, flags))
  declare(profile, {
    usage: 'set <profile> <setting> <value>',
    group: 'change',
    flags: ['timeout'],
    text: () => words.help.profileSet,
    examples: ['tokn profile set web offline 10m', 'tokn profile set web offline none'],
  }).action((name: string, setting: string, value: string, flags: LockFlags) =>
    run.set(context, name, setting, value, flags),
  )
  declare(profile, {
    usage: 'bind [profile]',
    group: 'change',
    flags: ['profile', 'yes', 'noInput'],
    text: () => words.help.profileBind,
    examples: ['tokn profile bind web'],
  }).action((name: string | undefined, flags: BindFlags) => run.bind(context, name, flags))
  declare(profile, {
    usage: 'unbind',
    group: 'change',
    text: () => words.help.profileUnbind,
    examples: ['tokn profile unbind'],
  }).action((flags: CommonFlags) => run.unbind(context, flags))
  declare(profile, {
    usage: 'rename <from> <to>',
    group: 'change',
    flags: ['timeout'],
    text: () => words.help.profileRename,
    examples: ['tokn profile rename web web-prod'],
  }).action((from: string, to: string, flags: LockFlags) => run.rename(context, from, to, flags))
  declare(profile, {
    usage: 'remove <profile>',
    group: 'change',
    flags: ['dryRun', 'timeout', 'noInput'],
    aliases: ['rm'],
    text: () => words.help.profileRemove,
    examples: ['tokn logout web && tokn profile remove web'],
  }).action((name: string, flags: RemoveFlags) => run.remove(context, name, flags))
  declare(profile, {
    usage: 'forget-credentials [profile]',
    group: 'change',
    flags: forgetFlags,
    text: () => words.help.profileForgetCredentials,
    examples: ['tokn profile forget-credentials web'],
  }).action((name: string | undefined, flags: ForgetFlags) =>
    run.forgetCredentials(context, name, flags),
  )
}

async function listProfiles(context: Context, flags: ListFlags): Promise<void> {
  checkPlain(flags)
  await checkFields(flags, 'tokn.profiles/v1')
  const ports = context.ports(flags)
  const profiles = readableProfiles(ports.profiles)
  const standard = ports.profiles.defaultName()
  const read = new Set(profiles.map(({ name }) => name))
  const outlines = ports.profiles.outlines()
  const damaged = outlines.flatMap(({ name }) => (read.has(name) ? [] : [name]))
  if (damaged.length > 0 && flags.quiet !== true)
    context.terminal.say(words.reports.damagedLeftOut(damaged))
  const now = ports.clock.now()
  const known = await readNoted(ports, profiles)
  const entryOf = (profile: Profile) => known.get(profile.id)
  const described = profiles.map((one) => ({
    ...describe(one),
    ...describeSession(entryOf(one), now),
  }))
  if (wantsJson(flags)) {
    return printJson(context, flags, {
      schema: 'tokn.profiles/v1',
      default: standard ?? null,
      profiles: described,
    })
  }
  if (flags.plain === true) {
    const entries = described.map((one) => ({ ...one, default: one.name === standard }))
    return printPlain(context, 'profile list', entries)
  }
  if (profiles.length === 0) {
    if (flags.quiet !== true) context.terminal.say(words.reports.noProfiles())
    return
  }
  const [first, ...titles] = words.reports.profileTitles()
  const rows = profiles.map((one) => [
    `${one.name === standard ? '*' : ' '} ${one.name}`,
    one.provider,
    one.baseUrl ?? '-',
    one.store,
    sessionInWords(entryOf(one), now),
  ])
  showMany(context.terminal, fittedTable([[`  ${first}`, ...titles], ...rows], context.terminal))
}

function sessionInWords(entry: IndexEntry | undefined, now: number): string {
  return entry === undefined ? '-' : standingInWords(entry, now)
}

function describeSession(entry: IndexEntry | undefined, now: number) {
  return {
    logged_in: entry !== undefined,
    expired: entry === undefined ? null : isOver(entry, now),
    standing: describeStanding(entry?.standing),
  }
}

async function showProfile(
  context: Context,
  name: string | undefined,
  flags: ShowFlags,
): Promise<void> {
  await checkFields(flags, 'tokn.profile/v1')
  const ports = context.ports(flags)
  const profile = chooseProfile(ports.profiles, context.choice(flags, name))
  const entry = (await readNoted(ports, [profile])).get(profile.id)
  const { path, place } = ports.profiles
  const keptIn = place?.keeps?.(profile.name) === true ? place.folder : null
  const document = {
    schema: 'tokn.profile/v1',
    ...describe(profile),
    path: keptIn === null ? path : null,
    kept_in: keptIn,
  }
  const { offline } = profile
  if (wantsJson(flags)) {
    const known = { ...describeKept(entry), offline: offline ?? null }
    return printJson(context, flags, { ...document, ...known })
  }
  const { settings, overrides, schema: _, ...plain } = document
  const set = offline === undefined ? {} : { offline }
  const shown = { ...plain, ...set, ...keptInWords(entry), ...settings, ...overrides }
  const rows = Object.entries(shown).flatMap(([key, value]) =>
    value === null ? [] : [[`  ${key}`, String(value)]],
  )
  context.terminal.show(...table(rows, context.terminal))
}

/** What is kept with the session; `null` for what nobody has noted, or where there is no session. */
function describeKept(entry: IndexEntry | undefined) {
  return {
    credentials_kept: entry?.renewal === undefined ? null : keepsCredentials(entry),
    refresh_token_kept: entry?.refreshKept ?? null,
  }
}

function keptInWords(entry: IndexEntry | undefined): Readonly<Record<string, string>> {
  if (entry?.renewal === undefined) return {}
  const refresh = entry.refreshKept ?? entry.renewal === 'refresh'
  return {
    [words.reports.infoLabels.kept]: words.credentials.kept(keepsCredentials(entry), refresh),
  }
}

async function chooseDefault(context: Context, name: string, flags: LockFlags): Promise<void> {
  await checkFields(flags, 'tokn.profile-use/v1')
  const { profiles } = context.ports(flags)
  const profile = chooseProfile(profiles, { positional: name })
  await profiles.setDefault(profile.name)
  tell(context, flags, words.reports.isDefault(profile.name), {
    schema: 'tokn.profile-use/v1',
    profile: profile.name,
    provider: profile.provider,
  })
}

async function renameProfile(
  context: Context,
  from: string,
  to: string,
  flags: LockFlags,
): Promise<void> {
  await checkFields(flags, 'tokn.profile-rename/v1')
  const { profiles } = context.ports(flags)
  const profile = chooseProfile(profiles, { positional: from })
  if (profiles.get(checkProfileName(to)) !== undefined) {
    throw new ToknError('usage', words.commands.profileExists(to))
  }
  await profiles.rename(profile.name, to)
  tell(context, flags, words.reports.renamed(profile.name, to), {
    schema: 'tokn.profile-rename/v1',
    from: profile.name,
    profile: to,
  })
}

async function removeProfile(context: Context, name: string, flags: RemoveFlags): Promise<void> {
  await checkFields(flags, flags.dryRun === true ? 'tokn.dry-run/v1' : 'tokn.profile-remove/v1')
  const { checkRemovable, removeProfile } = await import('../session/remove-profile.ts')
  const ports = context.ports(flags)
  if (flags.dryRun === true) {
    await checkRemovable(ports, checkProfileName(name))
    sayWould(context, flags, [{ subject: name, would: words.reports.wouldForget() }])
    return
  }
  const { alive } = await removeProfile(ports, checkProfileName(name))
  const { removed, removedButAlive } = words.reports
  tell(context, flags, alive === undefined ? removed(name) : removedButAlive(name, alive), {
    schema: 'tokn.profile-remove/v1',
    profile: name,
    alive: alive ?? null,
  })
}

function describe(profile: Profile) {
  return {
    name: profile.name,
    provider: profile.provider,
    base_url: profile.baseUrl ?? null,
    api_urls: profile.apiUrls ?? null,
    hosts: profile.hosts ?? null,
    store: profile.store,
    ca: profile.ca ?? null,
    proxy: profile.proxy ?? null,
    certificate: profile.certificate ?? null,
    key: profile.key ?? null,
    settings: profile.settings,
    overrides: profile.overrides ?? {},
  }
}
