import type { Command } from 'commander'
import type { Colours } from '../core/process.ts'
import { ToknError } from '../core/errors.ts'
import { display } from '../core/text.ts'
import { requireOperation, unsupported } from '../session/call.ts'
import type { LoginCheck } from '../session/login/login-from-environment.ts'
import { listLocal, type ListedToken, type TokenList } from '../session/list.ts'
import {
  checkOneShape,
  expiryFields,
  instant,
  jsonFlag,
  printJson,
  wantsJson,
} from './output/json.ts'
import type { CommonFlags, Context } from './context.ts'
import { words } from '../messages/words.ts'
import { declare } from './flags/declare.ts'
import { sessionFlags, type FlagName, type FlagsOf } from './flags/table.ts'
import { fittedTable, type Screen } from './output/table.ts'

const reads = ['local', 'remote', 'plain', ...sessionFlags] as const satisfies FlagName[]

type ListFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function listCommand(program: Command, context: Context, run = runList): void {
  declare(program, {
    usage: 'list [profile]',
    group: 'tokens',
    flags: reads,
    aliases: ['ls'],
    text: () => words.help.list,
    examples: ['tokn list iot', 'tokn list --local', 'tokn list iot --json --fields id,name'],
  }).action((profile: string | undefined, flags: ListFlags) => run(context, profile, flags))
}

async function runList(
  context: Context,
  positional: string | undefined,
  flags: ListFlags,
): Promise<void> {
  const { local, remote, plain } = flags
  checkOneShape(local === true ? '--local' : undefined, remote === true ? '--remote' : undefined)
  checkOneShape(plain === true ? '--plain' : undefined, jsonFlag(flags))
  if (local === true && flags.store !== undefined) {
    throw new ToknError('usage', words.commands.localHasNoStore())
  }
  const { tokens, profile, now, note } = await collectTokens(context, positional, flags)
  if (wantsJson(flags)) {
    printJson(context, flags, listDocument(tokens, profile, now))
    return
  }
  if (note !== undefined && flags.quiet !== true) context.terminal.say(note)
  if (flags.plain === true) {
    context.terminal.out(tokens.tokens.map((token) => plainLine(token)).join(''))
    return
  }
  if (tokens.tokens.length === 0) {
    if (flags.quiet !== true) context.terminal.say(words.reports.noTokens())
    return
  }
  const colours = await context.terminal.colours(flags)
  context.terminal.show(...listTable(tokens, now, colours, context.terminal))
  if (tokens.duplicates.length > 0 && flags.quiet !== true) {
    const ids = tokens.duplicates.map((id) => display(id, 256)).join(', ')
    context.terminal.say(words.reports.severalOfOneId(ids))
  }
}

async function collectTokens(
  context: Context,
  positional: string | undefined,
  flags: ListFlags,
): Promise<{ tokens: TokenList; profile: string | undefined; now: number; note?: string }> {
  if (flags.local === true) {
    const ports = context.ports(flags)
    const named = positional ?? flags.profile
    const profiles =
      named === undefined
        ? ports.profiles.list()
        : [(await context.session(flags, positional)).profile]
    return { tokens: listLocal(ports, profiles), profile: named, now: ports.clock.now() }
  }
  const session = await context.session(flags, positional, worthALogin(flags))
  const { ports, profile } = session
  const provider = await session.provider()
  const now = ports.clock.now()
  if (provider.list !== undefined) {
    return { tokens: await session.list(), profile: profile.name, now }
  }
  if (flags.remote === true) throw unsupported(provider, 'list')
  const note = words.reports.heldHere(unsupported(provider, 'list').message)
  return { tokens: listLocal(ports, [profile]), profile: profile.name, now, note }
}

/** Where logins are numbered, none is spent for a list of what it has just made itself. */
function worthALogin({ remote }: ListFlags): LoginCheck {
  return (provider) => {
    if (remote === true || provider.budget !== undefined) requireOperation('list')(provider)
  }
}

function listDocument(list: TokenList, profile: string | undefined, now: number) {
  return {
    schema: 'tokn.list/v1',
    profile: profile ?? null,
    where: list.where,
    tokens: list.tokens.map((token) => describeListed(token, now)),
    duplicates: list.duplicates,
  }
}

function describeListed(token: ListedToken, now: number) {
  const { expires_at, expires_in } = expiryFields(token.expiry, now)
  return {
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

function plainLine(token: ListedToken): string {
  const cells = [
    token.id,
    token.name ?? '',
    token.state,
    instant(token.expiry.state === 'at' ? token.expiry.at : undefined) ?? '',
    token.savedAs ?? '',
    (token.scopes ?? []).join(','),
    ...Object.entries(token.facts ?? {}).map(([label, value]) => `${label}=${value}`),
  ]
  return `${cells.map((cell) => display(cell, Number.POSITIVE_INFINITY)).join('\t')}\n`
}

function listTable(
  { where, tokens }: TokenList,
  now: number,
  colours: Colours,
  screen: Screen,
): readonly string[] {
  const labels = [...new Set(tokens.flatMap(({ facts }) => Object.keys(facts ?? {})))]
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

function paint(line: string, state: ListedToken['state'] | undefined, colours: Colours): string {
  if (state === 'expired' || state === 'revoked' || state === 'dead') return colours.dim(line)
  return state === 'expiring' ? line.replace('expiring', colours.yellow('expiring')) : line
}

function heldAs({ savedAs, current }: ListedToken): string {
  if (savedAs === undefined) return '-'
  return current ? words.reports.inUse(savedAs) : savedAs
}
