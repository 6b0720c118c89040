import { isToknError } from '../../core/errors.ts'
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

/** The year 10000: no engine has it, but by a mistake. */
const endOfTime = 253_402_300_800_000

/** An answer that took longer may have been given at any time. */
const quick = 4_000

export function openEngineClock(asked: SharedEngine, time: Pick<SharedTime, 'now'>): EngineClock {
  let known = 0
  let certainty: 'none' | 'slow' | 'quick' = 'none'
  const ask = async () => {
    const sentAt = time.now()
    note(await asked.now(), sentAt)
  }
  const ahead = async () => {
    if (certainty === 'none') await ask()
    return known
  }
  return {
    engine: {
      ...asked,
      read: async (id) => await hear(asked.read(id), (row) => row),
      find: async (name) => await hear(asked.find(name), (row) => row),
      list: async (...page) => await hear(asked.list(...page), ([row]) => row),
    },
    toLocal: async (text) => await shift(text, 0 - known),
    toEngine: async (text) => await shift(text, await ahead()),
    ahead,
    isApart: () => known !== 0,
  }

  async function hear<Answer>(
    asking: Promise<Answer>,
    rowOf: (answer: Answer) => SharedRow | undefined,
  ): Promise<Answer> {
    const sentAt = time.now()
    const answer = await asking
    const at = rowOf(answer)?.now
    if (at !== undefined) note(at, sentAt)
    // The machine may have slept meanwhile.
    if (certainty === 'slow') {
      await ask().catch((error: unknown) => {
        if (!isToknError(error, 'network', 'store')) throw error
      })
    }
    return answer
  }

  /** What is known stays while it may be so: what is read and written again has the same text then. */
  function note(at: number, sentAt: number): void {
    const receivedAt = time.now()
    if (!(at > 0 && at < endOfTime) || (certainty === 'quick' && receivedAt - sentAt > quick))
      return
    certainty = receivedAt - sentAt > quick ? 'slow' : 'quick'
    const mayBe = (ahead: number) => at - ahead >= sentAt - none && at - ahead <= receivedAt + none
    if (mayBe(known)) return
    known = mayBe(0) ? 0 : Math.round(at - (sentAt + receivedAt) / 2)
  }
}

/** Loaded where clocks are apart. */
async function shift(text: string, by: number): Promise<string> {
  return by === 0 ? text : (await import('./instants.ts')).shiftInstants(text, by)
}
