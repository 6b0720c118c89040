import type { Command } from 'commander'
import { isFailure, ToknError } from '../core/errors.ts'
import { timeLeft } from '../core/expiry.ts'
import { lookIn, type Outline } from '../core/profile.ts'
import { words } from '../messages/words.ts'
import { byName } from '../session/choose-profile.ts'
import type { CheckRequest, CheckResult } from '../session/check.ts'
import { tokenInWords } from '../session/naming.ts'
import type { Ports } from '../session/ports.ts'
import { openSession, type Session } from '../session/session.ts'
import { sideBySide } from '../session/side-by-side.ts'
import type { CommonFlags, Context } from './context.ts'
import { complete } from './flags/declare.ts'
import type { FlagName, FlagsOf } from './flags/table.ts'
import { checkFields, printJson, wantsJson } from './output/json.ts'
import { checkPlain, printPlain } from './output/plain-rows.ts'
import { showMany } from './output/table.ts'
import { readMinTtl } from './token.ts'

const reads = [
  'all',
  'minTtl',
  'scope',
  'online',
  'plain',
  'profile',
  'store',
  'timeout',
  'ca',
  'proxy',
] as const satisfies FlagName[]

type CheckFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function checkCommand(program: Command, context: Context, run = runCheck): void {
  complete(program, 'check', {
    flags: reads,
    unheard: ['scope'],
    examples: [
      'tokn check web --min-ttl 5m -q || tokn refresh web',
      'tokn check --all --json',
      'tokn check iot --scope "GET /objects" --online',
    ],
  }).action((profile: string | undefined, flags: CheckFlags) => run(context, profile, flags))
}

/** What was found of one session; without a result it could not be checked. */
interface Checked {
  readonly name: string
  readonly token: string
  readonly result?: CheckResult
  readonly error?: ToknError
}

async function runCheck(
  context: Context,
  positional: string | undefined,
  flags: CheckFlags,
): Promise<void> {
  checkPlain(flags)
  await checkFields(flags, 'tokn.check/v1')
  const request = {
    minTtl: readMinTtl(context, flags),
    scopes: flags.scope ?? [],
    online: flags.online === true,
  }
  // A passphrase, too, would be a question.
  const silent = { ...flags, input: false }
  const all = flags.all === true
  const checked = all
    ? await checkAll(context, positional, silent, request)
    : [await checkNamed(context, positional, silent, request)]
  report(context, flags, checked, all, request)
}

async function checkNamed(
  context: Context,
  positional: string | undefined,
  flags: CheckFlags,
  request: CheckRequest,
): Promise<Checked> {
  const session = await context.session(flags, positional, () => {
    throw new ToknError('usage', words.check.noSession())
  })
  return await checkOne(session, request)
}

async function checkAll(
  context: Context,
  positional: string | undefined,
  flags: CheckFlags,
  request: CheckRequest,
): Promise<readonly Checked[]> {
  if ((positional ?? flags.profile) !== undefined) {
    throw new ToknError('usage', words.commands.allNamesNone('tokn check --all'))
  }
  const ports = context.ports(flags)
  const all = ports.profiles.outlines()
  const known = ports.index.getAll(all.flatMap(({ id }) => id ?? []))
  // Of one without an id nobody knows whether it is logged in: it says what is wrong with it.
  const outlines = byName(all.filter(({ id }) => id === undefined || known.get(id) !== undefined))
  const checked = await sideBySide(outlines, {
    serverOf: ({ id = '' }) => known.get(id)?.origin ?? id,
    work: (outline) => checkProfile(context, ports, outline, flags, request),
  })
  if (checked.length > 0) return checked
  throw new ToknError('reauth_required', words.check.nobodyLoggedIn())
}

/** One that is damaged keeps no other from being checked. */
async function checkProfile(
  context: Context,
  ports: Ports,
  { name, read }: Outline,
  flags: CheckFlags,
  request: CheckRequest,
): Promise<Checked> {
  try {
    const profile = read()
    const store = context.storeKind(flags, profile.store)
    return await checkOne(openSession(ports, lookIn(profile, store)), request)
  } catch (error) {
    if (!isFailure(error)) throw error
    return { name, token: name, error }
  }
}

async function checkOne(session: Session, request: CheckRequest): Promise<Checked> {
  const what = { name: session.name, token: tokenInWords(session) }
  try {
    const result = await session.check(request)
    return { ...what, result, ...(result.failure && { error: result.failure.error }) }
  } catch (error) {
    if (!isFailure(error)) throw error
    return { ...what, error }
  }
}

/** Prints what was found; where something is wrong, ends with the status of the worst. */
function report(
  context: Context,
  flags: CheckFlags,
  checked: readonly Checked[],
  all: boolean,
  request: CheckRequest,
): void {
  const { clock } = context.ports(flags)
  const failures = checked.flatMap(({ error }) => error ?? [])
  const [worst] = failures.toSorted((one, other) => badness(other) - badness(one))
  const verdict = worst?.code === 'check_failed' || worst?.code === 'reauth_required'
  // What could not be checked has no answer.
  if (!all && worst !== undefined && !verdict) throw worst
  if (wantsJson(flags) || flags.plain === true) {
    const checks = checked.map((one) => describe(one, request, clock.now()))
    const document = { schema: 'tokn.check/v1', ok: worst === undefined, checks }
    if (flags.plain === true) printPlain(context, 'check', checks)
    else printJson(context, flags, document)
  } else if (flags.quiet !== true && (all || worst === undefined)) {
    const now = clock.now()
    showMany(
      context.terminal,
      checked.map((one) => context.completed(inWords(one, now))),
    )
  }
  if (worst === undefined) return
  if (flags.quiet === true && verdict) return context.exitWith(worst.exit)
  if (!all) throw worst
  const message = words.check.someFailed(failures.length, checked.length, worst.message)
  throw new ToknError(worst.code, message, worst.details)
}

/** What needs a person is worse than what could not be checked, and that than what a refresh helps. */
function badness({ code }: ToknError): number {
  return code === 'reauth_required' ? 2 : code === 'check_failed' ? 0 : 1
}

function describe({ name, result, error }: Checked, { minTtl }: CheckRequest, now: number) {
  const left = result === undefined ? undefined : timeLeft(result.record.expiry, now)
  const needed = result?.needed ?? minTtl
  return {
    profile: name,
    ok: error === undefined,
    reason: result?.failure?.reason ?? error?.code ?? null,
    expires_in: left === undefined ? null : Math.floor(left / 1_000),
    needed: needed === undefined ? null : Math.ceil(needed / 1_000),
  }
}

function inWords({ name, token, result, error }: Checked, now: number): string {
  if (error !== undefined) {
    return words.reports.ofProfile(name, error.message, error.hint)
  }
  return words.check.good(token, words.times.expires(result?.record.expiry, now))
}
