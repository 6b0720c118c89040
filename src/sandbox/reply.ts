import type { Call, Reply } from './api.ts'

/** A JSON reply, `indent` blanks deep when pretty-printed. */
export function answerJson(status: number, value: unknown, indent?: number): Reply {
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  return { status, headers, body: JSON.stringify(value, undefined, indent) }
}

/** The JSON object in the body of `call`, or undefined when there is none. */
export function readJson(call: Call): Readonly<Record<string, unknown>> | undefined {
  try {
    return asRecord(JSON.parse(call.body))
  } catch {
    return undefined
  }
}

/** `value` when it is a JSON object, else undefined. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return value as Readonly<Record<string, unknown>>
}

/** Whether the content type of `call` is `type`, parameters aside. */
export function hasContentType(call: Call, type: string): boolean {
  const sent = call.headers.get('content-type') ?? ''
  return sent.split(';', 1)[0]?.trim().toLowerCase() === type
}
