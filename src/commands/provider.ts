import type { Command } from 'commander'
import { checkFields, printJson, wantsJson } from './output/json.ts'
import { checkPlain, printPlain } from './output/plain-rows.ts'
import type { FlagsOf } from './flags/table.ts'
import { words } from '../messages/words.ts'
import type { CommonFlags, Context } from './context.ts'
import { declare, lineOf } from './flags/declare.ts'
import { providerNewCommand, runNew } from './provider/new.ts'
import { ownProviderCommands, ownProviderRuns } from './provider/own.ts'
import { providerScopesCommand, runScopes } from './provider/scopes.ts'
import { shownSummary, showProvider, type ShowFlags } from './provider/show.ts'
import { providerTestCommand, runTest } from './provider/test.ts'
import { fittedTable } from './output/table.ts'

type ListFlags = CommonFlags & FlagsOf<'plain'>

const runs = {
  list: listProviders,
  show: showProvider,
  ...ownProviderRuns,
  scopes: runScopes,
  test: runTest,
  create: runNew,
}

export function providerCommand(program: Command, context: Context, run = runs): void {
  const provider = lineOf(program, 'provider')
  declare(provider, {
    usage: 'list',
    group: 'look',
    aliases: ['ls'],
    flags: ['plain'],
    text: () => words.help.providerList,
    examples: ['tokn provider list'],
  }).action((flags: ListFlags) => run.list(context, flags))
  declare(provider, {
    usage: 'show <id>',
    group: 'look',
    flags: ['definition'],
    text: () => words.help.providerShow,
    examples: ['tokn provider show rightech', 'tokn provider show rightech --definition'],
  }).action((id: string, flags: ShowFlags) => run.show(context, id, flags))
  ownProviderCommands(provider, context, run)
  providerScopesCommand(provider, context, run.scopes)
  providerTestCommand(provider, context, run.test)
  providerNewCommand(provider, context, run.create)
}

async function listProviders(context: Context, flags: ListFlags): Promise<void> {
  checkPlain(flags)
  await checkFields(flags, 'tokn.providers/v1')
  const providers = await context.providers(flags)
  if (wantsJson(flags)) {
    const shown = providers.map(shownSummary)
    printJson(context, flags, { schema: 'tokn.providers/v1', providers: shown })
    return
  }
  if (flags.plain === true) return printPlain(context, 'provider list', providers.map(shownSummary))
  const rows = providers.map((one) => [one.id, one.title, one.source, one.docs])
  context.terminal.show(...fittedTable([words.reports.providerTitles(), ...rows], context.terminal))
}
