import { describe } from 'vitest'
import { openPostgres } from '../../src/stores/postgres/engine.ts'
import { requirePart } from '../support/parts.ts'
import { serverCase } from './engine-cases.ts'
import { checkContract } from './engine-contract.ts'
import { checkFaults } from './engine-faults.ts'
import { checkLeases } from './engine-leases.ts'
import { checkPages } from './engine-pages.ts'

describe.skipIf(!requirePart('postgres'))('PostgreSQL', () => {
  checkContract(serverCase('postgres', openPostgres))
  checkFaults(serverCase('postgres', openPostgres))
  checkLeases(serverCase('postgres', openPostgres))
  checkPages(serverCase('postgres', openPostgres))
})
