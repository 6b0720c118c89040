import type { Command } from 'commander'
import { requireOperation } from '../session/call.ts'
import { issueFormats, namesOf, readFormat } from './output/formats.ts'
import { checkFields, expiryFields, printJson } from './output/json.ts'
import type { CommonFlags, Context } from './context.ts'
import { words } from '../messages/words.ts'
import { declare } from './flags/declare.ts'
import { sayWould } from './output/dry-run.ts'
import { sessionFlags, type FlagName, type FlagsOf } from './flags/table.ts'
import { withScopes } from './flags/grant-variables.ts'
import { grantFlags, readGrant } from './flags/grant.ts'

const reads = [
  ...grantFlags,
  'saveAs',
  'output',
  'dryRun',
  ...sessionFlags,
] as const satisfies FlagName[]

type IssueFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function issueCommand(program: Command, context: Context, run = runIssue): void {
  declare(program, {
    usage: 'issue [profile]',
    group: 'tokens',
    flags: reads,
    choices: { output: namesOf(issueFormats) },
    text: () => words.help.issue,
    examples: [
      'tokn issue iot --name ci --scope "GET /objects" --expires-in "7 days"',
      'tokn issue iot --name ci --expires-in 8d --save-as iot-ci',
    ],
  }).action((profile: string | undefined, flags: IssueFlags) => run(context, profile, flags))
}

async function runIssue(
  context: Context,
  positional: string | undefined,
  flags: IssueFlags,
): Promise<void> {
  const format = readFormat(flags, issueFormats, 'an issued token')
  await checkFields(flags, flags.dryRun === true ? 'tokn.dry-run/v1' : 'tokn.issue/v1')
  const session = await context.session(flags, positional, requireOperation('issue'))
  const now = session.ports.clock.now()
  const provider = await session.provider()
  const grant = readGrant(withScopes(context, provider, flags), now)
  if (flags.dryRun === true) {
    const would = await session.planIssue(grant, flags.saveAs)
    sayWould(context, flags, [{ subject: session.name, would }])
    return
  }
  const { tokens, savedAs, delivered } = await session.issue(grant, flags.saveAs)
  const refresh = savedAs === undefined ? tokens.refresh?.reveal() : undefined
  if (format === 'json') {
    printJson(context, flags, {
      schema: 'tokn.issue/v1',
      id: tokens.id ?? null,
      name: tokens.name ?? grant.name ?? null,
      token: savedAs === undefined ? tokens.access.reveal() : null,
      refresh_token: refresh ?? null,
      ...expiryFields(tokens.expiry, now),
      scopes: tokens.scopes ?? grant.scopes ?? null,
      shown_once: savedAs === undefined,
      saved_as: savedAs?.name ?? null,
    })
    delivered()
    return
  }
  const expires = words.times.expires(tokens.expiry, now)
  const id = tokens.id === undefined ? '' : ` ${tokens.id}`
  if (savedAs === undefined) {
    const lines = [tokens.access.reveal(), ...(refresh === undefined ? [] : [refresh])]
    context.terminal.out(lines.map((line) => `${line}\n`).join(''))
    delivered()
    if (flags.quiet === true) return
    context.terminal.say(words.reports.issued(id, expires, refresh !== undefined))
  } else if (flags.quiet !== true) {
    context.terminal.say(words.reports.issuedAs(id, expires, savedAs.name))
  }
}
