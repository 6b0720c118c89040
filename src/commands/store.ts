import type { Command } from 'commander'
import type { Context } from './context.ts'
import { lineOf } from './flags/declare.ts'
import { listCommand, listStores } from './store/list.ts'
import { migrate, migrateCommand, pull, pullCommand, push, pushCommand } from './store/move.ts'
import { verify, verifyCommand } from './store/verify.ts'
import { readerKeyCommand, runReaderKey } from './store/reader-key.ts'
import { rekeyCommand, runRekey } from './store/rekey.ts'

const runs = {
  list: listStores,
  push,
  pull,
  migrate,
  verify,
  rekey: runRekey,
  readerKey: runReaderKey,
}

export function storeCommand(program: Command, context: Context, run = runs): void {
  const store = lineOf(program, 'store')
  listCommand(store, context, run.list)
  verifyCommand(store, context, run.verify)
  pushCommand(store, context, run.push)
  pullCommand(store, context, run.pull)
  migrateCommand(store, context, run.migrate)
  rekeyCommand(store, context, run.rekey)
  readerKeyCommand(store, context, run.readerKey)
}
