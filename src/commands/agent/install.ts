import type { Command } from 'commander'
import { parseDuration } from '../../core/duration.ts'
import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { CommonFlags, Context, StartFolder } from '../context.ts'
import { declare } from '../flags/declare.ts'
import type { FlagName, FlagsOf } from '../flags/table.ts'
import { checkFields, printJson, wantsJson } from '../output/json.ts'
import { isOurs } from './install-mark.ts'
import { disableLine, enableLine, startFilesOf } from './start-files.ts'

const reads = ['dryRun', 'undo', 'lifetime', 'idleExit', 'confirm'] as const satisfies FlagName[]

type InstallFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

/** What became of a file, or would. */
type Change = keyof typeof words.agentInstall.changes

interface Changed {
  readonly path: string
  readonly change: Change
  /** What it says from now on; absent where it is gone. */
  readonly text?: string | undefined
}

export function installCommand(agent: Command, context: Context, run = runInstall): void {
  declare(agent, {
    usage: 'install',
    group: 'change',
    flags: reads,
    text: () => words.agentInstall.help,
    examples: [
      'tokn agent install --dry-run',
      'tokn agent install --lifetime 12h',
      'tokn agent install --undo',
    ],
  }).action((flags: InstallFlags) => run(context, flags))
}

export async function runInstall(context: Context, flags: InstallFlags): Promise<void> {
  await checkFields(flags, 'tokn.agent-install/v1')
  const line = await agentLine(context, flags)
  const folder = await context.startFolder()
  const { starter, path, variables } = folder
  const undo = flags.undo === true
  const changed = changesTo(folder, startFilesOf(starter, { line, variables }), undo).map((one) =>
    flags.dryRun === true ? would(one) : one,
  )
  if (flags.dryRun !== true) apply(folder, changed)
  const next = undo ? disableLine(starter) : enableLine(starter, path)
  const warnings = undo || flags.dryRun === true ? [] : await folder.check(changed.map(pathOf))
  if (wantsJson(flags)) return printJson(context, flags, documentOf(changed, next, warnings))
  show(context, flags, changed, undo)
  if (flags.quiet === true) return
  for (const { path: where, change } of changed) {
    context.terminal.say(words.agentInstall.changes[change](where))
  }
  for (const warning of warnings) context.terminal.say(warning)
  context.terminal.say(words.agentInstall.next(next))
}

/** The command line of the agent: node and the program by their paths, then what was asked for. */
async function agentLine(context: Context, flags: InstallFlags): Promise<readonly string[]> {
  const { lifetime, idleExit, confirm } = flags
  if (lifetime !== undefined) parseDuration(lifetime, '--lifetime')
  if (idleExit !== undefined) parseDuration(idleExit, '--idle-exit')
  return [
    ...(await context.ownLine()),
    'agent',
    'run',
    ...(await chosenFolder(context, flags)),
    ...(lifetime === undefined ? [] : ['--lifetime', lifetime]),
    ...(idleExit === undefined ? [] : ['--idle-exit', idleExit]),
    ...(confirm === true ? ['--confirm'] : []),
  ]
}

/** The folder of the profiles, where that is not the usual one of the user: a service has no shell. */
async function chosenFolder(context: Context, flags: InstallFlags): Promise<readonly string[]> {
  const [used] = await context.configurations(flags)
  const named = used?.from === '--config-dir' || used?.from === 'TOKN_CONFIG_DIR'
  return used !== undefined && named ? ['--config-dir', used.path] : []
}

/** What is to be done to each file. Throws `usage` for one of somebody else, before any is changed. */
function changesTo(
  folder: StartFolder,
  files: ReturnType<typeof startFilesOf>,
  undo: boolean,
): readonly Changed[] {
  return files.map(({ name, text }) => {
    const path = folder.pathOf(name)
    const there = folder.read(name)
    if (there !== undefined && !isOurs(there)) {
      throw new ToknError('usage', words.agentInstall.foreign(path))
    }
    if (undo) return { path, change: there === undefined ? 'absent' : 'removed' }
    return { path, text, change: there === text ? 'unchanged' : 'written' }
  })
}

function would(changed: Changed): Changed {
  const { change } = changed
  if (change === 'written') return { ...changed, change: 'would-write' }
  return change === 'removed' ? { ...changed, change: 'would-remove' } : changed
}

function apply(folder: StartFolder, changed: readonly Changed[]): void {
  for (const { path, text, change } of changed) {
    if (change === 'written' && text !== undefined) folder.write(path, text)
    else if (change === 'removed') folder.remove(path)
  }
}

function pathOf({ path }: Changed): string {
  return path
}

function show(
  context: Context,
  flags: InstallFlags,
  changed: readonly Changed[],
  undo: boolean,
): void {
  if (undo || (flags.quiet === true && flags.dryRun !== true)) return
  const texts = changed.map(
    ({ path, text = '' }) => `${words.agentInstall.fileTitle(path)}\n${text}`,
  )
  for (const text of texts) context.terminal.show(...text.split('\n'))
}

function documentOf(
  changed: readonly Changed[],
  next: string,
  warnings: readonly string[],
): Readonly<Record<string, unknown>> {
  return {
    schema: 'tokn.agent-install/v1',
    files: changed.map(({ path, change, text }) => ({ path, change, text: text ?? null })),
    next,
    warnings,
  }
}
