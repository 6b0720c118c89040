import type { Command } from 'commander'
import { words } from '../messages/words.ts'
import type { Context } from './context.ts'
import { declare, lineOf } from './flags/declare.ts'
import { clientNames } from './setup/client.ts'
import { runSetup, setupFlags, type SetupFlags } from './setup/run.ts'

export function setupCommand(program: Command, context: Context, run = runSetup): void {
  const group = lineOf(program, 'setup')
  for (const client of clientNames) {
    declare(group, {
      usage: `${client} [profile]`,
      group: 'change',
      flags: setupFlags,
      text: () => ({ ...words.setup.helps[client], flags: words.setup.flags }),
      examples: [
        `tokn setup ${client} work --dry-run`,
        `tokn setup ${client} work --host https://${client}.example.com`,
        `tokn setup ${client} --undo`,
      ],
    }).action((name: string | undefined, flags: SetupFlags) => run(context, client, name, flags))
  }
}
