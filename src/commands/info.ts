import type { Command } from 'commander'
import { ToknError } from '../core/errors.ts'
import type { Colours } from '../core/process.ts'
import { timeLeft } from '../core/expiry.ts'
import { timestamp } from '../core/data-text.ts'
import type { SessionInfo } from '../session/info.ts'
import { checkFields, expiryFields, instant, printJson, wantsJson } from './output/json.ts'
import type { CommonFlags, Context } from './context.ts'
import { words } from '../messages/words.ts'
import { complete } from './flags/declare.ts'
import { sessionFlags, type FlagName, type FlagsOf } from './flags/table.ts'
import { colourOf } from './output/life-bar.ts'
import { describeStanding, explainStanding } from './output/standing.ts'
import { table } from './output/table.ts'

const reads = ['local', 'claims', ...sessionFlags] as const satisfies FlagName[]

type InfoFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function infoCommand(program: Command, context: Context, run = runInfo): void {
  complete(program, 'info', {
    flags: reads,
    examples: ['tokn info web', 'tokn info web --local', 'tokn info web --json'],
  }).action((profile: string | undefined, flags: InfoFlags) => run(context, profile, flags))
}

async function runInfo(
  context: Context,
  positional: string | undefined,
  flags: InfoFlags,
): Promise<void> {
  await checkFields(flags, 'tokn.info/v1')
  const session = await context.session(
    flags,
    positional,
    flags.local === true ? refuseLogin : undefined,
  )
  const { ports, profile, source } = session
  const info = await session.inspect({ local: flags.local === true })
  const now = ports.clock.now()
  // When one was made that the environment gives, nobody here knows.
  const obtained = source === 'environment' ? undefined : info.record.obtainedAt
  const fingerprint = await ports.fingerprint(info.record.access)
  if (wantsJson(flags)) {
    const history = ports.index.get(profile.id)?.history ?? []
    printJson(context, flags, {
      ...infoDocument(
        profile.name,
        profile.store,
        info,
        fingerprint,
        history.at(-1),
        obtained,
        now,
      ),
      credentials_kept: source === 'store' && info.record.credentials !== undefined,
      kept: source === 'store' ? info.kept : [],
      renewed_by: info.renewed.all.map(({ by }) => by),
    })
    return
  }
  const colours = await context.terminal.colours(flags)
  const rows = infoRows(info, fingerprint, obtained, now)
  if (source === 'store') rows.push(keptRow(info), ...renewedRow(info))
  context.terminal.show(`${colours.bold(profile.name)}  ${info.provider.title}`)
  if (context.terminal.outIsTerminal)
    context.terminal.show(...lifetimeBar(info, now, colours, context.terminal.width))
  const claims = flags.claims === true ? claimRows(info) : []
  context.terminal.show(...table([...rows, ...claims], context.terminal))
}

/** Without asking anybody, nothing is known of a session that a login would have to make. */
function refuseLogin(): never {
  throw new ToknError('usage', words.commands.loginIsNoSessionHere())
}

function infoDocument(
  profile: string,
  store: string,
  { record, remote, claims, budget, notAsked, provider, unrestricted }: SessionInfo,
  fingerprint: string | undefined,
  last: { at: number; pid: number; command: string; reason: string } | undefined,
  obtained: number | undefined,
  now: number,
) {
  const refresh = remote?.refresh ?? record.refreshExpiry
  const refreshes = budget.find((one) => one.kind === 'refreshes')
  return {
    schema: 'tokn.info/v1',
    profile,
    provider: provider.id,
    active: remote?.active ?? null,
    remote_checked: remote !== undefined && remote.answered !== false,
    not_checked_because: notAsked ?? null,
    claims: claims ?? null,
    signature: remote?.signature ?? (claims === undefined ? null : 'not checked'),
    user_id: remote?.userId ?? record.context['userId'] ?? null,
    scopes: remote?.scopes ?? record.scopes ?? null,
    unrestricted: unrestricted ?? null,
    token_id: record.id ?? null,
    fingerprint: fingerprint ?? null,
    standing: describeStanding(record.standing),
    access: expiryFields(remote?.access ?? record.expiry, now),
    refresh:
      record.refresh === undefined
        ? null
        : {
            ...expiryFields(refresh ?? { state: 'unknown' }, now),
            uses_left: refreshes === undefined ? null : refreshes.limit - refreshes.used,
          },
    facts: remote?.facts ?? {},
    quota: Object.fromEntries(
      budget.map((one) => [one.kind, { used: one.used, limit: one.limit }]),
    ),
    store,
    origins: record.origins,
    lineage: {
      generation: record.generation,
      obtained_at: obtained === undefined ? null : instant(obtained),
      last_refresh:
        last === undefined
          ? null
          : { at: timestamp(last.at), pid: last.pid, cmd: last.command, reason: last.reason },
    },
  }
}

