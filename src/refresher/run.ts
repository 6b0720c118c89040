import { readSync } from 'node:fs'
import { ToknError } from '../core/errors.ts'
import { lookIn } from '../core/profile.ts'
import { serializeRecord } from '../core/record.ts'
import { redact } from '../core/secret.ts'
import { words } from '../messages/words.ts'
import type { Ports } from '../session/ports.ts'
import { refreshNow } from '../session/refresh/protocol.ts'
import { askRenewalEndAgain } from '../session/ask-renewal-end.ts'
import { openSession } from '../session/session.ts'
import { afterwards, tooLate } from './limits.ts'
import { endOfOutcome, readRequest, writeOutcome, type RefresherRequest } from './messages.ts'

/** What is made for a request once it is known, and where its outcome goes. */
export interface Running {
  openPorts(request: RefresherRequest, warn: (text: string) => void): Ports | Promise<Ports>
  /** Writes to standard output. */
  write(text: string): void
}

/** The other side of `refreshInOwnProcess`: runs the refresh and answers. Never throws. */
export async function runRefresh({ openPorts, write }: Running): Promise<void> {
  ignoreSignals()
  const warnings: string[] = []
  let answered = false
  const answer = (result: string | ToknError) => {
    if (!answered) writeIfRead(write, writeOutcome({ warnings, result }) + endOfOutcome)
    answered = true
  }
  try {
    const request = readRequest(readInput())
    if (request === undefined) throw new ToknError('usage', words.refresh.notForUsers())
    limitTo(request.timeout, () => answer(withoutSecrets(tooLate())))
    const ports = await openPorts(request, (text) => warnings.push(redact(text)))
    await refreshAndAnswer(ports, request, answer)
  } catch (error) {
    answer(withoutSecrets(error))
  }
}

/**
 * Runs a refresh and gives `answer` the text of its record. What is only good to know is asked after
 * that: nobody waits for it, and nothing of it makes a refresh that is stored a failed one. Throws
 * what the refresh throws.
 */
export async function refreshAndAnswer(
  ports: Ports,
  request: Pick<RefresherRequest, 'profile' | 'profileId' | 'store' | 'refresh'>,
  answer: (text: string) => void,
): Promise<void> {
  const profile = ports.profiles.get(request.profile)
  if (profile?.id !== request.profileId) {
    throw new ToknError('not_found', words.refresh.profileChanged(request.profile))
  }
  const session = openSession(ports, lookIn(profile, request.store ?? profile.store))
  const { narrow } = request.refresh
  if (narrow !== undefined) {
    const { narrowNow } = await import('../session/refresh/narrow.ts')
    return answer(serializeRecord(await narrowNow(session, narrow)))
  }
  const record = await refreshNow(session, request.refresh)
  answer(serializeRecord(record))
  await askRenewalEndAgain(session, record)
}

/** Makes this process deaf to the signals that end the one which asked. */
function ignoreSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGPIPE'] as const) {
    process.on(signal, () => undefined)
  }
  // Without this listener the signal would open a debugger, to which any local user can connect.
  process.on('SIGUSR1', () => undefined)
}

function readInput(): string {
  const chunks: Buffer[] = []
  for (;;) {
    const chunk = Buffer.alloc(65_536)
    const count = readSync(0, chunk, 0, chunk.length, null)
    if (count === 0) return Buffer.concat(chunks).toString()
    chunks.push(chunk.subarray(0, count))
  }
}

/** Calls `late` after `timeout` milliseconds, and ends this process when it hangs long after that. */
function limitTo(timeout: number, late: () => void): void {
  setTimeout(late, timeout).unref()
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), timeout + afterwards).unref()
}

function writeIfRead(write: (text: string) => void, text: string): void {
  try {
    write(text)
  } catch {
    // Whoever asked is gone. What it asked for is in the store.
  }
}

/** As an error that may be told, whatever it was. */
export function withoutSecrets(error: unknown): ToknError {
  if (error instanceof ToknError) {
    return new ToknError(error.code, redact(error.message), error.details)
  }
  const text =
    error instanceof Error
      ? `${error.name} at ${error.stack?.split('\n')[1]?.trim() ?? '?'}`
      : 'unknown'
  return new ToknError('internal', redact(words.refresh.bug(text)))
}
