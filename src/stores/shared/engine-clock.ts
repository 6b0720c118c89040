import type { SharedEngine, SharedRow } from '../../core/shared-engine.ts'
import type { SharedTime } from '../../core/shared-time.ts'

/**
 * How far the clock of an engine is ahead of that of this machine. What is kept of a session has its
 * instants by the clock of the engine, so that they mean the same to every machine.
 */
export interface EngineClock {
  /** With its rows it says what time it is. */
  readonly engine: SharedEngine
  /** `text` as it was written, with its instants by the clock of this machine. */
  toLocal(text: string): Promise<string>
  /** `text` as it is to be written; asks the engine where it has not said what time it is. */
  toEngine(text: string): Promise<string>
  /** Milliseconds; 0 where the clocks may be taken for the same. Asks as `toEngine` does. */
  ahead(): Promise<number>
  /** Whether it is more than nothing, as far as that is known. */
  isApart(): boolean
}

/** Milliseconds by which clocks that agree seem to differ. */
const none = 2_000

export function openEngineClock(asked: SharedEngine, time: Pick<SharedTime, 'now'>): EngineClock {
  let known = 0
  let isKnown = false
  const shift = async (text: string, by: number) =>
    by === 0 ? text : (await import('./instants.ts')).shiftInstants(text, by)
  const ahead = async () => {
    if (!isKnown) {
      const sentAt = time.now()
      note(await asked.now(), sentAt)
    }
    return known
  }
  return {
    engine: {
      ...asked,
      read: (id) =>
        hear(
          () => asked.read(id),
          (row) => row,
        ),
      find: (name) =>
        hear(
          () => asked.find(name),
          (row) => row,
        ),
      list: (after, limit) =>
        hear(
          () => asked.list(after, limit),
          ([row]) => row,
        ),
    },
    toLocal: async (text) => await shift(text, 0 - known),
    toEngine: async (text) => await shift(text, await ahead()),
    ahead,
    isApart: () => known !== 0,
  }

  async function hear<Answer>(
    ask: () => Promise<Answer>,
    rowOf: (answer: Answer) => SharedRow | undefined,
  ): Promise<Answer> {
    const sentAt = time.now()
    const answer = await ask()
    const at = rowOf(answer)?.now
    if (at !== undefined) note(at, sentAt)
    return answer
  }

  /** What is known stays while it may be so: what is read and written again has the same text then. */
  function note(at: number, sentAt: number): void {
    if (!Number.isFinite(at)) return
    const receivedAt = time.now()
    isKnown = true
    if (at - known >= sentAt - none && at - known <= receivedAt + none) return
    const apart = Math.round(at - (sentAt + receivedAt) / 2)
    known = at >= sentAt - none && at <= receivedAt + none ? 0 : apart
  }
}