function infoRows(
  info: SessionInfo,
  fingerprint: string | undefined,
  obtained: number | undefined,
  now: number,
) {
  const { record, untimely, remote, notAsked, asked, budget } = info
  const rows: string[][] = []
  const add = (label: string, value: string | undefined) => {
    const isNew = rows.every(([known, said]) => known !== `  ${label}` || said !== value)
    if (value !== undefined && value !== '' && isNew) rows.push([`  ${label}`, value])
  }
  const { expiryOf, infoLabels: labels, obtained: obtainedAt, used, usedOf } = words.reports
  const { clockWasSet, expiresExactly } = words.times
  const unset = untimely && remote?.access === undefined
  add(
    labels.access,
    unset ? expiryOf(clockWasSet()) : expiresExactly(remote?.access ?? record.expiry, now),
  )
  if (record.refresh !== undefined) {
    add(labels.refresh, expiresExactly(remote?.refresh ?? record.refreshExpiry, now))
  }
  if (asked === true) add(labels.alive, describeActive(info))
  else add(labels.notAsked, notAsked)
  add(labels.user, remote?.userId ?? record.context['userId'])
  add(labels.tokenId, record.id)
  add(labels.name, record.name)
  const scopes = (remote?.scopes ?? record.scopes)?.join(', ')
  add(labels.scopes, info.unrestricted === true ? words.reports.allRights() : scopes)
  add(labels.sentTo, record.origins.join(', '))
  add(labels.signature, remote?.signature)
  for (const [label, value] of Object.entries(remote?.facts ?? {})) add(label, value)
  for (const { kind, used: count, limit } of budget) add(used(kind), usedOf(count, limit))
  if (obtained !== undefined) add(labels.obtained, obtainedAt(obtained, record.generation))
  add(labels.fingerprint, fingerprint === undefined ? undefined : `fp:${fingerprint}`)
  add(labels.standing, explainStanding(record.standing))
  return rows
}

function keptRow({ record, kept }: SessionInfo): string[] {
  const { refresh, credentials } = record
  const proofs = credentials === undefined ? kept.filter((name) => name !== 'refresh_token') : []
  const said = words.credentials.kept(credentials !== undefined, refresh !== undefined, proofs)
  return [`  ${words.reports.infoLabels.kept}`, said]
}

/** Where what renews it is not what is kept. */
function renewedRow({ renewed }: SessionInfo): string[][] {
  if (!renewed.fromOutside) return []
  const { byNothing, byFiles, givenIn, inOrder, ways } = words.renewal
  const all = renewed.all.map(({ by, secret }) => {
    if (secret !== undefined) return givenIn(secret, by)
    return by === 'files' ? byFiles() : ways[by as keyof typeof ways]()
  })
  const said = all.length > 0 ? inOrder(all) : byNothing(renewed.why)
  return [[`  ${words.reports.infoLabels.renewed}`, said]]
}

function describeActive({ remote, notAsked }: SessionInfo): string {
  const { alive, aliveNotTold, aliveUnknown } = words.reports
  if (notAsked !== undefined) return aliveUnknown(notAsked)
  return remote?.active === undefined ? aliveNotTold() : alive(remote.active)
}

function claimRows({ claims }: SessionInfo): string[][] {
  return Object.entries(claims ?? {}).map(([name, value]) => [
    `  ${words.reports.claim(name)}`,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
}

function lifetimeBar(
  { record, remote }: SessionInfo,
  now: number,
  colours: Colours,
  columns = Number.POSITIVE_INFINITY,
): readonly string[] {
  const expiry = remote?.access ?? record.expiry
  const left = timeLeft(expiry, now)
  if (expiry.state !== 'at' || left === undefined) return []
  const life = Math.max(1, expiry.at - (record.prolongedAt ?? record.obtainedAt))
  const share = Math.min(1, Math.max(0, left / life))
  const text = words.times.remaining(left)
  const width = Math.max(4, Math.min(32, columns - text.length - 3))
  const full = Math.round(share * width)
  const bar = colourOf(share, colours)('█'.repeat(full)) + colours.dim('░'.repeat(width - full))
  return [`  ${bar} ${text}`]
}
