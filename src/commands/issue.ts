import type { Command } from 'commander'
import { requireOperation } from '../session/call.ts'
import {
  contentOf,
  namesOf,
  openFormat,
  readFormat,
  readVariable,
  type FormatName,
} from './output/formats.ts'
import { checkFields, checkOneShape, expiryFields, printJson } from './output/json.ts'
import type { CommonFlags, Context } from './context.ts'
import { isFailure, ToknError } from '../core/errors.ts'
import { words } from '../messages/words.ts'
import { complete } from './flags/declare.ts'
import { sayWould } from './output/dry-run.ts'
import { flagTable, sessionFlags, type FlagName, type FlagsOf } from './flags/table.ts'
import { withScopes } from './flags/grant-variables.ts'
import { grantFlags, readGrant } from './flags/grant.ts'

const reads = [
  ...grantFlags,
  'saveAs',
  'output',
  'var',
  'dryRun',
  ...sessionFlags,
] as const satisfies FlagName[]

type IssueFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function issueCommand(program: Command, context: Context, run = runIssue): void {
  complete(program, 'issue', {
    flags: reads,
    choices: { output: namesOf('issue') },
    examples: [
      'tokn issue iot --name ci --scope "GET /objects" --expires-in "7 days"',
      'tokn issue iot --name ci --expires-in 8d --save-as iot-ci',
      'tokn issue iot --name deploy --expires-in 1h -o github --var DEPLOY_TOKEN',
    ],
  }).action((profile: string | undefined, flags: IssueFlags) => run(context, profile, flags))
}

async function runIssue(
  context: Context,
  positional: string | undefined,
  flags: IssueFlags,
): Promise<void> {
  const format = readFormat(flags, 'issue', 'an issued token')
  const variable = readVariable(flags, format, flagTable.var.default)
  await checkFields(flags, flags.dryRun === true ? 'tokn.dry-run/v1' : 'tokn.issue/v1')
  if (format !== 'json' && flags.dryRun !== true) {
    const prints = contentOf(format) === 'variable' ? `-o ${format}` : undefined
    checkOneShape(flags.saveAs === undefined ? undefined : '--save-as', prints)
    await (await openFormat(format)).prepare?.(variable, context)
  }
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
  if (savedAs === undefined) await context.terminal.mask(tokens.access.reveal(), refresh ?? '')
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
    await delivered()
    return
  }
  const expires = words.times.expires(tokens.expiry, now)
  const id = tokens.id === undefined ? '' : ` ${tokens.id}`
  if (savedAs === undefined) {
    const both = refresh === undefined ? [] : [[`${variable}_REFRESH`, refresh] as const]
    try {
      await printAll(context, flags, format, [[variable, tokens.access.reveal()], ...both])
    } catch (error) {
      if (!isFailure(error)) throw error
      // It is there, and unfinished until somebody has it: that is where it can be found.
      const said = words.reports.issuedNotPrinted(id, error.message)
      throw new ToknError(error.code, said.message, { ...error.details, hint: said.hint })
    }
    await delivered()
    if (flags.quiet === true) return
    context.terminal.say(words.reports.issued(id, expires, refresh !== undefined))
  } else if (flags.quiet !== true) {
    context.terminal.say(words.reports.issuedAs(id, expires, savedAs.name))
  }
}

/** Prints tokens by the names that a format with variables gives them. */
async function printAll(
  context: Context,
  flags: CommonFlags,
  format: FormatName,
  tokens: ReadonlyArray<readonly [variable: string, token: string]>,
): Promise<void> {
  const { render, deliver, note } = await openFormat(format)
  const attached = { headers: [], query: [], cookies: [] }
  const handed = tokens.map(([variable, token]) => ({ token, variable, attached, origins: [] }))
  context.terminal.out(handed.map(render).join(''))
  for (const one of handed) await deliver?.(one, context)
  if (note !== undefined && flags.quiet !== true) context.terminal.say(note())
}
