import { systemCode, ToknError } from '../../core/errors.ts'
import { quoteForeign } from '../../core/secret.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { placeOf, type RedisAddress } from './address.ts'
import { noHandshake, outOfTime } from './socket.ts'

type Texts = (typeof words)['redis']

/** What Redis says of itself, by the first word of its answer: nothing is wrong with what was asked. */
const notNow: ReadonlyMap<string, Parameters<Texts['notNow']>[1]> = new Map([
  ['LOADING', 'loading'],
  ['READONLY', 'replica'],
  ['OOM', 'full'],
  ['MISCONF', 'cannotPersist'],
  ['NOREPLICAS', 'noReplicas'],
  ['MASTERDOWN', 'alone'],
  ['CLUSTERDOWN', 'clusterDown'],
  ['MOVED', 'moving'],
  ['ASK', 'moving'],
  ['TRYAGAIN', 'moving'],
  ['BUSY', 'busy'],
  ['UNKILLABLE', 'busy'],
  ['UNBLOCKED', 'busy'],
  ['NOSCRIPT', 'busy'],
])

const connectionFaults: ReadonlyMap<string, Parameters<Texts['unreached']>[1]> = new Map([
  ['ENOTFOUND', 'noSuchHost'],
  ['EAI_AGAIN', 'noSuchHost'],
  ['ECONNREFUSED', 'refused'],
  ['ENOENT', 'noSocket'],
  ['ENOTSOCK', 'noSocket'],
  ['EACCES', 'notAllowed'],
  ['EPERM', 'notAllowed'],
  ['EHOSTUNREACH', 'noRoute'],
  ['ENETUNREACH', 'noRoute'],
  ['ETIMEDOUT', 'silent'],
])

const certificateFaults =
  /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_TLS_CERT|INVALID_(CA|PURPOSE)|PATH_LENGTH)/

/**
 * A failure in words: `network` where Redis is not reached or cannot do it now, `store` where it
 * refuses. `late`: its time was over. Errors of ioredis name the command and its arguments, so nothing
 * of them is kept but the code.
 */
export function translateFailure(error: unknown, address: RedisAddress, late: boolean): unknown {
  if (error instanceof ToknError) return error
  const place = display(placeOf(address), 120)
  const message = error instanceof Error ? error.message : ''
  if (message === noHandshake) return network(words.redis.noAnswerToTls(place))
  if (late || message === outOfTime) return network(words.redis.unreached(place, 'silent'))
  if (error instanceof Error && error.name === 'ReplyError') return refusal(message, place, address)
  const code = systemCode(error) ?? firstCode(error) ?? ''
  if (certificateFaults.test(code)) {
    return network(words.redis.certificate(place, display(code, 60)), true)
  }
  if (/^(ERR_SSL_|ERR_TLS_|EPROTO)/.test(code)) return network(words.redis.noTls(place), true)
  const fault = connectionFaults.get(code)
  if (fault !== undefined) return network(words.redis.unreached(place, fault))
  if (/unknown RESP type|protocol error/i.test(message))
    return network(words.redis.nonsense(place), true)
  if (code === '' && isBug(error)) return error
  return network(words.redis.unreached(place, 'cut'))
}

function refusal(message: string, place: string, address: RedisAddress): ToknError {
  const [code = ''] = message.split(' ')
  const reason = notNow.get(code)
  if (reason !== undefined) return network(words.redis.notNow(place, reason))
  const user = display(address.user ?? 'default', 60)
  if (/max number of clients/.test(message)) return network(words.redis.notNow(place, 'many'))
  if (code === 'DENIED') return store(words.redis.isProtected(place))
  if (code === 'NOAUTH') return store(words.redis.noPassword(place))
  if (code === 'WRONGPASS' || /AUTH <password>|invalid password/.test(message)) {
    return store(words.redis.wrongPassword(place, user))
  }
  if (code === 'NOPERM' || /ACL failure|no permissions|executing the script/i.test(message)) {
    return store(words.redis.notAllowed(place, user))
  }
  if (code === 'WRONGTYPE') return store(words.redis.foreignKeys(place))
  if (/unknown command|wrong number of arguments|compiling script/i.test(message)) {
    return store(words.redis.tooOld(place))
  }
  if (/DB index|SELECT is not allowed/.test(message)) {
    return store(words.redis.noDatabase(place, address.db))
  }
  return store(words.redis.refused(place, /^[A-Z]{2,20}$/.test(code) ? quoteForeign(code) : 'ERR'))
}

type Spoken = ConstructorParameters<typeof ToknError>[1]

function network(said: Spoken, lasting = false): ToknError {
  return new ToknError('network', said, { lasting })
}

function store(said: Spoken): ToknError {
  return new ToknError('store', said)
}

/** The error of the first address, where several were tried. */
function firstCode(error: unknown): string | undefined {
  return error instanceof AggregateError ? systemCode(error.errors[0]) : undefined
}

function isBug(error: unknown): boolean {
  return [TypeError, ReferenceError, RangeError, SyntaxError].some((one) => error instanceof one)
}
