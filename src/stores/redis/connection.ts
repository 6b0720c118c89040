import { createHash } from 'node:crypto'
import type { EngineOptions } from '../../core/shared-engine.ts'
import { pauseBefore, startPatience } from '../patience.ts'
import { checkPrivacy, type RedisAddress } from './address.ts'
import { openLink, type Link, type Reply } from './link.ts'
import { openSocket, outOfTime, type Authorities } from './socket.ts'

export interface RedisScript {
  readonly text: string
  /** It changes nothing: it may be sent twice, and a user who may only read may run it. */
  readonly reads?: boolean
}

export interface RedisConnection {
  /** Where it is now: elsewhere than it was, once a cluster has said so. */
  address(): RedisAddress
  /** Of a command that changes nothing: it may be sent twice. Throws `network` or `store`. */
  ask(command: readonly string[]): Promise<Reply>
  run(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<Reply>
  /** A further connection, which is the caller's own; not one that a process may end over. */
  openAnother(signal: AbortSignal): Promise<Link>
  /** As `close`, where no question is under way. */
  rest(): void
  close(): void
}

/** A server of this kind answers in milliseconds: one that is silent so long is not reached. */
const patience = 10_000
/** A connection that is not used is ended by whatever lies between, without a word. */
const longestIdle = 10_000
/** How often a cluster may point elsewhere, for one question. */
const mostMoves = 3

type Settings = Pick<EngineOptions, 'timeLeft' | 'time'> & {
  readonly address: RedisAddress
  readonly authorities: () => Promise<Authorities>
}

interface Opened {
  readonly link: Link
  /** Rejects where Redis refuses the password or the database. */
  readonly greeted: Promise<unknown>
}

interface Question {
  readonly command: readonly string[]
  readonly reads: boolean
  /** Asked where Redis does not know the script. */
  readonly instead?: readonly string[] | undefined
}

export function openConnection({
  timeLeft,
  time,
  authorities,
  ...given
}: Settings): RedisConnection {
  let address = given.address
  let standing: Opened | undefined
  let opening: Promise<Opened> | undefined
  let idleTimer: NodeJS.Timeout | undefined
  let pending = 0

  async function open(signal: AbortSignal, idle: boolean): Promise<Opened> {
    const more = address.tls ? await authorities() : []
    const link = openLink(await openSocket(address, more, signal), idle)
    const { user = 'default', password, db } = address
    const greetings = [
      ...(password === undefined ? [] : [['auth', user, password]]),
      ...(db === 0 ? [] : [['select', String(db)]]),
    ]
    const greeted = Promise.all(greetings.map((greeting) => link.send(greeting)))
    greeted.catch(() => undefined)
    return { link, greeted }
  }

  /** The connection that stands, or a new one, which all who ask meanwhile have in common. */
  async function renew(signal: AbortSignal): Promise<Opened> {
    const begun = (opening ??= open(signal, true))
    try {
      const opened = await begun
      if (opening === begun) standing = opened
      return opened
    } finally {
      if (opening === begun) opening = undefined
    }
  }

  function close(): void {
    clearTimeout(idleTimer)
    standing?.link.end()
    opening?.then(({ link }) => link.end()).catch(() => undefined)
    standing = opening = undefined
  }

  async function askOnce({ command, reads }: Question, signal: AbortSignal): Promise<Reply> {
    const old = standing?.link.isOpen() === true ? standing : undefined
    const { link, greeted } = old ?? (await renew(signal))
    let silent = false
    const stop = () => link.end()
    signal.addEventListener('abort', stop)
    const stopWaiting = startPatience({ patience, left: Infinity }, () => {
      silent = true
      stop()
    })
    try {
      // A write is not sent before the password and the database are accepted.
      if (!reads) await greeted
      const answer = link.send(command)
      answer.catch(() => undefined)
      // What was refused first says why.
      await greeted
      return await answer
    } catch (error) {
      if (!link.isOpen()) link.end()
      if (silent && !reads) throw new Error(outOfTime, { cause: error })
      // It may have ended while it was idle.
      const lost = silent || old !== undefined
      if (!reads || !lost || signal.aborted || link.isOpen()) throw error
    } finally {
      stopWaiting()
      signal.removeEventListener('abort', stop)
    }
    return await askOnce({ command, reads }, signal)
  }

  async function askThere(question: Question, signal: AbortSignal): Promise<Reply> {
    for (let moves = 0; ; moves++) {
      try {
        return await askOnce(question, signal)
      } catch (error) {
        const place = moves < mostMoves ? movedTo(error, address) : undefined
        if (place === undefined) throw error
        checkPrivacy(place)
        close()
        address = place
      }
    }
  }

  async function ask(question: Question): Promise<Reply> {
    const ending = new AbortController()
    const { signal } = ending
    const end = time.monotonic() + timeLeft()
    const stop = startPatience({ left: timeLeft() }, () => ending.abort())
    clearTimeout(idleTimer)
    pending++
    let soon: unknown
    try {
      // An answer may be quicker than a timer.
      if (time.monotonic() >= end) throw new Error(outOfTime)
      for (let tries = 0; ; tries++) {
        try {
          return await askThere(question, signal).catch((error: unknown) => {
            if (question.instead === undefined || !startsWith(error, 'NOSCRIPT ')) throw error
            return askThere({ command: question.instead, reads: false }, signal)
          })
        } catch (error) {
          const pause = pauseBefore(tries)
          if (passesSoon(error)) soon = error
          if (soon !== error || time.monotonic() + pause >= end) throw error
          await new Promise((resolve) => setTimeout(resolve, pause))
        }
      }
    } catch (error) {
      const asked = address
      // Where it has become a copy, or is gone, another may be at the address that was given.
      if (isNoMaster(error)) close()
      if (!isAnswer(error)) address = given.address
      const { translateFailure } = await import('./failures.ts')
      // What Redis has said itself says more than that the time is over.
      const isSaid = signal.aborted && soon !== undefined
      throw translateFailure(isSaid ? soon : error, asked, signal.aborted && !isSaid)
    } finally {
      stop()
      pending--
      if (pending === 0) idleTimer = setTimeout(close, longestIdle).unref()
    }
  }

  return {
    address: () => address,
    ask: (command) => ask({ command, reads: true }),
    run: ({ text, reads = false }, keys, args) => {
      const rest = [String(keys.length), ...keys, ...args]
      if (reads) return ask({ command: ['eval_ro', text, ...rest], reads })
      const digest = createHash('sha1').update(text).digest('hex')
      return ask({ command: ['evalsha', digest, ...rest], reads, instead: ['eval', text, ...rest] })
    },
    openAnother: async (signal) => {
      const { link, greeted } = await open(signal, false)
      const stop = () => link.end()
      signal.addEventListener('abort', stop)
      try {
        await greeted
        return link
      } catch (error) {
        link.end()
        throw error
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
    rest: () => (pending === 0 ? close() : undefined),
    close,
  }
}

/** Where the node of a cluster says that our keys are. */
function movedTo(error: unknown, address: RedisAddress): RedisAddress | undefined {
  const [, host = '', port = ''] =
    /^MOVED \d+ (.*):(\d+)$/.exec(error instanceof Error ? error.message : '') ?? []
  // No place is called what it was told.
  const isPlace = address.password === undefined || !host.includes(address.password)
  return port === '' || !isPlace
    ? undefined
    : { ...address, host: host || address.host, port: Number(port) }
}

function isAnswer(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError'
}

/** Nothing was done: there was no room for another connection, or it is still starting. */
function passesSoon(error: unknown): boolean {
  const text = isAnswer(error) ? (error as Error).message : ''
  return text.startsWith('LOADING ') || text.includes('max number of clients')
}

function isNoMaster(error: unknown): boolean {
  return ['READONLY ', 'MASTERDOWN ', 'LOADING '].some((code) => startsWith(error, code))
}

function startsWith(error: unknown, code: string): boolean {
  return error instanceof Error && error.message.startsWith(code)
}
