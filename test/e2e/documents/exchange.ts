import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Home } from '../../support/home.ts'
import { startCommand } from '../../support/run.ts'
import { call, type Answer } from '../../unit/sandbox/call.ts'

/** What stands for `{{name}}`. */
export type Known = Map<string, string>

/** Replaces `{{name}}` in every text within `value`. Throws for a name that nothing stands for. */
export function fill<Value>(value: Value, known: Known): Value {
  if (typeof value === 'string') return fillText(value, known) as Value
  if (Array.isArray(value)) return value.map((one: unknown) => fill(one, known)) as Value
  // What vitest compares by, such as `expect.any`, is of a class of its own.
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value
  const entries = Object.entries(value).map(([key, one]) => [key, fill(one as unknown, known)])
  return Object.fromEntries(entries) as Value
}

function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype
}

function fillText(text: string, known: Known): string {
  return text.replace(/\{\{([\w.]+)\}\}/g, (_, name: string) => {
    const value = known.get(name)
    if (value === undefined) throw new Error(`nothing stands for {{${name}}}`)
    return value
  })
}

/** Notes every text and number within `value` by its key. */
export function learn(known: Known, value: unknown, under?: string): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, one] of Object.entries(value) as readonly (readonly [string, unknown])[]) {
    const name = under === undefined ? key : `${under}.${key}`
    if (typeof one === 'string' || typeof one === 'number') known.set(name, String(one))
    else learn(known, one, under)
  }
}

/** Sends a request that is written as HTTP writes it. */
export async function send(host: string, text: string): Promise<Answer> {
  const [head = '', ...body] = text.trim().split('\n\n')
  const [line = '', ...headers] = head.split('\n')
  const [method = '', path = ''] = line.split(' ')
  return await call(method, host + path, {
    headers: Object.fromEntries(headers.map(readHeader)),
    body: body.length === 0 ? undefined : body.join('\n\n'),
  })
}

/** Runs a line of a document in the shell, in a folder that has the file which the line names. */
export async function runLine(line: string, home: Home): Promise<Answer> {
  mkdirSync(join(home.work, 'examples'), { recursive: true })
  writeFileSync(join(home.work, 'examples/car_number.jpg'), 'a number plate')
  // The line stays as it is: what the test wants to know of the answer, curl is told elsewhere.
  writeFileSync(join(home.environment['HOME'] ?? '', '.curlrc'), 'write-out = "\\n%{http_code}"\n')
  const { out, err } = await startCommand(['sh', '-c', line], { home }).ended
  const [, text = err, status] = /^(.*)\n(\d{3})$/s.exec(out) ?? []
  const json: unknown = /^[[{]/.test(text) ? JSON.parse(text) : undefined
  return { status: Number(status), headers: {}, text, json }
}

function readHeader(line: string): readonly [string, string] {
  const at = line.indexOf(':')
  return [line.slice(0, at), line.slice(at + 1).trim()]
}
