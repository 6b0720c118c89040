import type { Secret } from '../core/secret.ts'
import type { Attempt, PassphraseLock } from './passphrase-lock.ts'

/** Whether an agent gives anything out. */
export interface Locking {
  readonly locked: boolean
  /** Whether only a passphrase opens it. */
  readonly guarded: boolean
  /**
   * Locks it, with the passphrase that opens it again where one is given, and has everything dropped
   * that is secret. `false` where it is locked already and that would change what opens it.
   */
  lock(passphrase?: Secret): Promise<boolean>
  unlock(passphrase?: Secret): Promise<Attempt>
}

export interface LockingOptions {
  readonly passphrase: PassphraseLock
  /** Drops every secret that the agent holds. */
  drop(): void
  /** Told after each change. */
  changed?(locked: boolean): void
}

export function createLocking({ passphrase, drop, changed }: LockingOptions): Locking {
  let locked = false
  return {
    get locked() {
      return locked
    },
    get guarded() {
      return passphrase.guarded
    },
    lock: async (given) => {
      if (locked && given !== undefined) return false
      const before = locked
      // First: nothing may be given out while the passphrase is stretched.
      locked = true
      drop()
      if (given !== undefined) await passphrase.guard(given)
      if (!before) changed?.(true)
      return true
    },
    unlock: async (given) => {
      if (!locked) return { opened: true }
      const attempt = await passphrase.open(given)
      if (attempt.opened) {
        locked = false
        changed?.(false)
      }
      return attempt
    },
  }
}
