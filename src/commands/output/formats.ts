import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { headerLines, queryText, type AttachedToken } from '../../session/attach-token.ts'
import type { CommonFlags, Context } from '../context.ts'
import { curlConfig } from './curl.ts'
import { checkOneShape, jsonFlag } from './json.ts'
import { noSuchFormat, noSuchVariable } from './refusals.ts'
import { headerText, tokenLine, valueText } from './plain.ts'

// Everything that `-o` knows but `json`, which is a document of each command's own. What scripts ask
// for in loops is here; what few ask for is loaded for them.

/** A token, and what may be printed of it. */
export interface Handed {
  readonly token: string
  readonly attached: AttachedToken
  /** The name that it gets, where it gets one. */
  readonly variable: string
  /** Where it may be sent, or is meant to be. */
  readonly origins: readonly string[]
}

/** What is printed, and done besides. */
export interface Format {
  /** Throws `usage` for a token that it cannot carry. */
  render(handed: Handed): string
  /** Throws `usage` where it has no place to go. */
  prepare?(variable: string, context: Context): Promise<void>
  /** What it does once the text is printed. */
  deliver?(handed: Handed, context: Context): Promise<void>
  /** What a person should know of it. */
  note?(): string
}

/**
 * What each prints: the token alone, a variable with it, or what a request has to have for it to
 * travel there, wherever that is for `request`.
 */
const contents = {
  raw: 'token',
  header: 'header',
  value: 'header',
  query: 'query',
  curl: 'request',
  env: 'variable',
  dotenv: 'variable',
  map: 'header',
  netrc: 'header',
  github: 'variable',
  gitlab: 'variable',
} as const

export type FormatName = keyof typeof contents

const often = {
  raw: ({ token }) => tokenLine(token),
  header: ({ attached }) => headerText(attached),
  value: ({ attached }) => valueText(attached),
  query: ({ attached }) => `${queryText(attached)}\n`,
  curl: ({ attached }) => curlConfig(attached),
  map: ({ attached }) => `${JSON.stringify(Object.fromEntries(headerLines(attached)))}\n`,
} as const satisfies Partial<Record<FormatName, Format['render']>>

export type SeldomName = Exclude<FormatName, keyof typeof often>

/** What a format prints; `undefined` for `json`. */
export function contentOf(name: FormatName | 'json') {
  return name === 'json' ? undefined : contents[name]
}

export async function openFormat(name: FormatName): Promise<Format> {
  return isOften(name)
    ? { render: often[name] }
    : (await import('./seldom-formats.ts')).seldomFormats[name]
}

function isOften(name: FormatName): name is keyof typeof often {
  return name in often
}

const all = Object.keys(contents) as readonly FormatName[]

/** The formats of each command; the first is the one that it has where none is asked for. */
export const formatsOf = {
  token: all,
  header: ['header', ...all.filter((name) => name !== 'header')],
  issue: all.filter((name) => /token|variable/.test(contents[name])),
} as const satisfies Readonly<Record<string, readonly FormatName[]>>

/** The formats of a command, `json` among them, for its help. */
export function namesOf(command: keyof typeof formatsOf): readonly string[] {
  return [...formatsOf[command], 'json']
}

/**
 * The format that `-o`, `--json` or `--fields` ask for, else the first of those of the command.
 * Throws `usage` for one that is not there, and where they ask for different ones. `what` is what is
 * printed.
 */
export function readFormat(
  flags: CommonFlags & { readonly output?: string },
  command: keyof typeof formatsOf,
  what: string,
): FormatName | 'json' {
  const { output } = flags
  const json = jsonFlag(flags)
  const known = namesOf(command)
  const format = output ?? (json === undefined ? known[0] : 'json')
  if (!known.includes(format ?? '')) {
    throw noSuchFormat(what, output ?? '', known)
  }
  checkOneShape(output === undefined || output === 'json' ? undefined : `-o ${output}`, json)
  return format as FormatName | 'json'
}

/**
 * The name of the variable that a format prints, if it prints one: the one given, else `usual`. Throws
 * `usage`.
 */
export function readVariable(
  { var: given }: { readonly var?: string },
  format: FormatName | 'json',
  usual: string,
): string {
  if (given === undefined) return usual
  if (contentOf(format) !== 'variable') {
    throw new ToknError('usage', words.formats.noVariable(format))
  }
  return checkVariableName(given, '--var')
}

/** Throws `usage` for text that is no name of a variable in every shell; `flag` gave it. */
export function checkVariableName(text: string, flag: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return text
  throw noSuchVariable(flag, text)
}
