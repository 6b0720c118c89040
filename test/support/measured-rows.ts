// What the benchmark of many rows takes of the tests (`.config/bench/many-rows.mjs`). Nothing here is a test.

export { startEngine } from './engines.ts'
export { startProxy } from './engine-proxy.ts'
export { copyId, copyRows } from './many-rows.ts'
export { openEngineOf } from './open-engine.ts'
export { probe } from './probes.ts'
export { startStrictServer } from '../heavy/support/fleet/strict-server.ts'
