import type { Command } from 'commander'
import type { Context } from './context.ts'
import { lineOf } from './flags/declare.ts'
import { readerKeyCommand, runReaderKey } from './store/reader-key.ts'
import { rekeyCommand, runRekey } from './store/rekey.ts'

const runs = { rekey: runRekey, readerKey: runReaderKey }

export function storeCommand(program: Command, context: Context, run = runs): void {
  const store = lineOf(program, 'store')
  rekeyCommand(store, context, run.rekey)
  readerKeyCommand(store, context, run.readerKey)
}
