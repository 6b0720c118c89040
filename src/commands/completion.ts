import type { Command } from 'commander'
import { ToknError } from '../core/errors.ts'
import { display } from '../core/text.ts'
import { words } from '../messages/words.ts'
import { completedShells, type CompletedShell } from './completion/shells.ts'
import type { CommonFlags, Context } from './context.ts'
import { complete } from './flags/declare.ts'
import { checkFields, printJson, wantsJson } from './output/json.ts'

export function completionCommand(program: Command, context: Context, run = runCompletion): void {
  complete(program, 'completion', {
    text: () => ({ ...words.help.completion, notes: words.completion.notes(completedShells) }),
    examples: [
      'tokn completion bash > ~/.local/share/bash-completion/completions/tokn',
      'tokn completion zsh > ~/.zfunc/_tokn',
      'tokn completion fish > ~/.config/fish/completions/tokn.fish',
    ],
  }).action((shell: string | undefined, flags: CommonFlags) => run(context, shell, flags))
}

async function runCompletion(
  context: Context,
  given: string | undefined,
  flags: CommonFlags,
): Promise<void> {
  await checkFields(flags, 'tokn.completion/v1')
  const shell = readShell(given)
  const { scripts } = await import('./completion/scripts.ts')
  const { [shell]: script } = scripts
  if (!wantsJson(flags)) return context.terminal.out(script)
  printJson(context, flags, { schema: 'tokn.completion/v1', shell, script })
}

function readShell(given: string | undefined): CompletedShell {
  const { noShell, notAShell } = words.completion
  if (given === undefined) throw new ToknError('usage', noShell(completedShells))
  const name = given === 'powershell' ? 'pwsh' : given
  const shell = completedShells.find((one) => one === name)
  if (shell !== undefined) return shell
  throw new ToknError('usage', notAShell(display(given, 40), completedShells))
}
