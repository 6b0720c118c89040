import { isToknError, systemCode, ToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { quoteForeign } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'

/** Codes of PostgreSQL (SQLSTATE) that tell who calls something. */
const noSuchTable: ReadonlySet<string> = new Set(['42P01', '3F000', '42883'])
/** It was rolled back for the sake of another, and may be tried again. */
export const isOutdone: ReadonlySet<string> = new Set(['40001', '40P01'])
export const notAllowed = '42501'
/** No room for another connection; starting up. */
const notYet: ReadonlySet<string> = new Set(['53300', '57P03'])

/** Whether an explained failure is that the tables are not there, or older ones. */
export function lacksTables(error: unknown): boolean {
  return isToknError(error) && noSuchTable.has(stateOf(error.details.cause) ?? '')
}

/** What the server itself says went wrong. */
export function stateOf(error: unknown): string | undefined {
  return isObject(error) && 'severity' in error && typeof error['code'] === 'string'
    ? error['code']
    : undefined
}

/** Whether a server that does not take a connection now may do so in a moment. */
export function passesSoon(error: unknown): boolean {
  const state = stateOf(error)
  // A pooler gives all that it has against a client the same state.
  const isPooler = state === '08P01' && /no more connections|too many/.test(reasonOf(error))
  // Its queue of a socket of this machine is full.
  return isPooler || notYet.has(state ?? '') || systemCode(error) === 'EAGAIN'
}

/** Whether it is the end of a connection, and nothing that the server has said. */
export function isCut(error: unknown): boolean {
  if (isToknError(error) || !(error instanceof Error)) return false
  return systemCode(error) === 'ECONNRESET' || error.message.startsWith('Connection terminated')
}

/** Whether the connection is of no use after it. */
export function endsConnection(error: unknown): boolean {
  return stateOf(error) === undefined || (isObject(error) && error['severity'] !== 'ERROR')
}

/** What a failure of `pg` comes to for the user; `where` is the server, for a person. */
export function explainFailure(error: unknown, where: string): ToknError {
  if (isToknError(error)) return error
  const state = stateOf(error)
  return state === undefined
    ? explainConnection(error, where)
    : explainState(state, error as Error, where)
}

function explainState(state: string, error: Error, where: string): ToknError {
  const { postgres } = words
  const reason = reasonOf(error)
  const cause = { cause: error }
  if (state === '25006' || state === '55000') return readOnly(where, state === '55000')
  if (state.startsWith('28'))
    return new ToknError('store', postgres.refusedUser(where, reason), cause)
  if (state === '3D000') return new ToknError('store', postgres.noDatabase(where, reason), cause)
  if (state === notAllowed) return new ToknError('store', postgres.denied(where, reason), cause)
  if (noSuchTable.has(state)) return new ToknError('store', postgres.noTables(where), cause)
  if (state.startsWith('53')) return new ToknError('network', postgres.full(where, reason), cause)
  // Shutting down, starting up, a cancelled statement, a conflict, a broken connection.
  if (/^(?:57|40|08|55|58)/.test(state)) {
    return new ToknError('network', postgres.away(where, reason), cause)
  }
  return new ToknError('store', postgres.refused(where, quoteForeign(state, 10), reason), cause)
}

export function readOnly(where: string, isStandby: boolean): ToknError {
  return new ToknError('network', words.postgres.readOnly(where, isStandby))
}

function explainConnection(error: unknown, where: string): ToknError {
  const { postgres } = words
  const code = systemCode(error)
  const cause = { cause: error }
  const message = reasonOf(error)
  if (code !== undefined && /CERT|ALTNAME|SELF_SIGNED|UNABLE_TO|^ERR_SSL|^ERR_TLS/.test(code)) {
    return new ToknError('network', postgres.untrusted(where, message), { ...cause, lasting: true })
  }
  if (message.includes('does not support SSL')) {
    return new ToknError('network', postgres.withoutTls(where), { ...cause, lasting: true })
  }
  // What SCRAM finds wrong: a server that does not know the password either, or is none.
  if (message.startsWith('SASL')) {
    return new ToknError('store', postgres.refusedUser(where, message), cause)
  }
  if (message.startsWith('received invalid response')) {
    return new ToknError('network', postgres.nonsense(where), { ...cause, lasting: true })
  }
  if (code !== undefined) return new ToknError('network', postgres.unreached(where, message), cause)
  return new ToknError('network', postgres.lost(where), cause)
}

/** Of a server, or whoever stands in its place: shown as text, and without what it was told. */
export function reasonOf(error: unknown): string {
  const all = error instanceof AggregateError ? (error.errors[0] as unknown) : error
  const message = all instanceof Error ? all.message : String(all)
  return quoteForeign(message.split('\n')[0] ?? '')
}
