import type { Command } from 'commander'
import type { Colours } from '../core/process.ts'
import { ToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import { display } from '../core/text.ts'
import type { LoginCheck } from '../session/login/login-from-environment.ts'
import { listAllLocal, listLocal } from '../session/list-local.ts'
import type { ListedToken, TokenList } from '../session/list.ts'
import {
  checkFields,
  checkOneShape,
  expiryFields,
  instant,
  jsonFlag,
  printJson,
  wantsJson,
} from './output/json.ts'
import { jsonLine } from './output/json-line.ts'
import type { CommonFlags, Context } from './context.ts'
import { words } from '../messages/words.ts'
import { complete } from './flags/declare.ts'
import { sessionFlags, type FlagName, type FlagsOf } from './flags/table.ts'
import { fittedTable, showMany, type Screen } from './output/table.ts'

const reads = [
  'local',
  'remote',
  'plain',
  'jsonLines',
  ...sessionFlags,
] as const satisfies FlagName[]

type ListFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function listCommand(program: Command, context: Context, run = runList): void {
  complete(program, 'list', {
    flags: reads,
    examples: [
      'tokn list iot',
      'tokn list --local',
      'tokn list iot --json --fields id,name',
      'tokn list --local --fields profile,provider,expires_at',
      'tokn list iot --json-lines --timeout 10m',
    ],
  }).action((profile: string | undefined, flags: ListFlags) => run(context, profile, flags))
}

async function runList(
  context: Context,
  positional: string | undefined,
  flags: ListFlags,
): Promise<void> {
  const { local, remote, plain, jsonLines } = flags
  const lines = jsonLines === true ? '--json-lines' : undefined
  checkOneShape(local === true ? '--local' : undefined, remote === true ? '--remote' : undefined)
  // With lines, `--fields` chooses what is in each.
  const json = lines === undefined ? jsonFlag(flags) : flags.json === true ? '--json' : undefined
  checkOneShape(plain === true ? '--plain' : undefined, json, lines)
  if (lines === undefined) await checkFields(flags, 'tokn.list/v1')
  if (local === true && flags.store !== undefined) {
    throw new ToknError('usage', words.commands.localHasNoStore())
  }
  if (lines !== undefined) return await printLines(context, positional, flags)
  const { tokens, profile, owner, now, note } = await collectTokens(context, positional, flags)
  if (wantsJson(flags)) printJson(context, flags, listDocument(tokens, profile, owner, now))
  else await printTokens(context, flags, tokens, now, note)
  // What is there has been printed; the document says so too.
  if (tokens.stoppedAt === undefined) return
  throw new ToknError('partial', words.reports.listStopped(tokens.stoppedAt, profile ?? ''))
}

async function printTokens(
  context: Context,
  flags: ListFlags,
  tokens: TokenList,
  now: number,
  note: string | undefined,
): Promise<void> {
  if (note !== undefined && flags.quiet !== true) context.terminal.say(note)
  if (flags.plain === true) {
    const { printPlain } = await import('./output/plain-rows.ts')
    const entries = tokens.tokens.map((token) => describeListed(token, undefined, now))
    return printPlain(context, 'list', entries)
  }
  if (tokens.count === 0) {
    if (flags.quiet !== true) context.terminal.say(words.reports.noTokens())
    return
  }
  const colours = await context.terminal.colours(flags)
  showMany(context.terminal, listTable(tokens, now, colours, context.terminal))
  if (flags.quiet !== true) sayDuplicates(context, tokens)
}

function sayDuplicates(context: Context, { duplicates }: TokenList): void {
  if (duplicates.length === 0) return
  const ids = duplicates.map((id) => display(id, 256)).join(', ')
  context.terminal.say(words.reports.severalOfOneId(ids))
}

/** One document for each token, as its page comes: however many they are, none is held. */
async function printLines(
  context: Context,
  positional: string | undefined,
  flags: ListFlags,
): Promise<void> {
  await checkFields(flags, 'tokn.list-line/v1')
  const { clock } = context.ports(flags)
  const print = (owner: Owner, tokens: readonly ListedToken[]) =>
    context.terminal.out(
      tokens.map((token) => jsonLine(lineDocument(token, owner, clock.now()), flags)).join(''),
    )
  const { tokens, owner } = await collectTokens(context, positional, flags, print)
  if (tokens.tokens.length > 0) print(owner, tokens.tokens)
  if (flags.quiet !== true) sayDuplicates(context, tokens)
}

/** Whose account the provider lists; `undefined` for what is held here, by whatever profile. */
type Owner = Pick<Profile, 'name' | 'provider'> | undefined

interface Collected {
  readonly tokens: TokenList
  /** The profile that was asked for, if it was one. */
  readonly profile: string | undefined
  readonly owner: Owner
  readonly now: number
  readonly note?: string
}

async function collectTokens(
  context: Context,
  positional: string | undefined,
  flags: ListFlags,
  each?: (owner: Owner, tokens: readonly ListedToken[]) => void,
): Promise<Collected> {
  if (flags.local === true) {
    const ports = context.ports(flags)
    const named = positional ?? flags.profile
    const tokens =
      named === undefined
        ? await listAllLocal(ports)
        : listLocal(ports, [(await context.session(flags, positional)).profile])
    return { tokens, profile: named, owner: undefined, now: ports.clock.now() }
  }
  // What asks a provider is loaded where one is asked.
  const { requireOperation, unsupported } = await import('../session/call.ts')
  // Where logins are numbered, none is spent for a list of what it has just made itself.
  const check: LoginCheck = (provider) => {
    if (flags.remote === true || provider.budget !== undefined) requireOperation('list')(provider)
  }
  const session = await context.session(flags, positional, check)
  const { ports, profile } = session
  const provider = await session.provider()
  const now = ports.clock.now()
  if (provider.list !== undefined) {
    const { name } = profile
    const tokens =
      each === undefined
        ? await session.list()
        : await session.streamList((page) => each(profile, page))
    return { tokens, profile: name, owner: profile, now }
  }
  if (flags.remote === true) throw unsupported(provider, 'list')
  const note = words.reports.heldHere(unsupported(provider, 'list').message)
  const tokens = listLocal(ports, [profile])
  return { tokens, profile: profile.name, owner: profile, now, note }
}

function listDocument(list: TokenList, profile: string | undefined, owner: Owner, now: number) {
  return {
    schema: 'tokn.list/v1',
    profile: profile ?? null,
    where: list.where,
    tokens: list.tokens.map((token) => describeListed(token, owner, now)),
    duplicates: list.duplicates,
    ...(list.stoppedAt === undefined ? {} : { stopped_at: list.stoppedAt }),
  }
}

function lineDocument(token: ListedToken, owner: Owner, now: number) {
  return { schema: 'tokn.list-line/v1', ...describeListed(token, owner, now) }
}

function describeListed(token: ListedToken, owner: Owner, now: number) {
  const { expires_at, expires_in } = expiryFields(token.expiry, now)
  return {
    profile: owner?.name ?? token.savedAs ?? null,
    provider: owner?.provider ?? token.provider ?? null,
    id: token.id,
    short_id: token.id.slice(0, 8),
    name: token.name ?? null,
    scopes: token.scopes ?? null,
    unrestricted: token.unrestricted ?? null,
    created_at: instant(token.createdAt),
    expires_at,
    expires_in,
    last_used_at: instant(token.lastUsedAt),
    revoked_at: instant(token.revokedAt),
    state: token.state,
    current: token.current,
    saved_as: token.savedAs ?? null,
    fingerprint: token.fingerprint ?? null,
    facts: token.facts ?? {},
  }
}

function listTable(
  { where, tokens }: TokenList,
  now: number,
  colours: Colours,
  screen: Screen,
): readonly string[] {
  const labels = labelsOf(tokens)
  const facts = labels.map((label) => label.toUpperCase())
  const header = [...words.reports.listTitles(where === 'remote'), ...facts]
  const rows = tokens.map((token) => [
    where === 'remote' ? token.id : (token.savedAs ?? token.id),
    token.name ?? '-',
    token.state,
    token.untimely === true ? words.times.clockWasSet() : words.times.when(token.expiry, now),
    heldAs(token),
    (token.scopes ?? []).join(', ') ||
      (token.unrestricted === true ? words.reports.allRights() : '-'),
    ...labels.map((label) => token.facts?.[label] ?? '-'),
  ])
  return fittedTable([header, ...rows], screen, (line, row) =>
    row === 0 ? colours.bold(line) : paint(line, tokens[row - 1]?.state, colours),
  )
}

/** What the tokens have facts of. */
function labelsOf(tokens: readonly ListedToken[]): readonly string[] {
  const labels = new Set<string>()
  for (const { facts } of tokens) {
    if (facts !== undefined) for (const label of Object.keys(facts)) labels.add(label)
  }
  return [...labels]
}

function paint(line: string, state: ListedToken['state'] | undefined, colours: Colours): string {
  if (state === 'expired' || state === 'revoked' || state === 'dead') return colours.dim(line)
  return state === 'expiring' ? line.replace('expiring', colours.yellow('expiring')) : line
}

function heldAs({ savedAs, current }: ListedToken): string {
  if (savedAs === undefined) return '-'
  return current ? words.reports.inUse(savedAs) : savedAs
}
