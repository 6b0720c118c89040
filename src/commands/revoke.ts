import type { Command } from 'commander'
import { ToknError } from '../core/errors.ts'
import { display } from '../core/text.ts'
import { requireOperation } from '../session/call.ts'
import { wordOf } from '../session/naming.ts'
import type { Revocation } from '../session/revoke/verify.ts'
import { checkFields, printJson, wantsJson } from './output/json.ts'
import type { CommonFlags, Context } from './context.ts'
import { words } from '../messages/words.ts'
import { complete } from './flags/declare.ts'
import { describeRevocation, revokedInWords, sharedInWords } from './output/revoked.ts'
import { sessionFlags, type FlagName, type FlagsOf } from './flags/table.ts'

const reads = ['yes', 'dryRun', ...sessionFlags] as const satisfies FlagName[]

type RevokeFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function revokeCommand(program: Command, context: Context, run = runRevoke): void {
  complete(program, 'revoke', {
    flags: reads,
    examples: [
      'tokn revoke 66a66b22 -P iot',
      'tokn revoke ci deploy -P iot --dry-run',
      'tokn revoke -P iot -- -an-id-with-a-dash-before-it',
    ],
  }).action((tokens: readonly string[], flags: RevokeFlags) => run(context, tokens, flags))
}

async function runRevoke(
  context: Context,
  tokens: readonly string[],
  flags: RevokeFlags,
): Promise<void> {
  if (tokens.length === 0) {
    throw new ToknError('usage', words.commands.tokenMissing())
  }
  await checkFields(flags, 'tokn.revoke/v1')
  const session = await context.session(flags, undefined, requireOperation('revoke'))
  if (tokens.length > 1 && flags.yes !== true && flags.dryRun !== true) {
    const yes = await context.confirm(
      flags,
      words.commands.revokeSeveral(tokens.length, session.name),
    )
    if (yes === false) {
      throw new ToknError('interrupted', words.commands.notAgreedToRevoke())
    }
  }
  const results = await session.revoke(tokens, {
    dryRun: flags.dryRun === true,
    agree: async ({ id, name, listed, alsoNamed }) => {
      if (flags.yes === true) return true
      const all = [name ?? words.tokens.nameless(), ...alsoNamed]
      const names = all.map((one) => display(one, 64)).join(', ')
      const question = words.commands.revokeAllOfId(listed ?? 0, display(id, 256), names)
      return await context.confirm(flags, question)
    },
  })
  // Where nothing was done there is no answer, but an error alone.
  const look = `tokn list${wordOf(session)}`
  if (wantsJson(flags) && results.every(wasNotRevoked)) throwForFailures(results, look)
  if (wantsJson(flags))
    printJson(context, flags, {
      schema: 'tokn.revoke/v1',
      results: results.map(describeRevocation),
    })
  else if (flags.quiet !== true) tell(context, results)
  throwForFailures(results, look)
}

function throwForFailures(results: readonly Revocation[], look: string): void {
  const failed = results.filter(wasNotRevoked)
  const [first] = failed
  if (first === undefined) return
  const why = first.error?.message ?? words.reports.noSuchTokenThere()
  if (failed.length < results.length) {
    throw new ToknError(
      'partial',
      words.reports.notAllRevoked(failed.length, results.length, why),
      { hint: first.error?.details.hint },
    )
  }
  const details = { ...first.error?.details, hint: first.error?.details.hint ?? look }
  throw new ToknError(first.error?.code ?? 'not_found', why, details)
}

function wasNotRevoked({ status }: Revocation): boolean {
  return status === 'failed' || status === 'not_found'
}

function tell(context: Context, results: readonly Revocation[]): void {
  for (const one of results) {
    if (one.alsoNamed.length > 0) context.terminal.say(sharedInWords(one))
    // The reason of the only failure is what the command ends with.
    if (results.length > 1 || !wasNotRevoked(one)) context.terminal.say(revokedInWords(one))
  }
}
