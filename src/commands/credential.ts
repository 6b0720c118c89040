import type { Command } from 'commander'
import { words } from '../messages/words.ts'
import { runCredential } from './credential/run.ts'
import type { CredentialFlags } from './credential/choose.ts'
import { credentialFlags, tools } from './credential/table.ts'
import type { Context } from './context.ts'
import { declare, lineOf } from './flags/declare.ts'
import { commonFlags, type FlagName } from './flags/table.ts'

const everywhere: ReadonlySet<FlagName> = new Set(commonFlags)
const reads = credentialFlags.filter((name) => !everywhere.has(name))

export function credentialCommand(program: Command, context: Context, run = runCredential): void {
  const group = lineOf(program, 'credential')
  for (const tool of tools) {
    const { summary, examples } = words.credentialHelpers.tools[tool]
    declare(group, {
      usage: `${tool} [word...]`,
      group: 'tools',
      flags: reads,
      answers: false,
      text: () => ({ summary, notes: words.help.credentialNotes }),
      examples,
    })
      // What a tool says is not ours to understand, dashes or not.
      .passThroughOptions()
      .allowUnknownOption()
      .action(async (given: readonly string[], flags: CredentialFlags) => {
        context.exitWith(await run(context, tool, given, flags))
      })
  }
}
