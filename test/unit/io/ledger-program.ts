import { openFiles } from '../../../src/io/files/files.ts'
import { openLedger } from '../../../src/io/files/ledger.ts'

void count()

async function count(): Promise<void> {
  const ledger = openLedger({ directory: process.argv[2] ?? '', files: openFiles() })
  for (let i = 0; i < 20; i++) await ledger.add('a', 'refreshes', i)
}
