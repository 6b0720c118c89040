import { openSession } from '../session/session.ts'
import type { Command } from 'commander'
import { isFailure, ToknError } from '../core/errors.ts'
import { lookIn, type Profile } from '../core/profile.ts'
import { display } from '../core/text.ts'
import {
  chooseProfile,
  namedProfile,
  readableProfiles,
  type ProfileChoice,
} from '../session/choose-profile.ts'
import { elsewhere } from '../session/stored-record.ts'
import type { LogoutResult } from '../session/revoke/logout.ts'
import { checkFields, instant, isQuiet, printJson, wantsJson } from './output/json.ts'
import type { CommonFlags, Context } from './context.ts'
import { words } from '../messages/words.ts'
import { complete } from './flags/declare.ts'
import { sayWould, type Step } from './output/dry-run.ts'
import { sessionFlags, type FlagName, type FlagsOf } from './flags/table.ts'

const reads = [
  'all',
  'localOnly',
  'open',
  'yes',
  'dryRun',
  ...sessionFlags,
] as const satisfies FlagName[]

type LogoutFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function logoutCommand(program: Command, context: Context, run = runLogout): void {
  complete(program, 'logout', {
    flags: reads,
    examples: ['tokn logout web', 'tokn logout --all --yes'],
  }).action((profile: string | undefined, flags: LogoutFlags) => run(context, profile, flags))
}

async function runLogout(
  context: Context,
  positional: string | undefined,
  flags: LogoutFlags,
): Promise<void> {
  await checkFields(flags, flags.dryRun === true ? 'tokn.dry-run/v1' : 'tokn.logout/v1')
  const options = { localOnly: flags.localOnly === true }
  if (options.localOnly && flags.open === true) {
    throw new ToknError('usage', words.commands.notTogether('--local-only', '--open'))
  }
  if (flags.all === true && (positional ?? flags.profile) !== undefined) {
    throw new ToknError('usage', words.commands.allNamesNone('tokn logout --all'))
  }
  const choice = context.choice(flags, positional)
  if (flags.all !== true) await refuseUnnamed(context, choice, flags)
  const ports = context.ports(flags)
  const profiles = (
    flags.all === true ? readableProfiles(ports.profiles) : [chooseProfile(ports.profiles, choice)]
  ).map((profile) => lookIn(profile, context.storeKind(flags, profile.store)))
  if (flags.dryRun === true) {
    const steps: Step[] = []
    for (const profile of profiles) {
      steps.push({
        subject: profile.name,
        would: await openSession(ports, profile).planLogout(options),
      })
    }
    return sayWould(context, flags, steps)
  }
  await agree(context, flags, profiles)
  const results: Result[] = []
  const failures: ToknError[] = []
  for (const profile of profiles) {
    try {
      const result = await openSession(ports, profile).logout(options)
      if (!result.erased && profile.usualStore !== undefined)
        throw elsewhere(profile, profile.usualStore)
      results.push({ profile: profile.name, ...result })
    } catch (error) {
      if (!isFailure(error) || profiles.length === 1) throw error
      // One that cannot be ended keeps nobody from ending the others.
      failures.push(error)
    }
  }
  if (failures.length === 0 || results.length > 0) report(context, flags, results)
  await showPages(context, flags, results)
  throwForFailures(failures, results, profiles.length, isQuiet(flags))
}

/** What the other commands work on then is no session of a profile, and the default one is not meant. */
async function refuseUnnamed(
  context: Context,
  choice: ProfileChoice,
  flags: LogoutFlags,
): Promise<void> {
  const { environment } = context
  if (namedProfile(choice) !== undefined) return
  const atSocket =
    environment.fromEnvironment('token') === undefined &&
    environment.fromEnvironment('agent_sock') !== undefined
  if (atSocket && (await context.jobs(flags)).namesOne()) {
    throw new ToknError('usage', words.commands.jobIsNoProfile())
  }
  const given = environment.fromEnvironment('token') === undefined ? environment.provider : 'token'
  if (given === undefined) return
  const variable = given === 'token' ? 'TOKN_TOKEN' : 'TOKN_PROVIDER'
  throw new ToknError('usage', words.commands.notAProfileToLogOut(variable))
}

