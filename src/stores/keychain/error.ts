import { isToknError, ToknError } from '../../core/errors.ts'
import { quoteForeign } from '../../core/secret.ts'

/** What keytar's backends say, and what that means. */
const meanings: ReadonlyArray<readonly [pattern: RegExp, message: string, hint: string]> = [
  [
    /locked|prompt|dismissed|user interaction is not allowed|cancel/i,
    'the keychain is locked',
    'unlock it and run the command again, or use --store file',
  ],
  [
    /autolaunch|could not connect|failed to connect|connection refused|no such file|ServiceUnknown|name org\.freedesktop\.secrets was not provided|name is not activatable/i,
    'there is no secret service in this session',
    'start gnome-keyring, or use --store file',
  ],
  [
    /object does not exist|no such (object|secret collection)|collection\/login/i,
    'the secret service has no keyring to store in',
    'log in to the desktop once so that it makes one, or use --store file',
  ],
  [
    /stub received bad data/i,
    'the Windows Credential Manager refused the entry as too large',
    'use --store file',
  ],
]

/** The one translation of keytar's errors. */
export function translateKeychainError(error: unknown): ToknError {
  if (isToknError(error)) return error
  const text = error instanceof Error ? error.message : String(error)
  const meaning = meanings.find(([pattern]) => pattern.test(text))
  if (meaning !== undefined) {
    return new ToknError('store', meaning[1], { hint: meaning[2], cause: error })
  }
  return new ToknError('store', `the keychain failed: ${quoteForeign(text, 120)}`, {
    hint: 'tokn doctor, or use --store file',
    cause: error,
  })
}

/**
 * Whether the secret service went away under a connection that was good. libsecret never recovers
 * from that within the same process.
 */
export function isConnectionLost(error: unknown): boolean {
  const text = error instanceof Error ? error.message : ''
  return /connection is closed|name :\d|recipient disconnected|NoReply/i.test(text)
}
