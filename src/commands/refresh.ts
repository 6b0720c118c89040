import { openSession } from '../session/session.ts'
import type { Command } from 'commander'
import { parseDuration } from '../core/duration.ts'
import { isFailure, ToknError } from '../core/errors.ts'
import { timeLeft } from '../core/expiry.ts'
import { lookIn, type Profile } from '../core/profile.ts'
import type { SessionRecord } from '../core/record.ts'
import { loggedInProfiles } from '../session/choose-profile.ts'
import type { Ports } from '../session/ports.ts'
import { serverOf, sideBySide } from '../session/side-by-side.ts'
import { checkFields, expiryFields, printJson, wantsJson } from './output/json.ts'
import type { CommonFlags, Context } from './context.ts'
import { words } from '../messages/words.ts'
import { complete } from './flags/declare.ts'
import { sayWould, type Step } from './output/dry-run.ts'
import { sessionFlags, type FlagName, type FlagsOf } from './flags/table.ts'

const reads = [
  'all',
  'ifExpiring',
  'force',
  'dryRun',
  ...sessionFlags,
] as const satisfies FlagName[]

type RefreshFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function refreshCommand(program: Command, context: Context, run = runRefresh): void {
  complete(program, 'refresh', {
    flags: reads,
    examples: ['tokn refresh web', 'tokn refresh --all --if-expiring 10m'],
  }).action((profile: string | undefined, flags: RefreshFlags) => run(context, profile, flags))
}

/** A login from variables makes new tokens, which nobody keeps: there is nothing to refresh. */
function refuseLogin(): never {
  throw new ToknError('usage', words.commands.loginIsNoSession())
}

interface Refreshed {
  readonly profile: Profile
  readonly record?: SessionRecord
  readonly refreshed: boolean
  readonly error?: ToknError
  /** Why there is no way to refresh it, where it was passed over for that. */
  readonly skipped?: ToknError | undefined
}

export async function runRefresh(
  context: Context,
  positional: string | undefined,
  flags: RefreshFlags,
): Promise<void> {
  const schema = flags.all === true ? 'tokn.refresh-all/v1' : 'tokn.refresh/v1'
  await checkFields(flags, flags.dryRun === true ? 'tokn.dry-run/v1' : schema)
  const minTtl =
    flags.ifExpiring === undefined ? undefined : parseDuration(flags.ifExpiring, '--if-expiring')
  if (flags.all === true) return await refreshAll(context, positional, flags, minTtl)
  const session = await context.session(flags, positional, refuseLogin)
  const { ports, profile } = session
  const options = { minTtl, force: flags.force === true }
  if (flags.dryRun === true) {
    const would = await session.planRefresh(options)
    return sayWould(context, flags, [{ subject: profile.name, would }])
  }
  // A login that is there to be refreshed is that of a CI job, whose own process does it.
  const ofJob =
    session.source === 'login'
      ? await context.agentSession(
          flags,
          positional,
          minTtl === undefined ? { refresh: 'force' } : { minTtl },
        )
      : undefined
  const done = { profile, ...(ofJob?.fresh ?? (await session.refresh(options))) }
  if (wantsJson(flags)) printJson(context, flags, describe(done, ports.clock.now()))
  else if (flags.quiet !== true) context.terminal.say(inWords(done, ports.clock.now()))
}

async function refreshAll(
  context: Context,
  positional: string | undefined,
  flags: RefreshFlags,
  minTtl: number | undefined,
): Promise<void> {
  if (positional !== undefined || flags.profile !== undefined) {
    throw new ToknError('usage', words.commands.allNamesNone('tokn refresh --all'))
  }
  const ports = context.ports(flags)
  const held = loggedInProfiles(ports).map((profile) =>
    lookIn(profile, context.storeKind(flags, profile.store)),
  )
  if (flags.dryRun === true)
    return sayWould(context, flags, await planAll(ports, held, minTtl, flags.force === true))
  const results = await sideBySide(held, {
    serverOf: (profile) => serverOf(ports, profile),
    work: (profile) => attempt(ports, profile, minTtl, flags.force === true),
    isCounted: (profile) => hasBudget(ports, profile),
  })
  const now = ports.clock.now()
  if (wantsJson(flags)) {
    printJson(context, flags, {
      schema: 'tokn.refresh-all/v1',
      results: results.map((one) => describe(one, now)),
    })
  } else {
    if (held.length === 0 && flags.quiet !== true) {
      const { profiles } = ports
      const any = profiles.outlines().length > 0
      context.terminal.say(words.reports.nothingTo('refresh', any, profiles.place?.folder))
    }
    for (const one of results)
      if (flags.quiet !== true || one.error) context.terminal.say(inWords(one, now))
  }
  const failed = results.filter((one) => one.error !== undefined)
  if (failed.length > 0) {
    throw new ToknError('partial', words.reports.notAllRefreshed(failed.length, results.length))
  }
}

async function planAll(
  ports: Ports,
  profiles: readonly Profile[],
  minTtl: number | undefined,
  force: boolean,
): Promise<readonly Step[]> {
  const steps: Step[] = []
  for (const profile of profiles) {
    const session = openSession(ports, profile)
    const would = await session
      .planRefresh({ minTtl, force, skip: true })
      .catch((error: unknown) => {
        if (isFailure(error)) return words.reports.wouldFail(error.message)
        throw error
      })
    steps.push({ subject: profile.name, would })
  }
  return steps
}

/** Two refreshes at once would both see the last unit of a budget, and spend it. */
async function hasBudget(ports: Ports, profile: Profile): Promise<boolean> {
  try {
    return (await ports.provider(profile)).budget !== undefined
  } catch (error) {
    if (isFailure(error)) return true
    throw error
  }
}

async function attempt(
  ports: Ports,
  profile: Profile,
  minTtl: number | undefined,
  force: boolean,
): Promise<Refreshed> {
  try {
    const session = openSession(ports, profile)
    return { profile, ...(await session.refresh({ minTtl, force, skip: true })) }
  } catch (error) {
    if (isFailure(error)) return { profile, refreshed: false, error }
    throw error
  }
}

function describe({ profile, record, refreshed, error, skipped }: Refreshed, now: number) {
  return {
    schema: 'tokn.refresh/v1',
    profile: profile.name,
    refreshed,
    generation: record?.generation ?? null,
    ...(record === undefined ? {} : expiryFields(record.expiry, now)),
    error: error === undefined ? null : describeReason(error),
    skipped: skipped === undefined ? null : describeReason(skipped),
  }
}

function describeReason({ code, message, hint, details: { retryAfter } }: ToknError) {
  const pause = retryAfter === undefined ? {} : { retry_after: Math.ceil(retryAfter / 1_000) }
  return { code, message, hint: hint ?? null, ...pause }
}

function inWords({ profile, record, refreshed, error, skipped }: Refreshed, now: number): string {
  const { ofProfile } = words.reports
  // Of several profiles each has its own next step.
  if (error !== undefined) return ofProfile(profile.name, error.message, error.hint)
  if (skipped !== undefined) {
    return ofProfile(profile.name, words.reports.skipped(skipped.message), skipped.hint)
  }
  const left = record === undefined ? undefined : timeLeft(record.expiry, now)
  return ofProfile(profile.name, words.reports.refreshed(refreshed, left))
}
