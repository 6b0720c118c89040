import { join } from 'node:path'
import { isToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import type { Files } from '../../core/ports.ts'
import { isOlderBirth } from './stamp.ts'

/** What this machine has seen of a session in a shared store. */
export interface Seen {
  /** Which session it is: see `Stamp.birth`. */
  readonly birth: string
  /** The highest generation that it has seen. */
  readonly generation: number
  /** The one that it was about to make, where it does not know what came of that. */
  readonly intended?: number | undefined
}

/**
 * Remembers, on this machine, how far the sessions of a shared store have come: a store that was put
 * back to an earlier time looks like any other, but to who has seen the later one.
 */
export interface Witness {
  seen(id: string): Seen | undefined
  /** A generation was read or written; lower ones, and those of a login before, change nothing. Never throws. */
  see(id: string, birth: string, generation: number): void
  /** Durable when it returns. Throws `store`. */
  intend(id: string, generation: number): void
  /** What was intended is not to be made, or it is known what came of it. Never throws. */
  retract(id: string): void
  /** From now on, this is how far it has come. Throws `store`. */
  accept(id: string, birth: string, generation: number): void
  forget(id: string): void
}

/** Where a machine remembers that. */
export interface Memory {
  readonly files: Files
  readonly directory: string
}

const limit = 256

/** Without a `memory`, it remembers as long as this process lives. */
export function openWitness(memory?: Memory): Witness {
  const pathOf = (id: string) => join(memory?.directory ?? '', id)
  const known = new Map<string, Seen>()

  /** Other processes of this machine write as well: what a file had a moment ago says nothing. */
  function seen(id: string): Seen | undefined {
    return memory === undefined ? known.get(id) : parse(memory.files.read(pathOf(id), limit))
  }

  function write(id: string, next: Seen): void {
    if (memory === undefined) {
      known.set(id, next)
      return
    }
    memory.files.ensureDirectory(memory.directory)
    memory.files.write(pathOf(id), Buffer.from(JSON.stringify(next)))
  }

  return {
    seen,
    see: (id, birth, generation) =>
      orNot(() => {
        const before = seen(id)
        // Of a store that was put back: what was seen of the login after that one counts.
        if (before !== undefined && isOlderBirth(birth, before.birth)) return
        const same = before?.birth === birth ? before : undefined
        if (same !== undefined && same.generation >= generation) return
        const open = same?.intended !== undefined && same.intended > generation
        write(id, { birth, generation, intended: open ? same.intended : undefined })
      }),
    intend: (id, generation) => {
      const before = seen(id)
      if (before !== undefined) write(id, { ...before, intended: generation })
    },
    retract: (id) =>
      orNot(() => {
        const before = seen(id)
        if (before?.intended !== undefined) write(id, { ...before, intended: undefined })
      }),
    accept: (id, birth, generation) => write(id, { birth, generation }),
    forget: (id) =>
      orNot(() => {
        memory?.files.remove(pathOf(id))
        known.delete(id)
      }),
  }
}

/** What is not remembered is missed only by who is put back to an earlier time. */
function orNot(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
  }
}

function parse(bytes: Uint8Array | undefined): Seen | undefined {
  if (bytes === undefined) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString())
    if (!isObject(value)) return undefined
    const { birth, generation, intended } = value
    if (typeof birth !== 'string' || typeof generation !== 'number') return undefined
    return { birth, generation, intended: typeof intended === 'number' ? intended : undefined }
  } catch {
    return undefined
  }
}
