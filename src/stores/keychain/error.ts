import { isToknError, ToknError, type Said } from '../../core/errors.ts'
import { quoteForeign } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'

/** What keytar's backends say, and what that means. */
const meanings: ReadonlyArray<readonly [pattern: RegExp, said: () => Said]> = [
  [
    /locked|prompt|dismissed|user interaction is not allowed|cancel/i,
    () => words.stores.keychainLocked(),
  ],
  [
    /autolaunch|could not connect|failed to connect|connection refused|no such file|ServiceUnknown|name org\.freedesktop\.secrets was not provided|name is not activatable/i,
    () => words.stores.noSecretService(),
  ],
  [
    /object does not exist|no such (object|secret collection)|collection\/login/i,
    () => words.stores.noKeyring(),
  ],
  [/stub received bad data/i, () => words.stores.tooLargeForWindows()],
]

/** The only place where keytar's errors are translated. */
export function translateKeychainError(error: unknown): ToknError {
  if (isToknError(error)) return error
  const text = error instanceof Error ? error.message : String(error)
  const meaning = meanings.find(([pattern]) => pattern.test(text))
  const said = meaning?.[1]() ?? words.stores.keychainFailed(quoteForeign(text, 120))
  return new ToknError('store', said, { cause: error })
}

/**
 * Whether the secret service ended while we were connected to it. libsecret never recovers
 * from that within the same process.
 */
export function isConnectionLost(error: unknown): boolean {
  const text = error instanceof Error ? error.message : ''
  return /connection is closed|name :\d|recipient disconnected|NoReply/i.test(text)
}
