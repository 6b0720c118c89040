import { createHmac, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Files } from '../../core/ports.ts'
import type { Secret } from '../../core/secret.ts'
import { namesIn } from './paths.ts'

/** First 32 bits of HMAC-SHA256, as hex. */
export function fingerprint(secret: Secret, key: Uint8Array): string {
  return fingerprintOfText(secret.reveal(), key)
}

/** As `fingerprint`, of what may be no secret: what was once made one is hidden wherever it is shown. */
export function fingerprintOfText(text: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(text).digest('hex').slice(0, 8)
}

/** One that is like no other, of the same secret either: its key is forgotten. */
export function fingerprintOnce(secret: Secret): string {
  return fingerprint(secret, randomBytes(32))
}

/**
 * The key of this installation, made when it is first needed. It is not a secret of a provider. Where
 * nothing is to be kept, it is one for now alone, unless there is one.
 */
export function readFingerprintKey(
  files: Files,
  directory: string,
  keepsNothing: () => boolean,
): Uint8Array {
  const path = join(directory, namesIn.state.fingerprintKey)
  const known = files.read(path, 1_024)
  if (known?.length === 32) return known
  const key = randomBytes(32)
  if (keepsNothing()) return key
  files.ensureDirectory(directory)
  files.write(path, key)
  return key
}
