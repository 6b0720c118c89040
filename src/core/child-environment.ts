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

// Where a keeper has asked the store in our stead, the address tells of which the password is.
const passwords: Readonly<Record<string, RegExp>> = {
  PGPASSWORD: /^postgres/i,
  REDISCLI_AUTH: /^redis/i,
}

function isOurPassword(name: string, { TOKN_STORE_URL: url }: Variables): boolean {
  return isTaken(name) || (url !== undefined && passwords[name]?.test(url.trim()) === true)
}

/** The environment less everything of ours that could be secret: for a program that the user runs. */
export function environmentOfPrograms(environment: Variables): Record<string, string> {
  return chosen(environment, (name) =>
    name.startsWith('TOKN_') ? harmless.has(name) : !isOurPassword(name, environment),
  )
}

/** As `environmentOfPrograms`; with `only`, what any program needs, for one that acts in our stead. */
export function environmentOfChild(environment: Variables, only = false): Record<string, string> {
  return only ? chosen(environment, (name) => bare.test(name)) : environmentOfPrograms(environment)
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
