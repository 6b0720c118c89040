import type { Command } from 'commander'
import { ToknError } from '../core/errors.ts'
import type { FoundTrace, Traces } from '../core/trace.ts'
import { words } from '../messages/words.ts'
import type { CommonFlags, Context } from './context.ts'
import { complete } from './flags/declare.ts'
import type { FlagName, FlagsOf } from './flags/table.ts'
import { checkFields, printJson, wantsJson } from './output/json.ts'
import { checkPlain, printPlain } from './output/plain-rows.ts'
import { wholeTable } from './output/table.ts'

const reads = ['list', 'plain'] as const satisfies FlagName[]

type UninstallFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function uninstallCommand(program: Command, context: Context, run = runUninstall): void {
  complete(program, 'uninstall', {
    flags: reads,
    examples: ['tokn uninstall --list', 'tokn uninstall --list --json'],
  }).action((flags: UninstallFlags) => run(context, flags))
}

async function runUninstall(context: Context, flags: UninstallFlags): Promise<void> {
  const { boundUnknown, otherConfiguration, profilesUnread, removesNothing, steps, titles } =
    words.uninstall
  if (flags.list !== true) throw new ToknError('usage', removesNothing())
  checkPlain(flags)
  await checkFields(flags, 'tokn.uninstall/v1')
  const traces = await context.traces(flags)
  if (wantsJson(flags)) return printJson(context, flags, describe(traces))
  if (flags.plain === true) {
    return printPlain(context, 'uninstall --list', describe(traces).traces)
  }
  const { terminal } = context
  const colours = await terminal.colours(flags)
  const rows = [titles(), ...traces.found.map(rowOf)]
  const lines = wholeTable(rows, terminal, (line, row) => (row === 0 ? colours.bold(line) : line))
  terminal.show(...lines)
  if (flags.quiet === true) return
  if (traces.unread !== undefined) terminal.say(profilesUnread(traces.unread))
  for (const other of traces.others) terminal.say(otherConfiguration(other))
  terminal.say(boundUnknown())
  steps().forEach((step, index) => terminal.say(`${index + 1}. ${step}`))
}

function rowOf({ trace, sight, files, bytes, more }: FoundTrace): readonly string[] {
  const { entry, kinds, sights, size } = words.uninstall
  return [
    kinds[trace.kind],
    files === undefined || bytes === undefined ? sights[sight] : size(files, bytes, more === true),
    'path' in trace ? trace.path : entry(trace.service, trace.account),
  ]
}

function describe({ configuration, others, unread, found }: Traces) {
  return {
    schema: 'tokn.uninstall/v1',
    configuration,
    other_configurations: others,
    profiles_unread: unread ?? null,
    traces: found.map(({ trace, sight, files, bytes, more }) => ({
      kind: trace.kind,
      path: 'path' in trace ? trace.path : null,
      service: 'path' in trace ? null : trace.service,
      account: 'path' in trace ? null : trace.account,
      sight,
      files: files ?? null,
      bytes: bytes ?? null,
      more: more ?? false,
    })),
    steps: words.uninstall.steps(),
  }
}
