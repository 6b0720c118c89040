import { readFileSync } from 'node:fs'
import type { CustomTypesConfig } from 'pg'
import type PgClient from 'pg/lib/client.js'
import { ToknError } from '../../core/errors.ts'
import type { EngineOptions } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import { describeAddress, type PostgresAddress } from './address.ts'
import { pauseBefore, startPatience } from '../patience.ts'
import {
  endsConnection,
  explainFailure,
  isCut,
  isOutdone,
  passesSoon,
  stateOf,
} from './failures.ts'
import { guard } from './guard.ts'
import { findPassword } from './password.ts'

export type Value = string | number | boolean | null | undefined
/** Columns as PostgreSQL writes them; what is NULL is null. */
export type Row = Readonly<Record<string, string | null>>

export interface Connection {
  /** One round trip. `isSafe`: it may be asked again where a connection was lost that had stood idle. */
  ask(text: string, values?: readonly Value[], isSafe?: boolean): Promise<readonly Row[]>
  /** As `close`, where no question is under way. */
  rest(): Promise<void>
  close(): Promise<void>
}

/** Text as it comes: nothing here is a date or a number to pg, and its parsers are not loaded. */
const asText: CustomTypesConfig = { getTypeParser: () => String }

/** Times that a transaction is begun again which was rolled back for the sake of another. */
const turns = 5
/** A connection that nobody uses for this long is closed: a server has but a hundred of them. */
const idleLimit = 10_000
/** A server that has taken a connection answers in milliseconds: one that is silent so long is lost. */
const patience = 10_000

/** A client that is not connected yet. Throws `store` where the server asks for a password there is not. */
export async function makeClient(
  options: EngineOptions,
  address: PostgresAddress,
  pipeline: boolean,
): Promise<PgClient> {
  const { default: Client } = await import('pg/lib/client.js')
  const { host, port, database, user, tls, application } = address
  const client = new Client({
    ...{ host, port, database, user, pipeline, types: asText, keepAlive: true },
    application_name: application,
    keepAliveInitialDelayMillis: 15_000,
    // Asked for only where the server wants one.
    password: () => findPassword(options, address),
    // Said here, so that no variable of pg decides it.
    sslnegotiation: 'postgres',
    ssl: tls && { rejectUnauthorized: true, minVersion: 'TLSv1.2', ...trust(options) },
  })
  guard(client, () => describeAddress(address))
  return client
}

function trust({ ca, environment }: EngineOptions): { ca?: string[] } {
  if (ca === undefined) return {}
  const { rootCertificates } = process.getBuiltinModule('node:tls')
  const extra = environment['NODE_EXTRA_CA_CERTS']
  if (!extra) return { ca: [...rootCertificates, ca] }
  // Node forgets these where authorities are named.
  try {
    return { ca: [...rootCertificates, ca, readFileSync(extra, 'utf8')] }
  } catch {
    return { ca: [...rootCertificates, ca] }
  }
}

/** A connection that stands, or is being made. */
interface Opened {
  readonly ready: Promise<PgClient>
  isReady(): boolean
  end(): void
}

/**
 * One connection, opened with the first question and again when it was lost. Questions asked at once
 * go out together. While nothing is asked it does not keep the process alive.
 */
export function openConnection(options: EngineOptions, address: PostgresAddress): Connection {
  const where = () => describeAddress(address)
  let current: Opened | undefined
  let asked = 0
  let idle: NodeJS.Timeout | undefined

  function open(): Opened {
    let client: PgClient | undefined
    let [isOver, stands] = [false, false]
    const connect = async () => {
      client = await makeClient(options, address, true)
      // Where nobody asks, nobody has to know: the next question opens another one.
      client.on('error', () => forget(opened))
      client.on('end', () => forget(opened))
      if (isOver) throw new ToknError('network', words.postgres.lost(where()))
      await client.connect()
      stands = true
      return client
    }
    const opened = {
      ready: connect(),
      isReady: () => stands,
      end: () => {
        isOver = true
        if (client !== undefined) destroy(client)
      },
    }
    return opened
  }

  function forget(opened: Opened): void {
    if (current === opened) current = undefined
  }

  /** `left` is for all of it; then the connection is of no use any more. */
  async function askOnce(
    opened: Opened,
    left: number,
    text: string,
    values: readonly Value[],
  ): Promise<readonly Row[]> {
    let stop: (() => void) | undefined
    const late = new Promise<never>((_, reject) => {
      const tell = () => reject(new ToknError('network', words.postgres.tooSlow(where())))
      // Many may want to be connected at once: there all the time that is left is waited.
      stop = startPatience(opened.isReady() ? { patience, left } : { left }, tell)
    })
    const answer = opened.ready.then(async (client) => {
      client.ref()
      return await client.query<Record<string, string | null>>(text, [...values])
    })
    try {
      const { rows } = await Promise.race([answer, late])
      // Where several answers came, pg gives a list of them.
      if (!Array.isArray(rows)) throw new ToknError('network', words.postgres.nonsense(where()))
      return rows
    } catch (error) {
      if (endsConnection(error)) {
        forget(opened)
        opened.end()
      }
      throw error
    } finally {
      stop?.()
    }
  }

  async function ask(text: string, values: readonly Value[] = [], isSafe = false) {
    clearTimeout(idle)
    asked++
    const end = options.time.monotonic() + options.timeLeft()
    const left = () => end - options.time.monotonic()
    try {
      for (let turn = 1; ; turn++) {
        if (left() <= 0) throw new ToknError('network', words.postgres.tooSlow(where()))
        const stood = current
        const opened = (current ??= open())
        try {
          return await askOnce(opened, left(), text, values)
        } catch (error) {
          const pause = pauseBefore(turn)
          const again = opened.isReady()
            ? turn < turns &&
              (isOutdone.has(stateOf(error) ?? '') ||
                (isSafe && endsConnection(error) && stood === opened))
            : // Nothing was asked: the connection never stood.
              passesSoon(error) || (isCut(error) && turn < turns)
          if (!again || left() <= pause) throw explainFailure(error, where())
          if (!opened.isReady()) await new Promise((resolve) => setTimeout(resolve, pause))
        }
      }
    } finally {
      if (--asked === 0) idleFor()
    }
  }

  function idleFor(): void {
    current?.ready.then(
      (client) => asked === 0 && client.unref(),
      () => undefined,
    )
    idle = setTimeout(() => void close(), idleLimit).unref()
  }

  async function close(): Promise<void> {
    clearTimeout(idle)
    const opened = current
    current = undefined
    if (opened?.isReady() === true) await endQuietly(await opened.ready)
    else opened?.end()
  }

  return { ask, rest: async () => (asked === 0 ? await close() : undefined), close }
}

export function destroy(client: PgClient): void {
  client.connection.stream.destroy()
}

/** Says goodbye; a server that does not hear it is not waited for. */
export async function endQuietly(client: PgClient): Promise<void> {
  client.ref()
  const timer = setTimeout(destroy, 500, client)
  await client.end().catch(() => undefined)
  clearTimeout(timer)
}
