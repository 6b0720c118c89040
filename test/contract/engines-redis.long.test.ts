import { describe } from 'vitest'
import { openRedis } from '../../src/stores/redis/engine.ts'
import { requirePart } from '../support/parts.ts'
import { serverCase } from './engine-cases.ts'
import { checkContract } from './engine-contract.ts'
import { checkFaults } from './engine-faults.ts'
import { checkLeases } from './engine-leases.ts'
import { checkPages } from './engine-pages.ts'

describe.skipIf(!requirePart('redis'))('a real server', () => {
  checkContract(serverCase('redis', openRedis))
  checkFaults(serverCase('redis', openRedis))
  checkLeases(serverCase('redis', openRedis))
  checkPages(serverCase('redis', openRedis))
})
