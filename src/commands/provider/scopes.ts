import type { Command } from 'commander'
import { words } from '../../messages/words.ts'
import type { CommonFlags, Context } from '../context.ts'
import { declare } from '../flags/declare.ts'
import { sessionFlags, type FlagsOf } from '../flags/table.ts'
import { checkFields, printJson, wantsJson } from '../output/json.ts'

type ScopesFlags = CommonFlags & FlagsOf<(typeof sessionFlags)[number]>

export function providerScopesCommand(
  provider: Command,
  context: Context,
  run: typeof runScopes,
): void {
  declare(provider, {
    usage: 'scopes [profile]',
    group: 'look',
    flags: sessionFlags,
    text: () => words.help.providerScopes,
    examples: ['tokn provider scopes iot', 'tokn provider scopes iot --json'],
  }).action((profile: string | undefined, flags: ScopesFlags) => run(context, profile, flags))
}

/** Prints the scopes that can be asked for, one a line: completion reads that. */
export async function runScopes(
  context: Context,
  positional: string | undefined,
  flags: ScopesFlags,
): Promise<void> {
  await checkFields(flags, 'tokn.scopes/v1')
  const session = await context.session(flags, positional)
  const { scopes, from, complete } = await session.listScopes()
  const { title, docs, id } = await session.provider()
  if (wantsJson(flags)) {
    const known = { profile: session.name, provider: id, source: from, complete }
    printJson(context, flags, { schema: 'tokn.scopes/v1', ...known, scopes })
    return
  }
  // A scope is a line, whatever is in it.
  for (const scope of scopes) {
    context.terminal.show(scope)
  }
  if (complete || from === 'api' || flags.quiet === true) return
  context.terminal.say(words.reports.someScopes(title, docs, session.name))
}
