import { createHttp } from '../../src/io/http/http.ts'
import { openEtcd } from '../../src/stores/etcd/engine.ts'
import { requirePart } from '../support/parts.ts'
import { serverCase } from './engine-cases.ts'
import { checkContract } from './engine-contract.ts'
import { checkFaults } from './engine-faults.ts'
import { checkLeases } from './engine-leases.ts'
import { checkPages } from './engine-pages.ts'

const http = createHttp({ environment: {} })

if (requirePart('etcd')) {
  // Its leases are of whole seconds, two at least, and so is its clock.
  const grains = { shortestLease: 2_000, clockGrain: 1_500 }
  const open = (options: Parameters<typeof openEtcd>[0]) =>
    openEtcd({ ...options, http: async () => http })
  checkContract(serverCase('etcd', open, grains))
  checkFaults(serverCase('etcd', open, grains))
  checkLeases(serverCase('etcd', open, grains))
  checkPages(serverCase('etcd', open, grains))
}
