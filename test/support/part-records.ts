import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { howToGet } from './part-sources.ts'

/** Names the folder in which all workers of one run write what they found out. */
export const recordsVariable = 'TOKN_TEST_PARTS'

/** A part that a test file wanted and that does not work here. */
export interface Want {
  readonly part: string
  readonly file: string
}

/** What a try of `part` came to, in this run: why it does not work, or `works`. */
export function recall(part: string): { readonly why: string | undefined } | undefined {
  const path = pathOf('tried', part)
  if (path === undefined || !existsSync(path)) return undefined
  // Empty while another worker is still writing it.
  const text = readFileSync(path, 'utf8')
  return text === '' ? undefined : (JSON.parse(text) as { why: string | undefined })
}

export function remember(part: string, why: string | undefined): void {
  const path = pathOf('tried', part)
  if (path !== undefined) writeFileSync(path, JSON.stringify({ why }))
}

/** Notes that `file` goes without `part`; whether it is the first to say so in this run. */
export function noteWant({ part, file }: Want): boolean {
  const path = pathOf('want', `${part}\0${file}`)
  if (path === undefined) return true
  writeFileSync(path, JSON.stringify({ part, file }))
  try {
    writeFileSync(pathOf('said', part)!, '', { flag: 'wx' })
    return true
  } catch {
    return false
  }
}

export function listWants(directory: string): readonly Want[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith('want-'))
    .map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')) as Want)
}

/** Tests that did not run, by the file that they are in. */
export interface Skipped {
  readonly file: string
  readonly tests: number
}

/**
 * A table: what is missing here, how many tests were skipped for want of it, how to get it. A file
 * that goes without several parts does not say which of its tests wanted which: `root or tmpfs`.
 */
export function summarize(wants: readonly Want[], skipped: readonly Skipped[]): string | undefined {
  const sums = new Map<string, { tests: number; parts: readonly string[] }>()
  for (const { file, tests } of skipped) {
    const named = wants.filter((want) => want.file === file).map(({ part }) => part)
    if (named.length === 0) continue
    const parts = [...new Set(named)].sort()
    const name = parts.join(' or ')
    sums.set(name, { parts, tests: (sums.get(name)?.tests ?? 0) + tests })
  }
  if (sums.size === 0) return undefined
  const rows = [...sums]
    .sort(([one, few], [other, many]) => many.tests - few.tests || one.localeCompare(other))
    .map(([name, { tests, parts }]) => {
      return [name, String(tests), [...new Set(parts.map(howToGet))].join('; ')] as const
    })
  const all = [['missing here', 'skipped tests', 'how to get it'] as const, ...rows]
  const width = Math.max(...all.map(([name]) => name.length))
  const count = Math.max(...all.map(([, tests]) => tests.length))
  return all
    .map(([name, tests, how]) => `${name.padEnd(width)}  ${tests.padStart(count)}  ${how}`)
    .join('\n')
}

function pathOf(kind: string, name: string): string | undefined {
  const directory = process.env[recordsVariable]
  if (directory === undefined) return undefined
  return join(directory, `${kind}-${Buffer.from(name).toString('base64url').slice(-200)}`)
}
