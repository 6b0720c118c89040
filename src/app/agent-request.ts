import { exitStatus, ToknError } from '../core/errors.ts'
import {
  flag,
  keyOf,
  lines,
  list,
  map,
  number,
  object,
  optional,
  readOrNothing,
  text,
} from '../refresher/fields.ts'

/** What the process that starts an agent tells it, by a pipe: some of it is secret. */
const request = object({
  configDirectory: optional(text),
  /** Milliseconds that one request may take. */
  timeout: number,
  debug: flag,
  ca: optional(text),
  proxy: optional(text),
  /** Path of the socket. */
  socket: text,
  /** Names of the profiles that are served; absent: all. */
  profiles: optional(list(text)),
  /** What of the environment is for us alone to read. */
  variables: map(text),
  passphrase: optional(text),
  /** See `AgentKeeping`. */
  lifetime: optional(number),
  idleExit: optional(number),
  confirm: optional(flag),
})

export type AgentRequest = ReturnType<typeof request>

/** What comes back once it serves, or why it does not. */
const outcome = object({
  pid: optional(number),
  error: optional(object({ code: keyOf(exitStatus), message: text, hint: optional(lines) })),
})

export function writeAgentRequest(value: AgentRequest): string {
  return JSON.stringify(request(value))
}

/** `undefined` for what `writeAgentRequest` did not write. */
export function readAgentRequest(json: string): AgentRequest | undefined {
  return readOrNothing(request, json)
}

export function writeAgentOutcome(result: ToknError | undefined): string {
  const error = result && { code: result.code, message: result.message, hint: result.details.hint }
  return `${JSON.stringify(outcome(error === undefined ? { pid: process.pid } : { error }))}\n`
}

/** The process that serves, or why there is none; `undefined` for no whole answer. */
export function readAgentOutcome(json: string): number | ToknError | undefined {
  const { pid, error } = readOrNothing(outcome, json) ?? {}
  if (error === undefined) return pid
  return new ToknError(error.code, error.message, { hint: error.hint })
}
