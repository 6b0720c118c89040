import type { Command } from 'commander'
import { parseDuration } from '../core/duration.ts'
import { ToknError } from '../core/errors.ts'
import { display } from '../core/text.ts'
import type { SessionRecord } from '../core/record.ts'
import { attachToken, headerLines } from '../session/attach-token.ts'
import type { LoginCheck } from '../session/login/login-from-environment.ts'
import { words } from '../messages/words.ts'
import type { Fresh, FreshOptions } from '../session/fresh.ts'
import { wordOf } from '../session/naming.ts'
import type { Session } from '../session/session.ts'
import {
  checkFields,
  checkOneShape,
  expiryFields,
  instant,
  jsonFlag,
  printJson,
} from './output/json.ts'
import {
  checkVariableName,
  headerFormats,
  namesOf,
  readFormat,
  tokenFormats,
} from './output/formats.ts'
import type { CommonFlags, Context } from './context.ts'
import { declare } from './flags/declare.ts'
import { flagTable, freshFlags, sessionFlags, type FlagName, type FlagsOf } from './flags/table.ts'

const reads = [
  ...freshFlags,
  'output',
  'var',
  'bare',
  'idToken',
  ...sessionFlags,
] as const satisfies FlagName[]

export type TokenFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

/** Flags of the commands that hand out a token. */
export type FreshFlags = CommonFlags & FlagsOf<(typeof freshFlags | typeof sessionFlags)[number]>

export function tokenCommand(program: Command, context: Context, run = runToken): void {
  declare(program, {
    usage: 'token [profile]',
    group: 'everyday',
    flags: reads,
    choices: { output: namesOf(tokenFormats) },
    text: () => words.help.token,
    examples: [
      'tokn token web',
      'tokn token web --min-ttl 10m',
      'tokn token web --json',
      'eval "$(tokn token web -o env --var WEB_TOKEN)"',
      'tokn token web -o dotenv > .env',
    ],
  }).action((profile: string | undefined, flags: TokenFlags) => run(context, profile, flags))
}

/** Where to find what is no format of a token. */
function otherFormats(): string {
  return words.commands.elsewhereHeaders(namesOf(headerFormats).join('|'))
}

export async function runToken(
  context: Context,
  positional: string | undefined,
  flags: TokenFlags,
): Promise<void> {
  const format = readFormat(flags, tokenFormats, 'a token', otherFormats)
  if (flags.var !== undefined && format !== 'env' && format !== 'dotenv') {
    throw new ToknError('usage', words.commands.noVariable(format))
  }
  const variable = checkVariableName(flags.var ?? flagTable.var.default, '--var')
  await checkFields(flags, 'tokn.token/v1')
  if (format !== 'raw') {
    checkOneShape(flags.bare === true ? '-n' : undefined, jsonFlag(flags) ?? `-o ${format}`)
  }
  const { session, record, refreshed, idToken } = await freshRecord(context, positional, flags)
  if (format === 'json') {
    const document = await tokenDocument(session, record, refreshed)
    printJson(context, flags, idToken === undefined ? document : { ...document, id_token: idToken })
    return
  }
  const text = tokenFormats[format](idToken ?? record.access.reveal(), variable)
  context.terminal.out(flags.bare === true ? text.slice(0, -1) : text)
  if (context.terminal.outIsTerminal && flags.quiet !== true) {
    context.terminal.say(words.commands.onScreen(wordOf(session)))
  }
}

/** A good token of the session that the command line names. */
export async function freshRecord(
  context: Context,
  positional: string | undefined,
  flags: FreshFlags & Pick<TokenFlags, 'idToken'>,
  check?: LoginCheck,
): Promise<Fresh & { readonly session: Session; readonly idToken?: string }> {
  const asked = readFreshFlags(context, flags)
  const session = await context.session(flags, positional, check)
  // Nothing is fresher than what a login has just made.
  const made = session.source === 'login' && asked.refresh === 'force'
  const options: FreshOptions = made ? { ...asked, refresh: 'auto' } : asked
  if (flags.idToken === true) {
    return { session, ...(await session.idToken(options)) }
  }
  return { session, ...(await session.fresh(options)) }
}

function readFreshFlags(context: Context, flags: FreshFlags) {
  const { refresh } = flags
  if (refresh !== undefined && refresh !== 'auto' && refresh !== 'never' && refresh !== 'force') {
    throw new ToknError('usage', words.commands.notARefreshMode(display(refresh, 40)))
  }
  return { refresh, minTtl: readMinTtl(context, flags) } as const
}

/** Milliseconds that a token must still live, as the flag says or its variable. Throws `usage`. */
export function readMinTtl(context: Context, flags: FlagsOf<'minTtl'>): number | undefined {
  const text = flags.minTtl ?? context.environment.fromEnvironment('min_ttl')
  if (text === undefined) return undefined
  return parseDuration(text, flags.minTtl === undefined ? 'TOKN_MIN_TTL' : '--min-ttl', true)
}

async function tokenDocument(
  { ports, profile, source }: Session,
  record: SessionRecord,
  refreshed: boolean,
): Promise<Readonly<Record<string, unknown>>> {
  const attached = attachToken(record)
  const [name, value] = headerLines(attached)[0] ?? []
  return {
    schema: 'tokn.token/v1',
    profile: profile.name,
    provider: record.provider,
    token: record.access.reveal(),
    token_type: /^(Bearer|DPoP) /.exec(value ?? '')?.[1] ?? null,
    header: name === undefined ? null : { name, value },
    placement: name === undefined ? 'query' : 'header',
    // When one was made that the environment gives, nobody here knows.
    issued_at: source === 'environment' ? null : instant(record.obtainedAt),
    ...expiryFields(record.expiry, ports.clock.now()),
    scopes: record.scopes ?? null,
    generation: record.generation,
    refreshed,
    source: source === 'environment' ? 'env' : profile.store,
    fingerprint: (await ports.fingerprint(record.access)) ?? null,
  }
}
