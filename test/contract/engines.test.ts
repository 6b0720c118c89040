import { memoryCase } from './engine-cases.ts'
import { checkContract } from './engine-contract.ts'
import { checkLeases } from './engine-leases.ts'
import { checkPages } from './engine-pages.ts'

// Those of real servers are in engines-*.long.test.ts.
checkContract(memoryCase())
checkLeases(memoryCase())
checkPages(memoryCase())
