import { isTaken } from './taken-passwords.ts'

/** The variables of a process. */
export type Variables = Readonly<Record<string, string | undefined>>

// What any program needs to start, to find its own files, and to show text.
export const bare =
  /^(?:PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_.*|TZ|TERM|COLUMNS|TMPDIR|TEMP|LD_LIBRARY_PATH|SystemRoot)$/

// What a child may know of us. Everything else that begins with TOKN_ is, or names, a secret.
const harmless = new Set([
  'TOKN_PROFILE',
  'TOKN_CONFIG_DIR',
  'TOKN_STORE',
  'TOKN_MIN_TTL',
  'TOKN_NO_COLOR',
  'TOKN_NO_INPUT',
  'TOKN_TIMEOUT',
  'TOKN_DEBUG',
  'TOKN_EXPIRES_AT',
])

// By the address of a store or, where a keeper has asked it in our stead, by its kind: both begin so.
const passwords: Readonly<Record<string, RegExp>> = {
  PGPASSWORD: /^postgres/i,
  REDISCLI_AUTH: /^redis/i,
}

function isOurPassword(name: string, stores: readonly string[]): boolean {
  return isTaken(name) || stores.some((store) => passwords[name]?.test(store.trim()) === true)
}

/**
 * The environment less everything of ours that could be secret: for a program that the user runs.
 * `stores`: the kinds of those that its tokens are from.
 */
export function environmentOfPrograms(
  environment: Variables,
  stores: readonly string[] = [],
): Record<string, string> {
  const ours = [environment['TOKN_STORE_URL'] ?? '', ...stores]
  return chosen(environment, (name) =>
    name.startsWith('TOKN_') ? harmless.has(name) : !isOurPassword(name, ours),
  )
}

/** As `environmentOfPrograms`; with `only`, what any program needs, for one that acts in our stead. */
export function environmentOfChild(
  environment: Variables,
  only = false,
  stores?: readonly string[],
): Record<string, string> {
  if (only) return chosen(environment, (name) => bare.test(name))
  return environmentOfPrograms(environment, stores)
}

/** Those variables that are set, and whose names pass. */
export function chosen(
  environment: Variables,
  passes: (name: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && passes(entry[0]),
    ),
  )
}
