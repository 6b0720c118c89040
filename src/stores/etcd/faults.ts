import { ToknError } from '../../core/errors.ts'
import { isObject, ownString } from '../../core/json.ts'
import { quoteForeign } from '../../core/secret.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'

/** What an etcd that answers has against a request. */
export type Refusal = keyof typeof refusals | 'foreign' | 'other'

// Texts of etcd's server/v3rpc/rpctypes/error.go, 3.4 to 3.6. Codes are those of gRPC.
const refusals = {
  /** The token of the login has run out, or roles were changed since. */
  token: /invalid auth token|revision of auth store is old/,
  password: /authentication failed|invalid user ID or password/,
  anonymous: /user name is empty/,
  authOff: /authentication is not enabled/,
  denied: /permission (is )?(denied|not granted)/,
  full: /database space exceeded/,
  large: /request is too large|larger than max/,
  compacted: /required revision has been compacted/,
  noLease: /requested lease not found/,
  corrupt: /corrupt/,
  noLeader: /no leader|leader (changed|transfer)/,
  away: /timed? ?out|stopped|not started|too many|unhealthy|dropped|deadline exceeded|unavailable|closing|connection|canceled/i,
} as const

const byCode: Readonly<Record<number, Refusal>> = {
  4: 'away',
  7: 'denied',
  8: 'away',
  14: 'away',
  15: 'corrupt',
  16: 'token',
}

/** A reply that is no success, as what it means; `text` is what the server says, shown as it is. */
export interface Refused {
  readonly refusal: Refusal
  readonly text: string
}

export function readRefusal(status: number, body: string): Refused {
  const read = readJson(body)
  const message = read === undefined ? undefined : (ownString(read, 'message') ?? '')
  if (read === undefined || message === undefined) {
    return { refusal: status >= 500 ? 'away' : 'foreign', text: `status ${status}` }
  }
  const found = Object.entries(refusals).find(([, pattern]) => pattern.test(message))
  const refusal = (found?.[0] ?? byCode[Number(read['code'])] ?? 'other') as Refusal
  return { refusal, text: quoteForeign(message.replace(/^etcdserver: (mvcc: )?/, ''), 160) }
}

/** Whether the same request may be answered a little later, or by another member. */
export function passes(refusal: Refusal): boolean {
  return refusal === 'noLeader' || refusal === 'away'
}

/** `where`: how the engine describes itself. `status` is that of a reply that is not etcd's. */
export function refusedAs({ refusal, text }: Refused, where: string, user = ''): ToknError {
  const { etcd } = words
  switch (refusal) {
    case 'noLeader':
      return new ToknError('network', etcd.noLeader(where), { sent: true })
    case 'away':
      return new ToknError('network', etcd.away(where, text), { sent: true })
    case 'full':
      return new ToknError('network', etcd.full(where), { sent: true, lasting: true })
    case 'corrupt':
      return new ToknError('network', etcd.corrupt(where), { sent: true, lasting: true })
    case 'token':
    case 'password':
      return new ToknError('store', etcd.wrongPassword(where))
    case 'anonymous':
      return new ToknError('store', etcd.noUser(where))
    case 'denied':
      return new ToknError('store', etcd.denied(where, display(user, 60)))
    case 'foreign':
      return new ToknError('store', etcd.notEtcd(where))
    case 'large':
      return new ToknError('store', etcd.tooLarge(where))
    default:
      return new ToknError('store', etcd.refused(where, text))
  }
}

function readJson(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
