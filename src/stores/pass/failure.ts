import { ToknError, type Said } from '../../core/errors.ts'
import type { Printed } from '../../core/process.ts'
import { quoteForeign } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import { damaged } from '../entry.ts'

/**
 * Whether an entry was decrypted completely and unchanged: `pass` itself ends well for half a file.
 */
export function isDecrypted({ err }: Printed): boolean {
  return hasStatus(err, 'DECRYPTION_OKAY')
}

/**
 * Why a call of `pass` failed, by the status lines of gpg (doc/DETAILS of GnuPG) and by its words.
 */
export function explainFailure({ status, err }: Printed): ToknError {
  if (hasStatus(err, 'DECRYPTION_FAILED')) {
    // gpg says "No secret key" of a locked key too; but it only considers a key that it has.
    const has = hasStatus(err, 'KEY_CONSIDERED') && !hasStatus(err, 'NO_SECKEY')
    return say(has ? words.stores.passLocked() : words.stores.passNoSecretKey())
  }
  if (hasStatus(err, 'NODATA') || hasStatus(err, 'BADMDC')) return damaged()
  if (/\bpass init\b|\binit your-gpg-id\b/.test(err)) return say(words.stores.passNotInitialised())
  if (status === 127 || /gpg2?: command not found/.test(err)) {
    return say(words.stores.gpgNotInstalled())
  }
  const reason = quoteForeign(lastLine(err) ?? `status ${status}`, 120)
  if (hasStatus(err, 'INV_RECP')) return say(words.stores.passCannotEncrypt(reason))
  return say(words.stores.passFailed(reason))
}

function say(said: Said): ToknError {
  return new ToknError('store', said)
}

/** Whether gpg wrote a line of this kind to its `--status-fd`. */
function hasStatus(err: string, keyword: string): boolean {
  return new RegExp(`^\\[GNUPG:\\] ${keyword}\\b`, 'm').test(err)
}

/** The last line for people that says more than that `pass` gave up. */
function lastLine(err: string): string | undefined {
  return err
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '' && !/^\[GNUPG:\]|^Password encryption aborted/.test(line))
}
