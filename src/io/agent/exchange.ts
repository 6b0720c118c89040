import { connect } from 'node:net'
import { systemCode } from '../../core/errors.ts'
import { openReplyReader, type Reply } from './reply.ts'

/**
 * Why there is no answer. `full`: more programs are asking than it can take at once. `barred`: it could
 * not be asked from here, whether it is there or not.
 */
export type Unanswered = 'absent' | 'barred' | 'full' | 'closed' | 'silent' | 'late' | 'unreadable'

export interface Asking {
  /** Path of its socket, which has been checked. */
  readonly socket: string
  /** Default: GET. */
  readonly method?: 'GET' | 'POST' | undefined
  /** Names and values, which have no line break in them. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Path and query, percent-encoded. */
  readonly target: string
  /** Milliseconds until it answers, or promises to; and then, from the first piece of its answer. */
  readonly begin: number
  /** Milliseconds until it has answered. */
  readonly end: number
}

/** Milliseconds between two attempts to be taken in. */
const pause = 10

/** Milliseconds after which a connection is closed that is not needed any more. */
const afterwards = 100

/** Asks an agent over its socket. Never throws: whoever asks can do without it. */
export async function exchange(asking: Asking): Promise<Reply | Unanswered> {
  for (let left = asking.begin; ; left -= pause) {
    const reply = await exchangeOnce(asking)
    if (reply !== 'full' || left < pause) return reply
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

const refusals: Readonly<Record<string, Unanswered>> = {
  EAGAIN: 'full',
  ECONNREFUSED: 'absent',
  ENOENT: 'absent',
}

function exchangeOnce(asking: Asking): Promise<Reply | Unanswered> {
  const { socket, begin, end } = asking
  return new Promise((resolve) => {
    const reader = openReplyReader()
    let connected = false
    let silence: NodeJS.Timeout | undefined = setTimeout(() => finish('silent'), begin)
    const deadline = setTimeout(() => finish('late'), end)
    const connection = connect({ path: socket })
    connection.on('connect', () => {
      connected = true
    })
    connection.on('data', (piece: Buffer) => {
      const state = reader.read(piece)
      switch (state) {
        case 'nothing':
          break
        case 'promised':
          clearTimeout(silence)
          silence = undefined
          break
        case 'part':
          silence ??= setTimeout(() => finish('silent'), begin)
          break
        default:
          finish(state)
      }
    })
    connection.on('error', (error) => {
      finish(connected ? 'closed' : (refusals[systemCode(error) ?? ''] ?? 'barred'))
    })
    connection.on('close', () => finish('closed'))
    connection.write(headOf(asking))

    /** The first word counts. */
    function finish(outcome: Reply | Unanswered): void {
      clearTimeout(silence)
      clearTimeout(deadline)
      connection.pause()
      connection.unref()
      // Later, when a command that only prints the token has ended: Node makes a stream of standard
      // error for that.
      setTimeout(() => connection.destroy(), afterwards).unref()
      resolve(outcome)
    }
  })
}

function headOf({ method = 'GET', target, headers = {} }: Asking): string {
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: tokn',
    'Connection: close',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}
