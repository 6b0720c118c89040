import { openSession } from '../../session/session.ts'
import type { Command } from 'commander'
import type { Colours } from '../../core/process.ts'
import { ToknError } from '../../core/errors.ts'
import type { Expiry } from '../../core/expiry.ts'
import { checkLoginAnswers } from '../../session/login/answers.ts'
import { spendBudget } from '../../session/budget.ts'
import { chooseProfile } from '../../session/choose-profile.ts'
import { openAnswered } from '../../session/login/open-provider.ts'
import { givenAnswers } from '../../session/reach.ts'
import type { TestStep } from '../../session/provider-test/provider-test.ts'
import { words } from '../../messages/words.ts'
import type { CommonFlags, Context } from '../context.ts'
import { checkFields, expiryFields, instant, printJson, wantsJson } from '../output/json.ts'
import { declare } from '../flags/declare.ts'
import { requestFlags, type FlagName, type FlagsOf } from '../flags/table.ts'
import type { Leftover } from '../../session/provider-test/leftovers.ts'
import { withoutLogin } from '../login/answers.ts'
import { draftProfile } from '../login/draft.ts'
import { withScopes } from '../flags/grant-variables.ts'
import { grantFlags, readGrant } from '../flags/grant.ts'
import { table } from '../output/table.ts'

const reads = [
  'baseUrl',
  'set',
  'withToken',
  ...grantFlags,
  'profile',
  ...requestFlags,
] as const satisfies FlagName[]

type TestFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function providerTestCommand(
  provider: Command,
  context: Context,
  run: typeof runTest,
): void {
  declare(provider, {
    usage: 'test <id>',
    group: 'look',
    flags: reads,
    text: () => words.help.providerTest,
    examples: ['tokn provider test my-api --base-url http://127.0.0.1:3000'],
  }).action((id: string, flags: TestFlags) => run(context, id, flags))
}

export async function runTest(context: Context, id: string, flags: TestFlags): Promise<void> {
  await checkFields(flags, 'tokn.provider-test/v1')
  const ports = context.ports(flags)
  if (flags.profile !== undefined) chooseProfile(ports.profiles, { flag: flags.profile })
  const interaction = await context.interaction(flags)
  const draft = await draftProfile(
    context,
    ports,
    undefined,
    { ...flags, provider: id },
    interaction,
  )
  const pasted =
    flags.withToken === true
      ? await context.terminal.readSecret(words.loginFlags.aToken())
      : undefined
  const sources = {
    set: draft.set,
    secrets: {},
    fromEnvironment: context.environment.fromEnvironment,
    interaction,
  }
  const choose = pasted === undefined ? undefined : withoutLogin
  const { profile, provider, answers } = await openAnswered(ports, draft.profile, sources, choose)
  const { testProvider } = await import('../../session/provider-test/provider-test.ts')
  if (pasted === undefined) checkLoginAnswers(provider, answers.settings)
  if (pasted !== undefined && provider.logout !== undefined) {
    ports.warn(words.reports.logoutIsTried())
  }
  const { steps, leftovers } = await testProvider(provider, {
    reach: {
      http: await ports.http(profile),
      clock: ports.clock,
      answers: givenAnswers(ports, provider, profile, answers),
      interaction,
    },
    grant: readGrant(withScopes(context, provider, flags), ports.clock.now()),
    pasted,
    countLogin: async () => {
      const allowed = provider.budget?.logins
      if (allowed !== undefined) {
        ports.warn(words.reports.spendsALogin(allowed, provider.title))
      }
      await spendBudget(openSession(ports, profile), provider, undefined, 'logins', false)
    },
  })
  const failed = steps.filter(({ outcome }) => outcome === 'failed')
  if (wantsJson(flags)) {
    printJson(context, flags, {
      schema: 'tokn.provider-test/v1',
      provider: id,
      ok: failed.length === 0,
      steps,
      made: leftovers.map(({ what, ended, expiry, refreshExpiry, why }) => ({
        by: what,
        ended,
        ...expiryFields(expiry, ports.clock.now()),
        refresh_expires_at: refreshExpiry?.state === 'at' ? instant(refreshExpiry.at) : null,
        why: why ?? null,
      })),
    })
  } else {
    show(context, steps, await context.terminal.colours(flags))
    for (const one of leftovers) context.terminal.show(inWords(one, ports.clock.now()))
  }
  if (failed.length === 0) return
  const operations = failed.map(({ operation }) => operation).join(', ')
  throw new ToknError(
    'check_failed',
    words.reports.doNotFit(failed.length, steps.length, operations),
  )
}

function inWords({ what, ended, expiry, refreshExpiry, why }: Leftover, now: number): string {
  if (ended) return words.reports.tokenEnded(what)
  const refresh = refreshExpiry === undefined ? undefined : endInWords(refreshExpiry, now)
  return words.reports.tokenStays(what, endInWords(expiry, now), refresh, why ?? '')
}

function endInWords(expiry: Expiry, now: number): string {
  return expiry.state === 'unknown' ? words.reports.atUnknownTime() : words.times.when(expiry, now)
}

function show(context: Context, steps: readonly TestStep[], colours: Colours): void {
  const { headersSent, odd: oddly, outcomes } = words.reports
  const marks = {
    ...outcomes,
    ok: colours.green(outcomes.ok),
    failed: colours.red(outcomes.failed),
  }
  context.terminal.show(
    ...table(
      steps.map(({ operation, outcome, words }) => [operation, outcome, words]),
      context.terminal,
    ),
  )
  for (const { operation, outcome, traffic, odd } of steps) {
    for (const text of odd ?? []) context.terminal.show('', oddly(colours.bold(operation), text))
    for (const { sent, headers, body, received } of traffic) {
      context.terminal.show('', `${colours.bold(operation)} ${marks[outcome]}`, `  > ${sent}`)
      if (headers.length > 0) context.terminal.show(`  > ${headersSent(headers.join(', '))}`)
      if (body !== undefined) context.terminal.show(`  > ${body}`)
      context.terminal.show(`  < ${received}`)
    }
  }
}
