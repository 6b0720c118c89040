import { isConnectionLost, translateKeychainError } from './error.ts'
import { loadKeytar, type Keytar } from './keytar.ts'
import { NoAnswer, noAnswer, withinLimit } from './limit.ts'
import type { Operation } from './child.ts'

/** Texts by account, as the keychain holds them. Every call ends in time; throws `store`. */
export interface Entries {
  get(account: string): Promise<string | undefined>
  set(account: string, value: string): Promise<void>
  delete(account: string): Promise<boolean>
}

export interface EntriesOptions {
  readonly service: string
  /** Milliseconds for one call. */
  readonly limit: number
  readonly keytar?: (() => Keytar) | undefined
  /** Every call runs in a process of its own: one that lives on must not hang, or hold a connection. */
  readonly apart?: boolean | undefined
}

/**
 * Calls keytar in this process, which is fastest. Once its connection is lost, which it cannot
 * restore, every later call runs in a process of its own.
 */
export function openEntries(options: EntriesOptions): Entries {
  const { service, limit, keytar = loadKeytar } = options
  let lost = options.apart === true
  return {
    async get(account) {
      const value = await call('getPassword', account)
      return typeof value === 'string' ? value : undefined
    },
    async set(account, value) {
      await call('setPassword', account, value)
    },
    async delete(account) {
      return (await call('deletePassword', account)) === true
    },
  }

  async function call(operation: Operation, ...values: readonly string[]): Promise<unknown> {
    try {
      return await callOnce(operation, [service, ...values])
    } catch (error) {
      if (error instanceof NoAnswer) throw noAnswer(limit)
      throw translateKeychainError(error)
    }
  }

  async function callOnce(operation: Operation, values: readonly string[]): Promise<unknown> {
    if (!lost) {
      try {
        return await withinLimit(callHere(operation, values), limit)
      } catch (error) {
        lost = error instanceof NoAnswer || isConnectionLost(error)
        if (!isConnectionLost(error)) throw error
      }
    }
    const { callInChild } = await import('./child.ts')
    return await callInChild(operation, values, limit)
  }

  async function callHere(operation: Operation, values: readonly string[]): Promise<unknown> {
    const [where = '', account = '', value = ''] = values
    const module = keytar()
    if (operation === 'getPassword') return await module.getPassword(where, account)
    if (operation === 'setPassword') return await module.setPassword(where, account, value)
    return await module.deletePassword(where, account)
  }
}