type Result = LogoutResult & { readonly profile: string }

function report(context: Context, flags: LogoutFlags, results: readonly Result[]): void {
  if (wantsJson(flags)) {
    const described = results.map(
      ({ profile, revoked, erased, verified, aliveUntil, alive, page }) => ({
        profile,
        erased,
        revoked,
        verified,
        alive_until: instant(aliveUntil),
        alive: alive ?? null,
        end_session_url: page ?? null,
      }),
    )
    printJson(context, flags, { schema: 'tokn.logout/v1', results: described })
    return
  }
  if (flags.quiet === true) return
  if (results.length === 0) {
    const { place } = context.ports(flags).profiles
    context.terminal.say(words.reports.nothingTo('logOut', false, place?.folder))
  }
  for (const result of results) for (const line of logoutInWords(result)) context.terminal.say(line)
}

/** The pages where a person ends the rest; opened where that was asked for, and can be. */
async function showPages(
  context: Context,
  flags: LogoutFlags,
  results: readonly Result[],
): Promise<void> {
  for (const { profile, page } of results) {
    if (page === undefined) continue
    const url = display(page, 2_000)
    const { logOutAt, logoutOpened } = words.oauthParameters
    const wanted = flags.open === true ? await context.interaction(flags) : undefined
    const opened = (await wanted?.open(page)) === true
    const isSaid = flags.quiet !== true && (!wantsJson(flags) || flags.open === true)
    if (!isSaid) continue
    const said = opened ? logoutOpened(url) : logOutAt(url)
    context.terminal.say(words.reports.ofProfile(profile, said))
  }
}

export function logoutInWords(result: Result): readonly string[] {
  const { profile, erased, revoked, unverified, caveat, alive, doubtful, ended } = result
  const { loggedOut, ofProfile, stillAlive } = words.reports
  const first = ofProfile(profile, loggedOut(erased, { revoked, unverified, ended }))
  if (caveat !== undefined) return [first, ofProfile(profile, caveat)]
  if (alive === undefined || !(erased || doubtful === true)) return [first]
  return [first, ofProfile(profile, stillAlive(doubtful === true, alive, untilWhen(result)))]
}

function untilWhen({ aliveUntil, partial }: Result): string {
  return aliveUntil === undefined ? '' : words.reports.untilThen(partial === true, aliveUntil)
}

function throwForFailures(
  failures: readonly ToknError[],
  results: readonly Result[],
  tried: number,
  untold: boolean,
): void {
  const [first] = failures
  if (first !== undefined) {
    if (failures.length === tried) throw first
    throw new ToknError(
      'partial',
      words.reports.notAllLoggedOut(failures.length, tried, first.message),
      { hint: first.details.hint },
    )
  }
  const alive = results.filter(({ failed }) => failed)
  const [one] = alive
  if (one === undefined) return
  const { ofProfiles, erasedButAlive } = words.reports
  const whose = results.length === 1 ? `"${one.profile}"` : ofProfiles(alive.length, tried)
  const why = untold ? `: ${one.alive ?? ''}` : ''
  throw new ToknError('partial', erasedButAlive(whose, one.doubtful === true, why))
}

async function agree(
  context: Context,
  flags: LogoutFlags,
  profiles: readonly Profile[],
): Promise<void> {
  if (flags.all !== true || flags.yes === true || profiles.length < 2) return
  const yes = await context.confirm(flags, words.commands.logOutOfSeveral(profiles.length))
  if (yes === true) return
  throw new ToknError(
    yes === undefined ? 'usage' : 'interrupted',
    words.commands.notAgreedToLogOut(yes === undefined ? profiles.length : undefined),
  )
}
