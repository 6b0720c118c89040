import { openFiles } from '../../../src/io/files/files.ts'
import { openLedger } from '../../../src/io/files/ledger.ts'

const ledger = openLedger({ directory: process.argv[2] ?? '', files: openFiles() })
for (let i = 0; i < 20; i++) ledger.add('a', 'refreshes', i)
