import { ToknError } from '../../core/errors.ts'
import { quotePosix } from '../../core/text.ts'
import { words } from '../../messages/words.ts'

/** A line that sets a variable for this shell and its children, as a POSIX shell reads it. */
export function exportLine(variable: string, value: string): string {
  return `export ${variable}=${quotePosix(value)}\n`
}

/** How a shell is told of a variable; the names of variables are `checkVariableName`d. */
interface ShellSyntax {
  /** A line that sets it; `undefined` for a value that no quotes of this shell hold. */
  set(variable: string, value: string): string | undefined
  /** A line that removes it, and does not mind where there is none. */
  unset(variable: string): string
  /** It reads no lines that a program has printed, but takes data: a line has to be typed. */
  readonly runsNothing?: true
  /** What to type, for `command` to print such a line to the shell itself. */
  read(command: string): string
}

const posix: ShellSyntax = {
  set: exportLine,
  unset: (variable) => `unset ${variable}\n`,
  read: (command) => `eval "$(${command})"`,
}

/** The shells that are known, by the name that `--shell` takes. */
export const shells = {
  sh: posix,
  bash: posix,
  zsh: posix,
  // Between single quotes a backslash escapes itself and the quote, and nothing else has a meaning.
  fish: {
    set: (variable, value) => `set -gx ${variable} '${value.replace(/[\\']/g, '\\$&')}'\n`,
    unset: (variable) => `set -e ${variable}\n`,
    read: (command) => `${command} | source`,
  },
  // It takes typographic quotes for single ones, and reads what a program prints in a code page that
  // may make such quotes of other letters.
  pwsh: {
    set: (variable, value) =>
      isAscii(value) ? `$env:${variable} = '${value.replaceAll("'", "''")}'\n` : undefined,
    unset: (variable) => `Remove-Item Env:${variable} -ErrorAction SilentlyContinue\n`,
    read: (command) => `${command} | Invoke-Expression`,
  },
  // Nothing there quotes these for a file, for a line that is typed and for one out of `for` alike.
  cmd: {
    set: (variable, value) =>
      isAscii(value) && !/["%!^&|<>]/.test(value) ? `set "${variable}=${value}"\n` : undefined,
    unset: (variable) => `set "${variable}="\n`,
    read: (command) => `for /f "delims=" %i in ('${command}') do @%i`,
  },
  nu: {
    set: (variable, value) => `${JSON.stringify({ [variable]: value })}\n`,
    unset: (variable) => `hide-env --ignore-errors ${variable}\n`,
    runsNothing: true,
    read: (command) => `${command} | from json | load-env`,
  },
} as const satisfies Readonly<Record<string, ShellSyntax>>

export type ShellName = keyof typeof shells

export const shellNames = Object.keys(shells) as readonly ShellName[]

// Means the same to every shell, whichever it is: RFC 6750 section 2.1 has no others in a token.
const plain = /^[A-Za-z0-9\-._~+/=:,@]+$/

/**
 * The line that sets a variable in a shell. Where it was only guessed which one it is, `told` is false,
 * and nothing is printed that another could read differently: what is a quote to one ends it for the
 * other. Throws `usage`.
 */
export function lineToSet(
  { shell, told }: { readonly shell: ShellName; readonly told: boolean },
  variable: string,
  value: string,
): string {
  if (!told && !plain.test(value)) throw new ToknError('usage', words.shells.sayWhich(shell))
  const line = /\p{Cc}/u.test(value) ? undefined : shells[shell].set(variable, value)
  if (line === undefined) throw new ToknError('usage', words.shells.notQuotable(shell))
  return line
}

/** The line that removes a variable. Throws `usage` for a shell that runs none. */
export function lineToUnset(shell: ShellName, variable: string): string {
  const { unset, runsNothing }: ShellSyntax = shells[shell]
  const line = unset(variable)
  if (runsNothing !== true) return line
  throw new ToknError('usage', words.shells.hasToBeTyped(shell, line.trimEnd()))
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}
