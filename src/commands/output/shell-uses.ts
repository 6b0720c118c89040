import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { CommonFlags, Context } from '../context.ts'
import { checkOneShape, printJson, wantsJson } from './json.ts'
import type { ShellName } from './shell.ts'

/** What else is done with a variable of a shell than to set it. */
interface ShellUse {
  /** A line that removes it, and does not mind where there is none. */
  unset(variable: string): string
  /** It reads no lines that a program has printed, but takes data: a line has to be typed. */
  readonly runsNothing?: true
  /** What to type, for `command` to print such a line to the shell itself. */
  read(command: string): string
}

const posix: ShellUse = {
  unset: (variable) => `unset ${variable}\n`,
  read: (command) => `eval "$(${command})"`,
}

export const shellUses = {
  sh: posix,
  bash: posix,
  zsh: posix,
  fish: {
    unset: (variable) => `set -e ${variable}\n`,
    read: (command) => `${command} | source`,
  },
  pwsh: {
    unset: (variable) => `Remove-Item Env:${variable} -ErrorAction SilentlyContinue\n`,
    read: (command) => `${command} | Invoke-Expression`,
  },
  cmd: {
    unset: (variable) => `set "${variable}="\n`,
    read: (command) => `for /f "delims=" %i in ('${command}') do @%i`,
  },
  nu: {
    unset: (variable) => `hide-env --ignore-errors ${variable}\n`,
    runsNothing: true,
    read: (command) => `${command} | from json | load-env`,
  },
} as const satisfies Readonly<Record<ShellName, ShellUse>>

/** The line that removes a variable. Throws `usage` for a shell that runs none. */
function lineToUnset(shell: ShellName, variable: string): string {
  const { unset, runsNothing }: ShellUse = shellUses[shell]
  const line = unset(variable)
  if (runsNothing !== true) return line
  throw new ToknError('usage', words.shells.hasToBeTyped(shell, line.trimEnd()))
}

/** Prints that line. Throws `usage` where a flag is about a token. */
export function printUnset(
  context: Context,
  flags: CommonFlags & { readonly minTtl?: string; refresh?: string; store?: string },
  shell: ShellName,
  variable: string,
): void {
  const needless = [
    flags.minTtl === undefined ? undefined : '--min-ttl',
    flags.refresh === undefined ? undefined : '--refresh',
    flags.store === undefined ? undefined : '--store',
  ]
  for (const flag of needless) checkOneShape('--unset', flag)
  const line = lineToUnset(shell, variable)
  if (!wantsJson(flags)) return context.terminal.out(line)
  const document = { schema: 'tokn.env/v1', shell, variable, line: line.trimEnd() }
  printJson(context, flags, document)
}
