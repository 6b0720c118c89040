import type { RedisConnection } from './connection.ts'
import type { Link } from './link.ts'
import { outOfTime } from './socket.ts'

/** Milliseconds: between two questions whether the connection stands, and for an answer to one. */
const betweenPings = 10_000
const pingLimit = 5_000
const connectLimit = 10_000
const longestPause = 5_000

/** Subscribes, and again whenever the connection was lost: then `heard` is told that it may lack some. */
export async function watchChannel(
  redis: RedisConnection,
  channel: string,
  heard: (id: string | undefined) => void,
  timeLeft: number,
): Promise<() => Promise<void>> {
  const stopping = new AbortController()
  let link: Link
  let attempts = 0
  let timer: NodeJS.Timeout | undefined

  async function subscribe(limit: number): Promise<void> {
    const late = AbortSignal.timeout(Math.max(0, Math.ceil(limit)))
    const signal = AbortSignal.any([stopping.signal, late])
    const opened = await redis.openAnother(signal).catch((error: unknown) => {
      throw late.aborted ? new Error(outOfTime) : error
    })
    const end = () => opened.end()
    signal.addEventListener('abort', end)
    try {
      opened.hear(heard)
      await opened.send(['subscribe', channel])
    } catch (error) {
      end()
      throw late.aborted ? new Error(outOfTime) : error
    } finally {
      signal.removeEventListener('abort', end)
    }
    link = opened
    if (stopping.signal.aborted) return end()
    opened.lost(reconnect)
    ping(opened)
  }

  /** A connection that was cut somewhere between says nothing for hours. */
  function ping(opened: Link): void {
    timer = setTimeout(() => {
      const limit = setTimeout(() => opened.end(), pingLimit)
      opened
        .send(['ping'])
        .then(() => opened === link && !stopping.signal.aborted && ping(opened))
        .catch(() => opened.end())
        .finally(() => clearTimeout(limit))
    }, betweenPings)
  }

  function reconnect(): void {
    clearTimeout(timer)
    if (stopping.signal.aborted) return
    const pause = Math.min(longestPause, 100 * 2 ** attempts++)
    timer = setTimeout(() => void again(), pause * (0.5 + Math.random() / 2))
  }

  async function again(): Promise<void> {
    try {
      await subscribe(connectLimit)
      attempts = 0
      heard(undefined)
    } catch {
      reconnect()
    }
  }

  try {
    await subscribe(timeLeft)
  } catch (error) {
    const { translateFailure } = await import('./failures.ts')
    throw translateFailure(error, redis.address(), false)
  }
  return async () => {
    stopping.abort()
    clearTimeout(timer)
    link.end()
  }
}
