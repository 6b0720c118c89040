import type { Command } from 'commander'
import { endJob, endFlags, type EndFlags } from './ci/end.ts'
import { startFlags, startJob, type StartFlags } from './ci/start.ts'
import type { Context } from './context.ts'
import { declare, lineOf } from './flags/declare.ts'
import { words } from '../messages/words.ts'

const runs = { start: startJob, end: endJob }

export function ciCommand(program: Command, context: Context, run = runs): void {
  const group = lineOf(program, 'ci')
  declare(group, {
    usage: 'start',
    group: 'change',
    flags: startFlags,
    // What is printed is for the shell of a job, whatever the user has elsewhere.
    unheard: ['shell'],
    text: () => words.help.ciStart,
    examples: [
      'tokn_ci=$(tokn ci start) || exit; eval "$tokn_ci"',
      'tokn_ci=$(tokn ci start --pid $$ --max 30m) || exit; eval "$tokn_ci"',
      'tokn ci start --shell pwsh | Invoke-Expression',
    ],
  }).action((flags: StartFlags) => run.start(context, flags))
  declare(group, {
    usage: 'end',
    group: 'change',
    flags: endFlags,
    text: () => words.help.ciEnd,
    examples: ['tokn ci end'],
  }).action((flags: EndFlags) => run.end(context, flags))
}
