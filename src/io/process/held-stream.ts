import type { Readable } from 'node:stream'
import { isFailure } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { asWarning, writeLines } from '../terminal/output.ts'
import { writeAll } from '../terminal/write-all.ts'

/** Most of a stream that is held back in memory; the rest stays in the pipe. */
const mostBytes = 1_048_576
const mostChunks = 4_096

/** Bytes of the longest object that is waited for. */
const longestObject = 65_536
/** Milliseconds for which all of it is waited for: what comes more slowly is no error message. */
const longestWait = 2_000

/** Of the beginning, as curl looks at it. */
const checkedBytes = 2_000

/** What a child prints, until it is known what becomes of it. */
interface HeldStream {
  /** What comes behind `before`, where that is a JSON object that is short and soon there. */
  look(before: string): Promise<string | undefined>
  /** Passes it on, from its beginning. */
  show(): void
  /** Throws it away. */
  drop(): void
  /** Whether all that was to be shown could be written. */
  isWhole(): boolean
}

/**
 * Reads a stream from the start, since Node discards unread output of a child that has ended; it goes
 * to `descriptor` once it is to be shown. `onTerminal`: unless it is binary.
 */
export function holdStream(
  stream: Readable | null,
  descriptor: number,
  onTerminal: boolean,
): HeldStream {
  let held: Buffer[] | undefined = []
  let bytes = 0
  let ended = stream === null
  let notice = ignore
  let whole = true
  const pass = (chunk: Buffer) => {
    try {
      writeAll(descriptor, chunk)
    } catch (error) {
      fail()
      tell(error)
    }
  }
  // The child gets the same error as it would without us, at a terminal too, if it writes on.
  const fail = () => {
    whole = false
    take = ignore
    stream?.destroy()
  }
  let take = (chunk: Buffer) => {
    held?.push(chunk)
    bytes += chunk.length
    if (bytes > mostBytes || (held?.length ?? 0) > mostChunks) stream?.pause()
    notice()
  }
  stream?.on('data', (chunk: Buffer) => take(chunk))
  for (const over of ['end', 'close', 'error']) {
    stream?.on(over, () => {
      ended = true
      notice()
    })
  }
  return {
    look: async (before) =>
      await new Promise((resolve) => {
        const start = Buffer.byteLength(before, 'latin1')
        const settle = (body: string | undefined) => {
          clearTimeout(timer)
          notice = ignore
          resolve(body)
        }
        const timer = setTimeout(() => settle(undefined), longestWait)
        notice = () => {
          // Not put together again for each chunk, of which there may be thousands.
          const longer = bytes > start + longestObject
          const first = startOf(held ?? [], start)
          if (longer || (first !== undefined && first !== '{')) settle(undefined)
          else if (ended) settle(textBehind(Buffer.concat(held ?? []), before))
        }
        notice()
      }),
    show: () => {
      const first = held ?? []
      held = undefined
      let left = onTerminal ? checkedBytes : 0
      take = (chunk) => {
        const binary = left > 0 && chunk.includes(0)
        left -= chunk.length
        if (!binary) return pass(chunk)
        fail()
        writeLines(asWarning(words.processes.binaryOutput()))
      }
      for (const chunk of first) take(chunk)
      stream?.resume()
    },
    drop: () => {
      held = undefined
      take = ignore
      stream?.resume()
    },
    isWhole: () => whole,
  }
}

function ignore(): void {}

/** The first sign behind `start` bytes that is no blank; `undefined` while there is none. */
function startOf(chunks: readonly Buffer[], start: number): string | undefined {
  let skipped = 0
  for (const chunk of chunks) {
    const rest = chunk.subarray(Math.max(0, start - skipped))
    skipped += chunk.length
    const sign = rest.find((byte) => !blanks.has(byte))
    if (sign !== undefined) return String.fromCharCode(sign)
  }
  return undefined
}

/** Tab, line feed, carriage return and space (RFC 8259 section 2). */
const blanks: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20])

function textBehind(all: Buffer, before: string): string | undefined {
  const head = Buffer.from(before, 'latin1')
  if (!all.subarray(0, head.length).equals(head)) return undefined
  return all.subarray(head.length).toString('utf8')
}

/** That a reader has gone needs no words: it was its own will. */
function tell(error: unknown): void {
  if (!isFailure(error)) throw error
  if (error.details.fault !== 'reader-gone') writeLines(asWarning(error.message))
}
