import { expect } from 'vitest'
import { noteWant, recall, remember } from './part-records.ts'
import { probe } from './probes.ts'

/**
 * Whether a part that not every machine has works here: it is tried once per run (`probes.ts`), or
 * `there` says so. Where it does not, says so in one loud line, with `how` to get it; throws where
 * `TOKN_TEST_REQUIRE` lists it, so that nothing is skipped unseen.
 */
export function requirePart(name: string, there?: boolean, how?: string): boolean {
  if (there === true) return true
  const why = there === false ? (how ?? 'it is not installed') : once(name, () => probe(name))
  return why === undefined || goWithout(name, why)
}

/** As `requirePart`, where only a piece of a test needs it, so that no test is skipped. */
export function hasPart(name: string): boolean {
  const why = once(name, () => probe(name))
  return why === undefined || goWithout(name, why, '')
}

/** Whether all of them work here; each that does not is told. */
export function requireParts(...names: readonly string[]): boolean {
  return names.map((name) => requirePart(name)).every(Boolean)
}

/** As `requirePart`, for a part that takes more to try: it does not work if `attempt` fails. */
export async function tryPart(name: string, attempt: () => Promise<unknown>): Promise<boolean> {
  let why = recall(name)
  if (why === undefined) {
    why = await attempt().then(
      () => ({ why: undefined }),
      (error: unknown) => ({ why: firstLine(error) }),
    )
    remember(name, why.why)
  }
  return why.why === undefined || goWithout(name, why.why)
}

/**
 * For a part that is tried by starting it: what `start` gives, or nothing where it fails. The tests
 * that follow have to skip themselves then.
 */
export async function startPart<Part>(
  name: string,
  start: () => Promise<Part>,
): Promise<Part | undefined> {
  try {
    return await start()
  } catch (error) {
    goWithout(name, firstLine(error))
    return undefined
  }
}

function once(name: string, attempt: () => string | undefined): string | undefined {
  const known = recall(name)
  if (known !== undefined) return known.why
  const why = attempt()
  remember(name, why)
  return why
}

function goWithout(name: string, why: string, file = expect.getState().testPath ?? ''): false {
  const text = `SKIPPED: tests that need ${name}, which does not work here: ${why}`
  if ((process.env['TOKN_TEST_REQUIRE'] ?? '').split(',').includes(name)) throw new Error(text)
  if (noteWant({ part: name, file })) console.warn(text)
  return false
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] ?? ''
}
