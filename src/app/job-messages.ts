import { ToknError } from '../core/errors.ts'
import {
  flag,
  Malformed,
  map,
  number,
  object,
  optional,
  text,
  type Fields,
  type Reader,
} from '../refresher/fields.ts'
import { words } from '../messages/words.ts'
import type { LogoutResult } from '../session/revoke/logout.ts'

/** Follows a message on a pipe that stays open: JSON has no line break of its own. */
export const endOfMessage = '\n'

/** Says that whoever started the process has told where it is; without it, nobody knows. */
export const acknowledgement = `told${endOfMessage}`

/** What goes to the process of a job. Travels by a pipe, since it holds secrets. */
const request = object({
  configDirectory: optional(text),
  /** Milliseconds that a login or a refresh may take. */
  timeout: number,
  debug: flag,
  ca: optional(text),
  proxy: optional(text),
  command: text,
  provider: text,
  /** What of the environment is for us alone to read. */
  variables: map(text),
  /** By what each variable that is set is recognised, by its name. */
  marks: map(text),
  owner: object({ pid: number, start: text }),
  /** Milliseconds after which it ends. */
  longest: number,
})

export type JobRequest = ReturnType<typeof request>

export function writeJobRequest(value: JobRequest): string {
  return JSON.stringify(request(value)) + endOfMessage
}

/** `undefined` for what `writeJobRequest` did not write. */
export function readJobRequest(json: string): JobRequest | undefined {
  return readJson(json, request)
}

/** What can be told of a job; none of it is secret. */
const fields = {
  socket: text,
  pid: number,
  provider: text,
  /** What the provider calls itself. */
  title: text,
  /** Epoch milliseconds of its start, and of its end at the latest. */
  since: number,
  until: number,
  /** The process with whose end it ends. */
  owner: number,
}
const facts = object(fields)
const answer = object({ ...fields, same: flag, ending: flag })

export type JobFacts = ReturnType<typeof facts>
/**
 * With whether a login with what was asked would be the one that it holds, and whether its end is
 * under way.
 */
export type JobAnswer = ReturnType<typeof answer>

export function writeJobFacts(value: JobFacts): string {
  return JSON.stringify(facts(value))
}

/** Each gives `undefined` for anything else than what it reads. */
export function readJobFacts(json: string): JobFacts | undefined {
  return readJson(json, facts)
}

export function readJobAnswer(json: string): JobAnswer | undefined {
  return readJson(json, answer)
}

/** How its session ended. */
const end = object({
  revoked: flag,
  verified: flag,
  unverified: optional(text),
  caveat: optional(text),
  alive: optional(text),
  doubtful: optional(flag),
  aliveUntil: optional(number),
  partial: optional(flag),
  ended: optional(text),
  page: optional(text),
  failed: flag,
  erased: flag,
} satisfies Fields<LogoutResult>)

export function writeJobEnd(value: LogoutResult): string {
  return JSON.stringify(end(value))
}

/** Throws `internal` for what `writeJobEnd` did not write. */
export function readJobEnd(json: string): LogoutResult {
  const found = readJson(json, end)
  if (found === undefined) throw new ToknError('internal', words.ci.notUnderstood())
  return found
}

function readJson<Value>(json: string, reader: Reader<Value>): Value | undefined {
  try {
    return reader(JSON.parse(json))
  } catch (error) {
    if (error instanceof Malformed || error instanceof SyntaxError) return undefined
    throw error
  }
}
