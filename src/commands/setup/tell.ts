import { words } from '../../messages/words.ts'
import type { Context } from '../context.ts'
import { printJson, wantsJson } from '../output/json.ts'
import type { Change, ClientName, SetupWorld } from './client.ts'
import type { SetupFlags } from './run.ts'

interface Told {
  readonly client: ClientName
  readonly profile: { readonly name: string } | undefined
  readonly changes: readonly Change[]
  /** Origins that the profile has come to answer for, or answers for no more. */
  readonly hosts: readonly string[]
  readonly next: readonly string[]
}

type Word = keyof typeof words.setup.changes

/** Shows what is written, or would be: it is what the command answers. */
export function showChanges(
  { terminal }: Context,
  world: SetupWorld,
  flags: SetupFlags,
  changes: readonly Change[],
): void {
  if (wantsJson(flags)) return
  for (const { path, key, value } of changes) {
    const shown = world.shown(path)
    if (value === null) continue
    if (key !== '') terminal.show(`${shown}: ${key} = ${value}`)
    else terminal.show(`# ${shown}`, ...value.trimEnd().split('\n'))
  }
}

/** Tells what became of it. */
export async function tellSetup(
  context: Context,
  world: SetupWorld,
  flags: SetupFlags,
  { client, profile, changes, hosts, next }: Told,
): Promise<void> {
  const undo = flags.undo === true
  const dryRun = flags.dryRun === true
  if (wantsJson(flags)) {
    return printJson(context, flags, {
      schema: 'tokn.setup/v1',
      client,
      profile: profile?.name ?? null,
      undo,
      dry_run: dryRun,
      hosts,
      changes: changes.map(({ path, key, value, before, outcome }) => ({
        path,
        key: key === '' ? null : key,
        change: wordOf(outcome, dryRun),
        value,
        before,
      })),
      next,
    })
  }
  const { terminal } = context
  if (flags.quiet === true) return
  const { changes: said, keyOf, othersThere, answersFor, wouldAnswerFor, noLongerFor } = words.setup
  if (undo && changes.length === 0) terminal.say(words.setup.nothingToUndo(client))
  for (const { path, key, before, outcome } of changes) {
    terminal.say(said[wordOf(outcome, dryRun)](world.shown(path), keyOf(key)))
    if (outcome === 'written' && before.length > 0) terminal.say(othersThere(key, before))
  }
  if (hosts.length > 0) {
    const answers = dryRun ? wouldAnswerFor : answersFor
    terminal.say(undo ? noLongerFor(hosts) : answers(profile?.name ?? '', hosts))
  }
  for (const line of next) terminal.say(words.setup.next(line))
}

function wordOf(outcome: Change['outcome'], dryRun: boolean): Word {
  if (dryRun && outcome === 'written') return 'would-write'
  return dryRun && outcome === 'removed' ? 'would-remove' : outcome
}
