import { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { headerLines, queryText, type AttachedToken } from '../../session/attach-token.ts'
import type { CommonFlags } from '../context.ts'
import { curlConfig } from './curl.ts'
import { checkOneShape, jsonFlag } from './json.ts'
import { exportLine } from './shell.ts'

// Everything that `-o` knows. Each format but `json`, which is a document of the command's own, is a
// function that gives what is printed.

/** Of `tokn token`. */
export const tokenFormats = {
  raw: (token: string) => `${token}\n`,
  env: (token: string, variable: string) => exportLine(variable, token),
  dotenv: (token: string, variable: string) => `${variable}=${quoteForDotenv(token)}\n`,
}

/**
 * A value as docker compose, Node (`--env-file`), python-dotenv, dotenv for Ruby and a shell that
 * sources the file all read it. They agree on values between double quotes that have nothing to expand
 * or to escape, and on most others between single ones, where python-dotenv alone expands `${...}` and
 * takes one of two backslashes. Throws `usage` for the rest.
 */
function quoteForDotenv(value: string): string {
  if (!/["\\$`\r\n]/.test(value)) return `"${value}"`
  if (!/'|\\\\|\\$|\$\{|[\r\n]/.test(value)) return `'${value}'`
  throw new ToknError('usage', words.commands.noDotenvLine())
}

/** Throws `usage` for text that is no name of a variable in every shell; `flag` gave it. */
export function checkVariableName(text: string, flag: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return text
  throw new ToknError('usage', words.commands.notAVariable(flag, display(text, 40)))
}

/** Of `tokn header`. `place` is where a token has to travel for the format to have anything to say. */
export const headerFormats = {
  header: {
    place: 'header',
    render: (attached: AttachedToken) =>
      headerLines(attached)
        .map(([name, value]) => `${name}: ${value}\n`)
        .join(''),
  },
  value: {
    place: 'header',
    render: (attached: AttachedToken) => `${headerLines(attached)[0]?.[1] ?? ''}\n`,
  },
  query: { place: 'query', render: (attached: AttachedToken) => `${queryText(attached)}\n` },
  curl: { place: undefined, render: curlConfig },
} as const

/** Of `tokn issue`, which may have two tokens to print. */
export const issueFormats = { raw: true } as const

/** The formats of a command, `json` among them, for its help. */
export function namesOf(formats: object): readonly string[] {
  return [...Object.keys(formats), 'json']
}

/**
 * The format that `-o`, `--json` or `--fields` ask for, else the first of `formats`. Throws `usage`
 * for one that is not there, and where they ask for different ones. `what` is what is printed,
 * `further` ends the hint.
 */
export function readFormat<Formats extends object>(
  flags: CommonFlags & { readonly output?: string },
  formats: Formats,
  what: string,
  further = () => '',
): keyof Formats | 'json' {
  const { output } = flags
  const json = jsonFlag(flags)
  const known = namesOf(formats)
  const format = output ?? (json === undefined ? known[0] : 'json')
  if (!known.includes(format ?? '')) {
    const given = display(output ?? '', 60)
    throw new ToknError(
      'usage',
      words.commands.notAFormat(what, given, known.join(', ') + further()),
    )
  }
  checkOneShape(output === undefined || output === 'json' ? undefined : `-o ${output}`, json)
  return format as keyof Formats | 'json'
}
