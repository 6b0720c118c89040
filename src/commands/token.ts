import type { Command } from 'commander'
import { parseDuration } from '../core/duration.ts'
import { ToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
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
  contentOf,
  namesOf,
  openFormat,
  readFormat,
  readVariable,
  type FormatName,
} from './output/formats.ts'
import { needsProof, noSuchRefreshMode, travelsElsewhere } from './output/refusals.ts'
import type { CommonFlags, Context } from './context.ts'
import { complete } from './flags/declare.ts'
import { flagTable, freshFlags, sessionFlags, type FlagName, type FlagsOf } from './flags/table.ts'

const reads = [
  ...freshFlags,
  'output',
  'var',
  'bare',
  'field',
  'idToken',
  'for',
  ...sessionFlags,
] as const satisfies FlagName[]

export type TokenFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

/** Flags of the commands that hand out a token. */
export type FreshFlags = CommonFlags & FlagsOf<(typeof freshFlags | typeof sessionFlags)[number]>

export function tokenCommand(program: Command, context: Context, run = runToken): void {
  complete(program, 'token', {
    flags: reads,
    choices: { output: namesOf('token') },
    examples: [
      'tokn token web',
      'tokn token web --min-ttl 10m',
      'tokn token web --json',
      'eval "$(tokn token web -o env --var WEB_TOKEN)"',
      'tokn token web -o dotenv > .env',
      'tokn token web --field expires_at',
    ],
  }).action((profile: string | undefined, flags: TokenFlags) => run(context, profile, flags))
}

export async function runToken(
  context: Context,
  positional: string | undefined,
  flags: TokenFlags,
): Promise<void> {
  const format = readFormat(flags, 'token', 'a token')
  const { bare, field, output } = flags
  const asked = jsonFlag(flags) ?? (output === undefined ? undefined : `-o ${output}`)
  const named = asked ?? (flags.var === undefined ? undefined : '--var')
  checkOneShape(field === undefined ? undefined : '--field', named)
  await checkFields(flags, 'tokn.token/v1')
  if (format !== 'raw') checkOneShape(bare === true ? '-n' : undefined, asked)
  const textOf =
    field === undefined
      ? undefined
      : (await import('./output/field.ts')).openField(field, flags.idToken === true)
  const given = await handOut(context, positional, flags, textOf === undefined ? format : 'json')
  if (textOf !== undefined) {
    const text = textOf(await tokenDocument(given))
    return context.terminal.out(bare === true ? text.slice(0, -1) : text)
  }
  if (format === 'json') return printJson(context, flags, await tokenDocument(given))
  await print(context, format, given, flags)
  if (context.terminal.outIsTerminal && flags.quiet !== true) {
    context.terminal.say(words.commands.onScreen(wordOf(given.session)))
  }
}

export type HandOutFlags = FreshFlags & FlagsOf<'for' | 'idToken' | 'var'>

/** A token of a session, to be printed: the ID token, where that was asked for. */
export type Given = Fresh & { readonly session: Session; readonly idToken?: string }

/**
 * A good token of the session that the command line names, which `format` can print and which may go
 * where `--for` says.
 */
export async function handOut(
  context: Context,
  positional: string | undefined,
  flags: HandOutFlags,
  format: FormatName | 'json',
): Promise<Given> {
  const content = contentOf(format)
  const travels = content === 'header' || content === 'query' || content === 'request'
  if (travels && flags.idToken === true) {
    throw new ToknError('usage', words.formats.notOfIdToken(format))
  }
  const variable = readVariable(flags, format, flagTable.var.default)
  if (format !== 'json') await (await openFormat(format)).prepare?.(variable, context)
  const destination =
    flags.for === undefined
      ? undefined
      : (await import('./destination.ts')).readDestination(flags.for)
  const given = await freshRecord(context, positional, flags, (provider, profile) => {
    destination?.checkLogin(provider, profile)
    if (provider.attachVaries === true) return
    const attached = provider.attach({ context: {} }, profile.settings)
    const [headers, cookies, queries] = [attached.headers, attached.cookies, attached.query].map(
      (part) => Object.keys(part ?? {}).length,
    ) as [number, number, number]
    // What only the login itself tells may be missing here: then nothing is known.
    if (headers + cookies + queries > 0) checkPlace(content, headers + cookies, queries, profile)
  })
  const { record, session } = given
  await destination?.check(context.ports(flags), record)
  if (travels) {
    if (record.attach.bound === true) throw needsProof(session.profile)
    const carried = attachToken(record)
    checkPlace(content, headerLines(carried).length, carried.query.length, session.profile)
  }
  return given
}

