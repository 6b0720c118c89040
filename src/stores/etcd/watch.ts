import { isObject } from '../../core/json.ts'
import type { Gateway } from './gateway.ts'
import { nameIn } from './layout.ts'
import * as wire from './wire.ts'

/** How long one request follows what happens, in milliseconds, before the next one goes on from there. */
const window = 20_000
const shortest = 500
const pauses = [200, 500, 1_000]
const longestPause = 3_000

/**
 * Calls `heard` with the name below `folder` of each key that is written or removed from now on. Each request
 * begins behind the last revision that was heard of, so nothing between two of them is missed.
 */
export async function watchFolder(
  { ask, follow, time }: Pick<Gateway, 'ask' | 'follow' | 'time'>,
  folder: string,
  heard: (name: string | undefined) => void,
): Promise<() => Promise<void>> {
  const stopped = new AbortController()
  let next = (await revisionNow()) + 1
  const ended = run()
  return async () => {
    stopped.abort()
    await ended
  }

  async function run(): Promise<void> {
    let failures = 0
    while (!stopped.signal.aborted) {
      try {
        if (failures > 0) {
          // With another token, where that was the reason.
          await revisionNow()
          heard(undefined)
        }
        const startedAt = time.monotonic()
        const count = hear(await listen())
        failures = 0
        // Something on the way has cut it short, and would do so all the time.
        if (count === 0 && time.monotonic() - startedAt < shortest) await pause(shortest)
      } catch {
        // Nobody is there to be told of it.
        await pause(pauses[failures++] ?? longestPause)
      }
    }
  }

  async function listen(): Promise<readonly wire.Answer[]> {
    const range = wire.allBelow(folder)
    const body = { create_request: { ...range, start_revision: String(next) } }
    const signal = stopped.signal
    const text = await follow('/v3/watch', body, { enough: saysMore, duration: window, signal })
    return answersIn(text)
  }

  /** How many were heard. */
  function hear(answers: readonly wire.Answer[]): number {
    const names = new Set<string>()
    for (const answer of answers) {
      const compacted = wire.numberIn(answer, 'compact_revision')
      if (isFailure(answer)) throw new Error('etcd follows no longer')
      // What happened before that, nobody can tell any more.
      if (compacted > 0) {
        next = compacted
        heard(undefined)
      }
      for (const event of wire.listIn(answer, 'events')) {
        const { key, modified } = wire.readKeyValue(isObject(event) ? event['kv'] : undefined)
        names.add(nameIn(key, folder))
        next = Math.max(next, modified + 1)
      }
    }
    for (const name of names) if (!stopped.signal.aborted) heard(name)
    return names.size
  }

  async function revisionNow(): Promise<number> {
    const { answer } = await ask('/v3/kv/range', { ...wire.allBelow(folder), count_only: true })
    return wire.headerOf(answer).revision
  }

  async function pause(duration: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, duration)
      stopped.signal.addEventListener('abort', () => (clearTimeout(timer), resolve()))
    })
  }
}

function isFailure(answer: wire.Answer): boolean {
  const isCompacted = wire.numberIn(answer, 'compact_revision') > 0
  return answer['error'] !== undefined || (answer['canceled'] === true && !isCompacted)
}

/** Whether more has come than that it is followed. */
function saysMore(body: string): boolean {
  return answersIn(body).some((answer) => answer['created'] !== true || isFailure(answer))
}

/** Each whole line is an answer. */
function answersIn(body: string): readonly wire.Answer[] {
  const lines = body.split('\n').slice(0, -1)
  return lines.map(wire.objectOf).map((line) => (isObject(line['result']) ? line['result'] : line))
}
