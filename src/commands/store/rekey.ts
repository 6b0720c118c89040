import type { Command } from 'commander'
import { ToknError } from '../../core/errors.ts'
import type { Rekeyed, StoreKeyring } from '../../core/store-keys.ts'
import { words } from '../../messages/words.ts'
import type { CommonFlags, Context } from '../context.ts'
import { declare } from '../flags/declare.ts'
import type { FlagName, FlagsOf } from '../flags/table.ts'
import { sayWould } from '../output/dry-run.ts'

const reads = [
  ...(['finish', 'cancel', 'yes', 'dryRun'] as const),
  ...(['store', 'timeout', 'ca', 'noInput'] as const),
] satisfies FlagName[]

type RekeyFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function rekeyCommand(store: Command, context: Context, run = runRekey): void {
  declare(store, {
    usage: 'rekey',
    group: 'change',
    flags: reads,
    among: { store: 'sharedStores' },
    answers: false,
    text: () => words.storeKeys.rekeyHelp,
    examples: [
      'tokn store rekey --dry-run',
      'TOKN_STORE_NEW_KEY_FILE=new.key tokn store rekey',
      'TOKN_STORE_KEY_FILE=new.key tokn store rekey --finish',
    ],
  }).action((flags: RekeyFlags) => run(context, flags))
}

export async function runRekey(context: Context, flags: RekeyFlags): Promise<void> {
  if (flags.finish === true && flags.cancel === true) {
    throw new ToknError('usage', words.storeKeys.finishOrCancel())
  }
  const keys = await context.storeKeys(flags)
  try {
    const ends = flags.finish === true || flags.cancel === true
    await (ends ? end(context, flags, keys) : begin(context, flags, keys))
  } finally {
    await keys.close()
  }
}

async function begin(context: Context, flags: RekeyFlags, keys: StoreKeyring): Promise<void> {
  const { terminal } = context
  const texts = words.storeKeys
  const seen = await keys.look()
  const goesOn = seen.inUse.length > 1
  const given = keys.newKey()
  if (flags.dryRun === true) {
    const to = given === undefined ? undefined : keys.nameKey(given)
    const would = goesOn
      ? texts.wouldGoOn(seen.inUse, seen.toShare)
      : texts.wouldBegin(seen.own, to, seen.rows)
    return sayWould(context, flags, [{ subject: keys.where, would }])
  }
  const next = given ?? (goesOn ? undefined : keys.makeKey())
  if (!goesOn) {
    const to = next === undefined ? '' : keys.nameKey(next)
    await agree(context, flags, texts.askToBegin(keys.where, seen.own, to, seen.rows))
  }
  if (next !== undefined && given === undefined) {
    // Before anything is sealed for it: whoever does not get it has lost nothing.
    await terminal.mask(next.reveal())
    terminal.out(`${next.reveal()}\n`)
    if (flags.quiet !== true) terminal.say(texts.newKeyShown(keys.nameKey(next)))
  }
  const done = await keys.begin(next)
  tell(context, flags, done, texts.begun(done))
}

async function end(context: Context, flags: RekeyFlags, keys: StoreKeyring): Promise<void> {
  const texts = words.storeKeys
  const seen = await keys.look()
  const gone = seen.inUse.find((kid) => kid !== seen.own)
  if (flags.dryRun === true) {
    const would =
      gone === undefined ? texts.wouldEndNothing() : texts.wouldEnd(seen.own, gone, seen.toKeep)
    return sayWould(context, flags, [{ subject: keys.where, would }])
  }
  if (gone !== undefined) {
    await agree(context, flags, texts.askToEnd(keys.where, gone, seen.own))
  }
  const done = await keys.end(flags.cancel === true)
  tell(context, flags, done, gone === undefined ? texts.nothingToEnd(seen.own) : texts.ended(done))
}

async function agree(context: Context, flags: RekeyFlags, question: string): Promise<void> {
  const agreed = await context.confirm(flags, question)
  if (agreed === false) throw new ToknError('interrupted', words.storeKeys.notAgreed())
}

function tell(
  { terminal }: Context,
  flags: RekeyFlags,
  { unreadable }: Rekeyed,
  text: string,
): void {
  if (flags.quiet === true) return
  terminal.say(text)
  if (unreadable.length > 0) terminal.say(words.storeKeys.leftUnreadable(unreadable))
}