/** Prints it; `bare` leaves out the line break that ends it. */
export async function print(
  context: Context,
  format: FormatName,
  { record, idToken }: Given,
  { bare, ...flags }: HandOutFlags & FlagsOf<'bare'>,
): Promise<void> {
  const handed = {
    token: idToken ?? record.access.reveal(),
    attached: attachToken(record),
    variable: readVariable(flags, format, flagTable.var.default),
    origins: flags.for === undefined ? record.origins : [flags.for],
  }
  const { render, deliver, note } = await openFormat(format)
  const text = render(handed)
  context.terminal.out(bare === true ? text.slice(0, -1) : text)
  await deliver?.(handed, context)
  if (note !== undefined && flags.quiet !== true) context.terminal.say(note())
}

/** Throws `usage` where the token does not travel in such a place. */
function checkPlace(
  place: string | undefined,
  headers: number,
  queries: number,
  profile: Profile,
): void {
  if (place === 'query' && queries === 0) throw travelsElsewhere(place, profile)
  if (place === 'header' && headers === 0) throw travelsElsewhere(place, profile)
}

/** A good token of the session that the command line names. From now on the log of a CI job hides it. */
export async function freshRecord(
  context: Context,
  positional: string | undefined,
  flags: FreshFlags & Pick<TokenFlags, 'idToken'>,
  check?: LoginCheck,
): Promise<Given> {
  const given = await findFresh(context, positional, flags, check)
  await context.terminal.mask(given.record.access.reveal(), given.idToken ?? '')
  return given
}

async function findFresh(
  context: Context,
  positional: string | undefined,
  flags: FreshFlags & Pick<TokenFlags, 'idToken'>,
  check?: LoginCheck,
): Promise<Given> {
  const asked = readFreshFlags(context, flags)
  const wanted: FreshOptions = { ...asked, mayAskAgent: true }
  const held = await context.agentSession(flags, positional, wanted)
  if (held !== undefined) {
    const { session, fresh } = held
    return { session, ...(flags.idToken === true ? await session.idToken(wanted) : fresh) }
  }
  try {
    const session = await context.session(flags, positional, check)
    // Nothing is fresher than what a login has just made.
    const made = session.source === 'login' && asked.refresh === 'force'
    const options: FreshOptions = made ? { ...asked, refresh: 'auto' } : asked
    if (flags.idToken === true) {
      return { session, ...(await session.idToken(options)) }
    }
    return { session, ...(await session.fresh(options)) }
  } catch (error) {
    throw await context.withoutAgent(flags, positional, error)
  }
}

function readFreshFlags(context: Context, flags: FreshFlags) {
  const { refresh } = flags
  if (refresh !== undefined && refresh !== 'auto' && refresh !== 'never' && refresh !== 'force') {
    throw noSuchRefreshMode(refresh)
  }
  return { refresh, minTtl: readMinTtl(context, flags) } as const
}

/** Milliseconds that a token must still live, as the flag says or its variable. Throws `usage`. */
export function readMinTtl(context: Context, flags: FlagsOf<'minTtl'>): number | undefined {
  const text = flags.minTtl ?? context.environment.fromEnvironment('min_ttl')
  if (text === undefined) return undefined
  return parseDuration(text, flags.minTtl === undefined ? 'TOKN_MIN_TTL' : '--min-ttl', true)
}

async function tokenDocument({
  session: { ports, profile, source },
  record,
  refreshed,
  fromAgent,
  idToken,
}: Given): Promise<Readonly<Record<string, unknown>>> {
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
    source: source === 'environment' ? 'env' : fromAgent === true ? 'agent' : profile.store,
    fingerprint: (await ports.fingerprint(record.access)) ?? null,
    ...(idToken === undefined ? {} : { id_token: idToken }),
  }
}
