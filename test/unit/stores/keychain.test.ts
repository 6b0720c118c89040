import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import { isCallBlocked } from '../../../src/stores/keychain/blocked-calls.ts'
import { isConnectionLost, translateKeychainError } from '../../../src/stores/keychain/error.ts'
import { openKeychain } from '../../../src/stores/keychain.ts'
import type { Keytar } from '../../../src/stores/keychain/keytar.ts'

/** The least that a keychain does, with some of it done otherwise. */
function keytarWith(changes: Partial<Keytar>): () => Keytar {
  const entries = new Map<string, string>()
  return () => ({
    getPassword: async (_service, account) => entries.get(account) ?? null,
    setPassword: async (_service, account, value) => void entries.set(account, value),
    deletePassword: async (_service, account) => entries.delete(account),
    ...changes,
  })
}

function defer<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  const resolvers: Array<(value: Value) => void> = []
  const promise = new Promise<Value>((resolve) => resolvers.push(resolve))
  return { promise, resolve: (value) => resolvers[0]?.(value) }
}

describe('translateKeychainError', () => {
  it.each([
    ['Cannot create an item in a locked collection', 'the keychain is locked'],
    ['Prompt was dismissed', 'the keychain is locked'],
    ['User interaction is not allowed.', 'the keychain is locked'],
    ['Cannot autolaunch D-Bus without X11 $DISPLAY', 'there is no secret service in this session'],
    ['Could not connect: No such file or directory', 'there is no secret service in this session'],
    ['Could not connect: Connection refused', 'there is no secret service in this session'],
    [
      'The name org.freedesktop.secrets was not provided by any .service files',
      'there is no secret service in this session',
    ],
    [
      'Object does not exist at path “/org/freedesktop/secrets/collection/login”',
      'the secret service has no keyring to store in',
    ],
    [
      'The stub received bad data.',
      'the Windows Credential Manager refused the entry as too large',
    ],
    ['Something \u001b[31mnew', 'the keychain failed: Something \\x1b[31mnew'],
  ])('%s', (text, message) => {
    const error = translateKeychainError(new Error(text))
    expect(error).toMatchObject({ code: 'store', message })
    expect(error.hint).toContain('--store file')
  })

  it('leaves our own errors alone', () => {
    const own = new ToknError('store', 'x')
    expect(translateKeychainError(own)).toBe(own)
  })
})

describe('isConnectionLost', () => {
  it.each([
    ['The connection is closed', true],
    ['The name :1.0 was not provided by any .service files', true],
    ['Message recipient disconnected from message bus without replying', true],
    ['The name org.freedesktop.secrets was not provided by any .service files', false],
    ['Cannot create an item in a locked collection', false],
  ])('%s: %s', (text, lost) => {
    expect(isConnectionLost(new Error(text))).toBe(lost)
  })
})

describe('the keychain store', () => {
  it('ends a call at its limit, and knows that the call goes on', async () => {
    const { promise, resolve } = defer<string>()
    const getPassword = async (): Promise<string> => await promise
    const store = openKeychain({ limit: 20, keytar: keytarWith({ getPassword }) })
    await expect(store.read('a')).rejects.toMatchObject({
      code: 'store',
      message: 'the keychain did not answer within 0.02 s',
    })
    expect(isCallBlocked()).toBe(true)
    resolve('late')
    await new Promise((resolve) => setImmediate(resolve))
    expect(isCallBlocked()).toBe(false)
  })

  it.each([
    ['not base64', '{"access":"x"}'],
    ['not canonical', 'AB'],
    ['not UTF-8', Buffer.from([0xff, 0xfe]).toString('base64url')],
    ['too long', 'A'.repeat(90_000)],
    ['naming parts that are not there', `parts:a:3:${'0'.repeat(64)}`],
  ])('refuses an entry that is %s, and lets it be replaced', async (_name, value) => {
    const keytar = keytarWith({})()
    await keytar.setPassword('tokn/v1', 'a', value)
    const store = openKeychain({ keytar: () => keytar })
    await expect(store.read('a')).rejects.toMatchObject({ code: 'store', exit: 8 })
    await store.write('a', 1, 'new')
    expect(await store.read('a')).toBe('new')
  })

  it('notices that a keychain did not keep what was stored, and puts back what was there', async () => {
    const keytar = keytarWith({})()
    const store = openKeychain({ keytar: () => keytar })
    await store.write('a', 1, 'old')
    const good = Buffer.from('old').toString('base64url')
    const spoiling: Keytar = {
      ...keytar,
      setPassword: async (service, account, value) =>
        await keytar.setPassword(service, account, value === good ? value : value.slice(0, 4)),
    }
    const spoilt = openKeychain({ keytar: () => spoiling })
    await expect(spoilt.write('a', 2, 'a new session')).rejects.toThrow(/did not keep/)
    expect(await store.read('a')).toBe('old')
  })

  it('leaves a newer session alone that came between writing and reading back', async () => {
    const keytar = keytarWith({})()
    const newer = Buffer.from('{"generation":9}').toString('base64url')
    const overtaking: Keytar = {
      ...keytar,
      setPassword: async (service, account) => await keytar.setPassword(service, account, newer),
    }
    const store = openKeychain({ keytar: () => overtaking })
    await expect(store.write('a', 3, '{"generation":3}')).rejects.toMatchObject({
      details: { fault: 'superseded' },
    })
    expect(await store.read('a')).toBe('{"generation":9}')
  })

  it('does not replace a sealing key that a locked keychain hid', async () => {
    let locked = true
    const keytar = keytarWith({})()
    const kept = Buffer.alloc(32, 5).toString('base64url')
    await keytar.setPassword('tokn/v1', 'sealing-key', kept)
    const unlocking: Keytar = {
      ...keytar,
      getPassword: async (service, account) =>
        locked ? null : await keytar.getPassword(service, account),
      setPassword: async (service, account, value) => {
        locked = false
        await keytar.setPassword(service, account, value)
      },
    }
    const key = await openKeychain({ keytar: () => unlocking }).sealingKey()
    expect(Buffer.from(key).toString('base64url')).toBe(kept)
  })

  it('makes one sealing key, under the lock, when two need it at once', async () => {
    const keytar = keytarWith({})()
    let last: Promise<void> = Promise.resolve()
    const lock = async () => async (entry: string) => {
      expect(entry).toBe('keychain:sealing-key')
      const before = last
      const { promise, resolve } = defer<void>()
      last = promise
      await before
      return { fence: 1, stillHeld: async () => true, release: async () => resolve() }
    }
    const keys = await Promise.all(
      [1, 2, 3].map(async () => await openKeychain({ keytar: () => keytar, lock }).sealingKey()),
    )
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1)
  })
})
