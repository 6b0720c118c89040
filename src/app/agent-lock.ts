import type { Unlocking, UnlockRequest } from '../core/agent.ts'
import { exitStatus, ToknError, type ErrorCode, type ErrorDetails } from '../core/errors.ts'
import { isObject } from '../core/json.ts'
import type { Secret } from '../core/secret.ts'
import type { Reply } from '../io/agent/reply.ts'
import { systemClock } from '../io/process/clock.ts'
import { elapsed } from '../io/files/elapsed.ts'
import { words } from '../messages/words.ts'

type Headers = Readonly<Record<string, string>>

/** Longest passphrase, in bytes: it travels in a header. */
const longest = 4_096

/** Whether a passphrase unlocks it now; `undefined` where there is no agent. Throws `store`. */
export async function lockAgent(
  send: (headers: Headers) => Promise<Reply | undefined>,
  passphrase: Secret | undefined,
): Promise<boolean | undefined> {
  const reply = await send(headersOf({ 'X-Tokn-Passphrase': passphrase }))
  if (reply === undefined) return undefined
  if (reply.status === 409) {
    const guarded = read(reply)['passphrase'] === true
    throw new ToknError('store', words.agentLock.lockedAlready(guarded))
  }
  return read(reply)['passphrase'] === true
}

/** Waits, within `timeout` milliseconds, where the agent looks at no passphrase for a while. */
export async function unlockAgent(
  send: (headers: Headers) => Promise<Reply>,
  { passphrase, storeKey, storePassphrase }: UnlockRequest,
  timeout: number,
): Promise<Unlocking> {
  const headers = headersOf({
    'X-Tokn-Passphrase': passphrase,
    'X-Tokn-Store-Key': storeKey,
    'X-Tokn-Store-Passphrase': storePassphrase,
  })
  const end = elapsed() + timeout
  for (;;) {
    const reply = await send(headers)
    if (reply.status === 200) return {}
    const outcome = readRefusal(reply)
    const wait = (outcome.wait ?? 0) + 10
    if (outcome.why !== 'early' || elapsed() + wait > end) return outcome
    await systemClock.wait(wait)
  }
}

function headersOf(secrets: Readonly<Record<string, Secret | undefined>>): Headers {
  return Object.fromEntries(
    Object.entries(secrets).flatMap(([name, secret]) => {
      if (secret === undefined) return []
      const bytes = Buffer.from(secret.reveal())
      if (bytes.length > longest) throw new ToknError('usage', words.agentLock.tooLong(longest))
      return [[name, bytes.toString('base64url')]]
    }),
  )
}

function readRefusal(reply: Reply): Unlocking {
  const { why, wait, error } = read(reply)
  if (isObject(error)) return { why: 'store', error: readError(error) }
  if (why !== 'wrong' && why !== 'missing' && why !== 'early') throw notUnderstood()
  return { why, wait: typeof wait === 'number' ? wait : 0 }
}

function readError({ code, message, details }: Readonly<Record<string, unknown>>): ToknError {
  const known = typeof code === 'string' && Object.hasOwn(exitStatus, code)
  if (!known || typeof message !== 'string' || !isObject(details)) return notUnderstood()
  return new ToknError(code as ErrorCode, message, details as ErrorDetails)
}

function read({ status, body }: Reply): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body)
    if (isObject(value)) return value
  } catch {
    // It is said below.
  }
  throw notUnderstood(status)
}

function notUnderstood(status?: number): ToknError {
  return new ToknError('store', words.agentLock.notUnderstood(status))
}
