import { expect } from 'vitest'
import type { Ended } from '../../support/run.ts'
import type { Answers, Api } from './api.ts'

// What a command said of a token, held against what the API does with it.

export interface Told extends Ended {
  /** The first of `results` in the JSON document. */
  readonly result: Readonly<Record<string, unknown>>
}

/** Reads what a command that prints JSON has told, whatever its exit status. */
export function told(ended: Ended): Told {
  const { results } = JSON.parse(ended.out) as { results: ReadonlyArray<Told['result']> }
  return { ...ended, result: results[0] ?? {} }
}

/** The document, the exit status and the words of a logout say what `alive` is: whether it works. */
export function expectTruth(json: Told, words: Ended, alive: boolean): void {
  const { revoked, verified, alive: sentence, alive_until: until } = json.result
  expect(words.status, words.err).toBe(json.status)
  if (alive) {
    // Its end may be unknown; that it lives is said all the same.
    expect({ revoked, verified }, json.err).toEqual({ revoked: false, verified: false })
    expect(sentence).toEqual(expect.any(String))
    expect(words.err).toContain('alive at the provider')
    expect(words.err).not.toContain('the token is revoked')
  } else {
    expect({ sentence, until }).toEqual({ sentence: null, until: null })
    expect(words.err).not.toContain('alive')
  }
  if (verified === true) expect(alive).toBe(false)
}

/** Logs in and out, once for the document and once for the words; `use` tries a token at the API. */
export async function logOut(
  api: Api,
  user: Answers,
  use: (headers: Readonly<Record<string, string>>) => Promise<boolean>,
  ...args: readonly string[]
): Promise<{ readonly json: Told; readonly words: Ended; readonly alive: boolean }> {
  const ends: Ended[] = []
  const lives: boolean[] = []
  for (const flags of [['--json'], []]) {
    await api.login(user, ...args)
    const held = await api.headers()
    expect(await use(held)).toBe(true)
    ends.push(await api.ended(['logout', api.profile, ...flags]))
    lives.push(await use(held))
  }
  const [first, words] = ends as [Ended, Ended]
  const [alive = false, again] = lives
  expect(again).toBe(alive)
  const json = told(first)
  expectTruth(json, words, alive)
  return { json, words, alive }
}
