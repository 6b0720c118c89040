import type { Command } from 'commander'
import { words } from '../../messages/words.ts'
import type { CommonFlags, Context } from '../context.ts'
import { declare } from '../flags/declare.ts'
import type { FlagName, FlagsOf } from '../flags/table.ts'

const reads = ['store', 'timeout', 'ca'] as const satisfies FlagName[]

type ReaderKeyFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function readerKeyCommand(store: Command, context: Context, run = runReaderKey): void {
  declare(store, {
    usage: 'reader-key',
    group: 'look',
    flags: reads,
    among: { store: 'sharedStores' },
    answers: false,
    text: () => words.storeKeys.readerKeyHelp,
    examples: ['tokn store reader-key', 'tokn store reader-key > reader.key'],
  }).action((flags: ReaderKeyFlags) => run(context, flags))
}

export async function runReaderKey(context: Context, flags: ReaderKeyFlags): Promise<void> {
  const { terminal } = context
  const keys = await context.storeKeys(flags)
  try {
    const { key, kid, leaving } = await keys.readerKey()
    await terminal.mask(key.reveal())
    terminal.out(`${key.reveal()}\n`)
    if (flags.quiet === true) return
    if (leaving) terminal.say(words.storeKeys.readerOfOldKey(kid))
    if (terminal.outIsTerminal) terminal.say(words.storeKeys.readerKeyOnScreen())
  } finally {
    await keys.close()
  }
}
