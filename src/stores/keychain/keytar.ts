import { createRequire } from 'node:module'
import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'

/**
 * The part of keytar that is used. Never `findCredentials`: on a locked keyring it crashes the
 * process.
 */
export interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>
  setPassword(service: string, account: string, password: string): Promise<void>
  deletePassword(service: string, account: string): Promise<boolean>
}

// Not `import`: starting the loader of ES modules costs a quarter of Node's start.
const load = createRequire(import.meta.url)

/** Loads the native module. Throws `store` where that is not possible. */
export function loadKeytar(): Keytar {
  try {
    return load('keytar') as Keytar
  } catch (error) {
    throw explainMissing(error)
  }
}

/** Where the module is, for another process to load. */
export function locateKeytar(): string {
  try {
    return load.resolve('keytar')
  } catch (error) {
    throw explainMissing(error)
  }
}

/** Why the native module cannot be loaded, here or in another process. */
export function explainMissing(cause: unknown): ToknError {
  if (!isInstalled()) {
    return new ToknError('store', words.stores.keytarNotInstalled(), { cause })
  }
  if (reasonOf().includes('libsecret')) {
    return new ToknError('store', words.stores.noLibsecret(), { cause })
  }
  return new ToknError('store', words.stores.keytarBroken(), { cause })
}

function isInstalled(): boolean {
  try {
    return load.resolve('keytar') !== ''
  } catch {
    return false
  }
}

/** keytar itself hides why the binary would not load. */
function reasonOf(): string {
  try {
    load(`keytar/prebuilds/${process.platform}-${process.arch}/keytar.node`)
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
}
