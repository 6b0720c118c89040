import type PgClient from 'pg/lib/client.js'
import { isToknError, ToknError } from '../../core/errors.ts'
import type { EngineOptions } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import { describeAddress, type PostgresAddress } from './address.ts'
import { destroy, endQuietly, makeClient } from './connection.ts'
import { explainFailure } from './failures.ts'

type Heard = (id: string | undefined) => void

/** Milliseconds between two tries to connect again: the first, and the longest. */
const [shortest, longest] = [100, 5_000]
/** A connection that nothing comes from is asked whether it stands. */
const [beat, patience] = [20_000, 10_000]

/**
 * Listens on a connection of its own until it is stopped, and connects again by itself. Through a
 * pooler that gives a connection out for one transaction (pgbouncer, `transaction`) nothing is heard:
 * who waits has to look for himself now and then.
 */
export async function listen(
  options: EngineOptions,
  address: PostgresAddress,
  channel: string,
  heard: Heard,
): Promise<() => Promise<void>> {
  const where = describeAddress(address)
  let current: PgClient | undefined
  let timer: NodeJS.Timeout | undefined
  let wait = shortest
  let isOver = false

  async function connect(time: number): Promise<void> {
    const client = await makeClient(options, address, false)
    let isLost = false
    const lose = () => {
      if (isLost) return
      isLost = true
      clearTimeout(timer)
      destroy(client)
      if (current === client && !isOver) connectLater()
    }
    client.on('error', lose)
    client.on('end', lose)
    client.on('notification', ({ payload }) => {
      if (!isOver) heard(payload || undefined)
    })
    const late = setTimeout(destroy, Math.max(0, time), client)
    try {
      await client.connect()
      await client.query(`LISTEN ${channel}`)
    } catch (error) {
      destroy(client)
      throw explainFailure(error, where)
    } finally {
      clearTimeout(late)
    }
    if (isLost) throw new ToknError('network', words.postgres.lost(where))
    current = client
    wait = shortest
    ask(client, lose)
    if (isOver) await endQuietly(client)
  }

  /** A network that drops everything says nothing of it. */
  function ask(client: PgClient, lose: () => void): void {
    const goOn = () => {
      clearTimeout(timer)
      if (current === client && !isOver) ask(client, lose)
    }
    timer = setTimeout(() => {
      timer = setTimeout(lose, patience)
      // Where it fails, the client says so itself.
      void client.query('SELECT 1').then(goOn, () => undefined)
    }, beat)
  }

  function connectLater(): void {
    current = undefined
    timer = setTimeout(() => {
      connect(patience).then(() => isOver || heard(undefined), connectLater)
    }, wait)
    wait = Math.min(wait * 2, longest)
  }

  const left = options.timeLeft()
  if (left <= 0) throw new ToknError('network', words.postgres.tooSlow(where))
  try {
    await connect(left)
  } catch (error) {
    isOver = true
    throw isToknError(error) && options.timeLeft() <= 0
      ? new ToknError('network', words.postgres.tooSlow(where), { cause: error })
      : error
  }
  return async () => {
    isOver = true
    clearTimeout(timer)
    if (current !== undefined) await endQuietly(current)
  }
}
