import { ToknError } from '../../core/errors.ts'
import { quotePosix } from '../../core/quoting.ts'
import { words } from '../../messages/words.ts'
import { noSuchShell } from './refusals.ts'

/** A line that sets a variable for this shell and its children, as a POSIX shell reads it. */
export function exportLine(variable: string, value: string): string {
  return `export ${variable}=${quotePosix(value)}\n`
}

/** How a shell is told of a variable; the names of variables are `checkVariableName`d. */
interface ShellSyntax {
  /** A line that sets it; `undefined` for a value that no quotes of this shell hold. */
  set(variable: string, value: string): string | undefined
}

const posix: ShellSyntax = { set: exportLine }

/** The shells that are known, by the name that `--shell` takes. */
export const shells = {
  sh: posix,
  bash: posix,
  zsh: posix,
  // Between single quotes a backslash escapes itself and the quote, and nothing else has a meaning.
  fish: {
    set: (variable, value) => `set -gx ${variable} '${value.replace(/[\\']/g, '\\$&')}'\n`,
  },
  // It takes typographic quotes for single ones, and reads what a program prints in a code page that
  // may make such quotes of other letters.
  pwsh: {
    set: (variable, value) =>
      isAscii(value) ? `$env:${variable} = '${value.replaceAll("'", "''")}'\n` : undefined,
  },
  // Nothing there quotes these for a file, for a line that is typed and for one out of `for` alike.
  cmd: {
    set: (variable, value) =>
      isAscii(value) && !/["%!^&|<>]/.test(value) ? `set "${variable}=${value}"\n` : undefined,
  },
  nu: {
    set: (variable, value) => `${JSON.stringify({ [variable]: value })}\n`,
  },
} as const satisfies Readonly<Record<string, ShellSyntax>>

export type ShellName = keyof typeof shells

export const shellNames = Object.keys(shells) as readonly ShellName[]

/** Throws `usage` for a name that is not that of a shell. */
export function findShell(name: string): ShellName {
  const shell = shellNames.find((one) => one === name)
  if (shell !== undefined) return shell
  throw noSuchShell(name, shellNames)
}

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
  const line = /[\0-\x1f\x7f-\x9f]/.test(value) ? undefined : shells[shell].set(variable, value)
  if (line === undefined) throw new ToknError('usage', words.shells.notQuotable(shell))
  return line
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}
