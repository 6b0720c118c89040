import type { Index, Journal, JournalSlot, Ledger, Lock } from './core/ports.ts'
import type { Ports } from './session/ports.ts'

/** The same ports, but nothing is written anywhere: for a token that lives as long as the command. */
export function ephemeralPorts(ports: Ports): Ports {
  return {
    ...ports,
    index: noIndex,
    lock: async () => noLock,
    ledger: async () => noLedger,
    journal: async () => noJournal,
    marks: async () => noJournal,
    refreshPending: async () => false,
    fingerprint: async (secret) => {
      const [{ fingerprint }, { randomBytes }] = await Promise.all([
        import('./io/fingerprint.ts'),
        import('node:crypto'),
      ])
      return fingerprint(secret, randomBytes(32))
    },
  }
}

const nothing = (): undefined => undefined
const noIndex: Index = { get: nothing, put: nothing, remove: nothing, list: () => [] }
const noLedger: Ledger = {
  read: () => ({ logins: [], refreshes: [] }),
  add: nothing,
  reset: nothing,
}
const noLock: Lock = async () => ({
  fence: 1,
  stillHeld: () => true,
  release: async () => undefined,
})
const noSlot: JournalSlot = { intend: nothing, answer: nothing, record: nothing, remove: nothing }
const noJournal: Journal = {
  reserve: () => noSlot,
  resume: () => noSlot,
  read: nothing,
  remove: nothing,
  list: () => [],
}
