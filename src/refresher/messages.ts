import { exitStatus, ToknError, type ErrorDetails, type Fault } from '../core/errors.ts'
import type { Reason } from '../core/record.ts'
import type { FlowRefusal, Refusal } from '../core/refusal.ts'
import type { Requester } from '../session/ports.ts'
import type { RefreshRequest } from '../session/refresh-request.ts'
import { flag, keyOf, lines, list, map, number, object, optional, text } from './fields.ts'
import { Malformed, type Fields, type Values } from './fields.ts'

// Both messages travel by pipes, since they hold secrets. What is not in these tables does not cross.

/** What decides how a process makes its ports: flags and variables of the command line. */
const options = {
  configDirectory: optional(text),
  /** Milliseconds that everything may take. */
  timeout: number,
  debug: flag,
  ca: optional(text),
  proxy: optional(text),
}

export type ProcessOptions = Values<typeof options>

const reasons: Readonly<Record<Reason, true>> = {
  login: true,
  expired: true,
  'min-ttl': true,
  clock: true,
  'id-token': true,
  forced: true,
  rejected: true,
  wished: true,
  imported: true,
  issued: true,
  recovered: true,
  narrowed: true,
}

const refreshFields = {
  reason: keyOf(reasons),
  minTtl: optional(number),
  beyond: optional(number),
  force: optional(flag),
  narrow: optional(object({ scopes: optional(list(text)), resource: optional(list(text)) })),
} satisfies Fields<RefreshRequest>

const requesterFields = {
  command: text,
  pid: number,
  parent: text,
  host: text,
  job: optional(text),
} satisfies Fields<Requester>

/** What goes to the process that refreshes. */
const request = object({
  ...options,
  profile: text,
  profileId: text,
  /** Where the session is; absent: where the profile says. */
  store: optional(text),
  refresh: object(refreshFields),
  requester: object(requesterFields),
  /** What of the environment is for us alone to read. */
  variables: optional(map(text)),
  /** The key of the file store, or what it is made from. */
  storeKey: optional(text),
  passphrase: optional(text),
  /** Address and password of a store for many machines. */
  storeUrl: optional(text),
  storePassword: optional(text),
  /** What files said that can be read only once, by path: they may be pipes that are empty by now. */
  files: optional(map(text)),
})

export type RefresherRequest = ReturnType<typeof request>

const refusals: Readonly<Record<Refusal | FlowRefusal, true>> = {
  credentials: true,
  expired: true,
  invalid: true,
  forbidden: true,
  'refresh-rejected': true,
  limit: true,
  'not-found': true,
  'rate-limited': true,
  'route-missing': true,
  unavailable: true,
  refused: true,
  denied: true,
  interaction: true,
  'flow-forbidden': true,
  'flow-unknown': true,
}

const faults: Readonly<Record<Fault, true>> = {
  'unusable-id': true,
  superseded: true,
  damaged: true,
  'too-large': true,
  'no-terminal': true,
  'wrong-passphrase': true,
  empty: true,
  'no-address': true,
  'agent-locked': true,
  'by-refresh': true,
  'reader-gone': true,
  'gone-back': true,
  overtaken: true,
}

/** All but the cause: the stack of another process means nothing here. */
const detailFields = {
  hint: optional(lines),
  http: optional(object({ status: number, providerCode: optional(text) })),
  sent: optional(flag),
  lasting: optional(flag),
  retryAfter: optional(number),
  refusal: optional(keyOf(refusals)),
  generation: optional(number),
  fault: optional(keyOf(faults)),
  page: optional(text),
  exit: optional(number),
} satisfies Fields<Omit<ErrorDetails, 'cause'>>

/** What comes back: the text of a record, or why there is none; the warnings are for the user. */
const outcome = object({
  warnings: list(text),
  record: optional(text),
  error: optional(
    object({ code: keyOf(exitStatus), message: text, details: object(detailFields) }),
  ),
})

export interface Outcome {
  readonly warnings: readonly string[]
  readonly result: string | ToknError
}

export function writeRequest(value: RefresherRequest): string {
  return JSON.stringify(request(value))
}

/** `undefined` for what `writeRequest` did not write. */
export function readRequest(json: string): RefresherRequest | undefined {
  return read(json, request)
}

/** Follows an outcome: JSON has no line break of its own, and no more is to come. */
export const endOfOutcome = '\n'

export function writeOutcome({ warnings, result }: Outcome): string {
  if (typeof result === 'string') return JSON.stringify(outcome({ warnings, record: result }))
  return JSON.stringify(outcome({ warnings, error: result }))
}

/** `undefined` for what `writeOutcome` did not write whole. */
export function readOutcome(json: string): Outcome | undefined {
  const { warnings = [], record, error } = read(json, outcome) ?? {}
  if (record !== undefined) return { warnings, result: record }
  if (error === undefined) return undefined
  return { warnings, result: new ToknError(error.code, error.message, error.details) }
}

function read<Value>(json: string, reader: (value: unknown) => Value): Value | undefined {
  try {
    return reader(JSON.parse(json))
  } catch (error) {
    if (error instanceof Malformed || error instanceof SyntaxError) return undefined
    throw error
  }
}
