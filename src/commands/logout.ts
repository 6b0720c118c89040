import type { Command } from 'commander'
import { isFailure, ToknError } from '../core/errors.ts'
import { lookIn, type Profile } from '../core/profile.ts'
import { chooseProfile, readableProfiles } from '../session/choose.ts'
import { logout, type LogoutResult } from '../session/logout.ts'
import { planLogout } from '../session/plan.ts'
import { checkFields, printJson, wantsJson } from './answer.ts'
import type { ActFlags, Context, SessionFlags } from './context.ts'
import { declare } from './declare.ts'
import { dryRunFields, sayWould, type Step } from './dry-run.ts'
import { sessionFlags } from './flags.ts'

export interface LogoutFlags extends SessionFlags, ActFlags {
  readonly all?: boolean
  readonly localOnly?: boolean
}

export function logoutCommand(program: Command, context: Context, run = runLogout): void {
  declare(program, {
    usage: 'logout [profile]',
    flags: [...sessionFlags, 'yes', 'dryRun'],
    summary: 'end the session at the provider where that can be done, and erase it here',
    examples: ['tokn logout web', 'tokn logout --all --yes'],
  })
    .option('--all', 'every profile')
    .option('--local-only', 'erase it here and leave it alive at the provider')
    .action((profile: string | undefined, flags: LogoutFlags) => run(context, profile, flags))
}

export async function runLogout(
  context: Context,
  positional: string | undefined,
  flags: LogoutFlags,
): Promise<void> {
  const fields = 'schema results profile revoked erased alive'
  checkFields(flags, flags.dryRun === true ? dryRunFields : fields)
  const options = { localOnly: flags.localOnly === true }
  if (flags.all === true && (positional ?? flags.profile) !== undefined) {
    throw new ToknError('usage', '--all leaves no profile to name', { hint: 'tokn logout --all' })
  }
  const ports = context.ports(flags)
  const profiles = (
    flags.all === true
      ? readableProfiles(ports.profiles)
      : [chooseProfile(ports.profiles, context.choice(flags, positional))]
  ).map((profile) => lookIn(profile, context.storeKind(flags, profile.store)))
  if (flags.dryRun === true) {
    const steps: Step[] = []
    for (const profile of profiles) {
      steps.push({ subject: profile.name, would: await planLogout(ports, profile, options) })
    }
    return sayWould(context, flags, steps)
  }
  await agree(context, flags, profiles)
  const results: Result[] = []
  const failures: ToknError[] = []
  for (const profile of profiles) {
    try {
      const result = await logout(ports, profile, options)
      results.push({ profile: profile.name, ...result })
    } catch (error) {
      if (!isFailure(error) || profiles.length === 1) throw error
      // One that cannot be ended keeps nobody from ending the others.
      failures.push(error)
    }
  }
  if (failures.length === 0 || results.length > 0) report(context, flags, results)
  throwForFailures(failures, profiles.length)
}

type Result = LogoutResult & { readonly profile: string }

function report(context: Context, flags: LogoutFlags, results: readonly Result[]): void {
  if (wantsJson(flags)) {
    const described = results.map(({ profile, revoked, erased, alive }) => ({
      profile,
      revoked,
      erased,
      alive: alive ?? null,
    }))
    printJson(context, flags, { schema: 'tokn.logout/v1', results: described })
    return
  }
  if (flags.quiet === true) return
  for (const { profile, revoked, erased, alive, unread } of results) {
    const here = erased ? 'logged out' : 'was not logged in'
    context.terminal.say(`${profile}: ${here}${revoked ? ', and the token is revoked' : ''}`)
    const lives = unread ? 'its tokens may still be alive' : 'still alive'
    if (alive !== undefined && (erased || unread === true))
      context.terminal.say(`${profile}: ${lives} at the provider: ${alive}`)
  }
}

function throwForFailures(failures: readonly ToknError[], tried: number): void {
  const [first] = failures
  if (first === undefined) return
  if (failures.length === tried) throw first
  throw new ToknError(
    'partial',
    `${failures.length} of ${tried} profiles were not logged out: ${first.message}`,
    { hint: first.hint },
  )
}

async function agree(
  context: Context,
  flags: LogoutFlags,
  profiles: readonly Profile[],
): Promise<void> {
  if (flags.all !== true || flags.yes === true || profiles.length < 2) return
  const yes = await context.confirm(flags, `log out of ${profiles.length} profiles?`)
  if (yes === true) return
  throw new ToknError(yes === undefined ? 'usage' : 'interrupted', 'no profile was logged out', {
    hint: 'tokn logout --all --yes',
  })
}
