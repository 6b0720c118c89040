import type { Command } from 'commander'
import { timeLeft } from '../core/expiry.ts'
import { display } from '../core/text.ts'
import { words } from '../messages/words.ts'
import { chooseProfile, namedProfile, outlineOf } from '../session/choose-profile.ts'
import { listStatus, tellCutOff, type ProfileStatus } from '../session/status.ts'
import type { CommonFlags, Context } from './context.ts'
import { complete } from './flags/declare.ts'
import type { FlagName, FlagsOf } from './flags/table.ts'
import {
  checkFields,
  checkOneShape,
  expiryFields,
  instant,
  jsonFlag,
  printJson,
  wantsJson,
} from './output/json.ts'
import { lifeBar } from './output/life-bar.ts'
import { hostOf, leftInWords, shareLeft, statusLines } from './output/status-table.ts'
import { showMany } from './output/table.ts'
import { readTemplate } from './output/template.ts'

const reads = ['format', 'plain', 'current', 'profile'] as const satisfies FlagName[]

type StatusFlags = CommonFlags &
  FlagsOf<(typeof reads)[number]> & {
    /** `--store`: all of the store in force, in place of the profiles. */
    readonly bareStore?: boolean
  }

export function statusCommand(program: Command, context: Context, run = runStatus): void {
  complete(program, 'status', {
    flags: [...reads, 'store'],
    // With it, a glance at everything would be one at a single profile.
    unheard: ['profile'],
    // It shows the store in force.
    bare: ['store'],
    text: () => ({
      ...words.help.status,
      notes: words.help.statusNotes(placeholders.map((name) => `{${name}}`)),
    }),
    examples: [
      'tokn status',
      'tokn status --json',
      'tokn status --store',
      "tokn status --current --format '{profile} {expires_in}'",
    ],
  }).action((profile: string | undefined, flags: StatusFlags) => run(context, profile, flags))
}

/** What a template can name. */
const placeholders = [
  'profile',
  'provider',
  'where',
  'host',
  'store',
  'state',
  'expires_in',
  'expires_at',
  'seconds',
  'bar',
  'kept',
  'default',
  'problem',
  'fix',
] as const

async function runStatus(
  context: Context,
  positional: string | undefined,
  flags: StatusFlags,
): Promise<void> {
  if (flags.bareStore === true) {
    const { refuseWithStore, showStore } = await import('./status/store.ts')
    refuseWithStore(positional ?? flags.profile)
    refuseWithStore(flags.current === true ? '--current' : undefined)
    refuseWithStore(flags.format === undefined ? undefined : '--format')
    checkOneShape(flags.plain === true ? '--plain' : undefined, jsonFlag(flags))
    return await showStore(context, flags)
  }
  const plain = flags.plain === true ? '--plain' : undefined
  checkOneShape(flags.format === undefined ? undefined : '--format', plain, jsonFlag(flags))
  await checkFields(flags, 'tokn.status/v1')
  const fill = flags.format === undefined ? undefined : readTemplate(flags.format, placeholders)
  const ports = context.ports(flags)
  const all = await listStatus(ports, chooseName(context, positional, flags))
  const now = ports.clock.now()
  if (fill !== undefined) {
    context.terminal.out(all.map((one) => `${fill(valuesOf(one, now))}\n`).join(''))
    return
  }
  for (const text of await tellCutOff(ports)) ports.warn(text)
  if (flags.plain === true) {
    const { printPlain } = await import('./output/plain-rows.ts')
    const entries = all.map((one) => describe(one, now))
    return printPlain(context, 'status', entries)
  }
  if (wantsJson(flags)) {
    const profiles = all.map((one) => describe(one, now))
    // Of an entry that is not there, no field can be chosen.
    const asked: CommonFlags = profiles.length === 0 ? { json: true } : flags
    printJson(context, asked, { schema: 'tokn.status/v1', profiles })
    return
  }
  if (all.length > 0) {
    const colours = await context.terminal.colours(flags)
    showMany(context.terminal, statusLines(all, now, context.terminal, colours))
  } else if (flags.quiet !== true) context.terminal.say(words.reports.noProfiles())
}

/** The one profile that is looked at; `undefined` for all. Throws `not_found`, `usage`. */
function chooseName(
  context: Context,
  positional: string | undefined,
  flags: StatusFlags,
): string | undefined {
  const { profiles } = context.ports(flags)
  const named = namedProfile({ positional, flag: flags.profile })
  checkOneShape(named, flags.current ? '--current' : undefined)
  // One that is damaged is there all the same, to say what is wrong with it.
  if (named !== undefined && outlineOf(profiles, named) !== undefined) return named
  if (named === undefined && flags.current !== true) return undefined
  return chooseProfile(profiles, context.choice(flags, positional)).name
}

function describe(one: ProfileStatus, now: number) {
  const { expires_at, expires_in } = expiryFields(one.expiry, now)
  return {
    profile: one.profile,
    provider: one.provider ?? null,
    where: one.where ?? null,
    store: one.store ?? null,
    state: one.state,
    expires_at,
    expires_in,
    credentials_kept: one.credentialsKept ?? null,
    renewed_by: one.renewedBy ?? null,
    default: one.isDefault,
    problem: one.problem ?? null,
    fix: one.fix ?? null,
  }
}

function valuesOf(one: ProfileStatus, now: number) {
  const left = timeLeft(one.expiry, now)
  const share = shareLeft(one, now)
  return {
    profile: shown(one.profile),
    provider: shown(one.provider),
    where: shown(one.where),
    host: shown(hostOf(one.where)),
    store: shown(one.store),
    state: one.state,
    expires_in: leftInWords(one, now),
    expires_at: instant(one.expiry.state === 'at' ? one.expiry.at : undefined) ?? '',
    seconds: left === undefined ? '' : String(Math.floor(left / 1_000)),
    bar: share === undefined ? '' : lifeBar(share, 10),
    kept: one.credentialsKept === true ? 'credentials' : '',
    default: one.isDefault ? '*' : '',
    problem: shown(one.problem),
    fix: shown(one.fix),
  }
}

function shown(text: string | undefined): string {
  return display(text ?? '', 400)
}
