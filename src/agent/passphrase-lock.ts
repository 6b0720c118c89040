import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../core/secret.ts'

/** What came of an attempt to open it. */
export type Attempt =
  | { readonly opened: true }
  /** Wrong, or none given where there is one; the next is looked at after `wait` milliseconds. */
  | { readonly opened: false; readonly why: 'wrong' | 'missing' | 'early'; readonly wait: number }

export interface PassphraseLock {
  /** Whether a passphrase opens it. */
  readonly guarded: boolean
  /** From now on only this passphrase opens it; kept as what scrypt makes of it. */
  guard(passphrase: Secret): Promise<void>
  open(passphrase: Secret | undefined): Promise<Attempt>
}

export interface PassphraseLockOptions {
  /** Milliseconds of a clock that nobody can set. */
  readonly elapsed: () => number
  /** N of scrypt (RFC 7914). Default 2^15: a tenth of a second and 32 MiB. */
  readonly cost?: number | undefined
}

const longestWait = 10_000
const firstWait = 250

interface Guard {
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

/**
 * A lock that a passphrase opens. Each wrong one doubles the time in which no other is looked at, up
 * to ten seconds, whoever gives it and by whichever connection; the right one ends that.
 */
export function createPassphraseLock({ elapsed, cost }: PassphraseLockOptions): PassphraseLock {
  let kept: Promise<Guard> | undefined
  let wrong = 0
  let notBefore = 0
  let busy = false
  const stretch = (passphrase: Secret, salt: Uint8Array) =>
    hashPassphrase(passphrase, salt, cost ?? 32_768)
  return {
    get guarded() {
      return kept !== undefined
    },
    guard: async (passphrase) => {
      // At once: what comes while it is stretched is to find it guarded.
      kept = guardOf(passphrase)
      wrong = 0
      notBefore = 0
      await kept
    },
    open: async (passphrase) => {
      if (kept === undefined) return { opened: true }
      if (passphrase === undefined) return refuse('missing')
      // One at a time: several at once would be several tries for one delay.
      if (busy || elapsed() < notBefore) return refuse('early')
      busy = true
      try {
        const { salt, hash } = await kept
        if (!timingSafeEqual(await stretch(passphrase, salt), hash)) {
          notBefore = elapsed() + Math.min(longestWait, firstWait * 2 ** Math.min(wrong++, 16))
          return refuse('wrong')
        }
      } finally {
        busy = false
      }
      kept = undefined
      wrong = 0
      return { opened: true }
    },
  }

  async function guardOf(passphrase: Secret): Promise<Guard> {
    const salt = randomBytes(16)
    return { salt, hash: await stretch(passphrase, salt) }
  }

  function refuse(why: 'wrong' | 'missing' | 'early'): Attempt {
    return { opened: false, why, wait: Math.max(busy ? firstWait : 0, notBefore - elapsed(), 0) }
  }
}

async function hashPassphrase(
  passphrase: Secret,
  salt: Uint8Array,
  cost: number,
): Promise<Uint8Array> {
  // One text, whichever way the keyboard composed its characters.
  const text = passphrase.reveal().normalize('NFC')
  const options = { N: cost, r: 8, p: 1, maxmem: 256 * cost * 8 }
  return await new Promise((resolve, reject) => {
    scrypt(text, salt, 32, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
