import { isObject, ownString } from '../core/json.ts'
import type { Boot } from '../core/boot.ts'
import type { Clock, Http, HttpReply, HttpRequest } from '../core/ports.ts'
import { readBoot } from '../core/record.ts'
import { isTransient } from '../core/retry.ts'

/**
 * The reply to a request that may have granted tokens, exactly as received: kept before anything in
 * it is checked, so that whatever is odd about it costs no tokens.
 */
export interface KeptReply {
  readonly method: string
  /** Origin and path: what else is in a URL may differ from one time to the next. */
  readonly place: string
  /** Epoch milliseconds at which the request went out, and at which the reply was there. */
  readonly sentAt: number
  readonly at: number
  /** The start of the machine before that. */
  readonly boot?: Boot | undefined
  readonly reply: HttpReply
}

/** Sends `request`, and gives its reply as it is to be kept. */
export async function sendToKeep(
  http: Http,
  request: HttpRequest,
  clock: Clock,
): Promise<KeptReply> {
  const sentAt = clock.now()
  const reply = await http(request)
  return { ...addressOf(request), sentAt, at: clock.now(), boot: clock.boot?.(), reply }
}

/** Whether an answer says nothing but "not now": none to go on with. */
export function isPassing({ reply: { status } }: KeptReply): boolean {
  return isTransient(status)
}

/** Whether an answer may have granted tokens. */
export function isGranting({ reply: { status } }: KeptReply): boolean {
  return status >= 200 && status < 300
}

/**
 * The same exchange once more: a request that has a kept reply gets that one, at the time it came.
 * Whatever has none goes to `http`. `uses` is told of each reply, and that of `http` is `undefined`.
 */
export function replayReplies(
  replies: readonly KeptReply[],
  http: Http,
  clock: Clock,
  uses: (reply: KeptReply | undefined) => void = () => undefined,
): { readonly http: Http; readonly clock: Clock } {
  const waiting = [...replies]
  let then = waiting[0]?.sentAt
  return {
    http: async (request) => {
      if (request.grants !== true) return await http(request)
      const { method, place } = addressOf(request)
      const at = waiting.findIndex((one) => one.method === method && one.place === place)
      const [kept] = at < 0 ? [] : waiting.splice(0, at + 1).slice(-1)
      then = kept?.at
      uses(kept)
      return kept === undefined ? await http(request) : kept.reply
    },
    clock: {
      now: () => then ?? clock.now(),
      // Between two replies that are both here there is nothing to wait for.
      wait: async (duration) => (waiting.length > 0 ? undefined : await clock.wait(duration)),
    },
  }
}

/** A reply read back from JSON; `undefined` for anything malformed. */
export function readKeptReply(value: unknown): KeptReply | undefined {
  const reply = isObject(value) ? value['reply'] : undefined
  if (!isObject(value) || !isObject(reply)) return undefined
  const method = ownString(value, 'method')
  const place = ownString(value, 'place')
  const body = ownString(reply, 'body')
  const { sentAt, at } = value
  const { status, headers } = reply
  if (method === undefined || place === undefined || body === undefined) return undefined
  if (typeof sentAt !== 'number' || typeof at !== 'number' || typeof status !== 'number') {
    return undefined
  }
  const pairs = Array.isArray(headers) ? headers.filter(isPair) : []
  const cut = typeof reply['cut'] === 'number' ? { cut: reply['cut'] } : {}
  const boot = readBoot(value['boot'])
  return { method, place, sentAt, at, boot, reply: { status, headers: pairs, body, ...cut } }
}

function addressOf({ method, url }: HttpRequest): Pick<KeptReply, 'method' | 'place'> {
  return { method, place: url.origin + url.pathname }
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'string')
}
