import { expect, it } from 'vitest'
import type { HttpReply } from '../../../src/core/ports.ts'
import { isToknError, type ErrorCode } from '../../../src/core/errors.ts'
import type { RefreshRequest } from '../../../src/session/refresh-request.ts'
import { openRefreshWorld, type Given, type RefreshWorld } from './refresh-world.ts'

/** One refresh, and what it comes to. */
export interface Step {
  /** What happens before it. */
  readonly before?: (world: RefreshWorld) => void | Promise<void>
  /** Default: forced, and not what the store has. */
  readonly request?: RefreshRequest
  readonly replies?: ReadonlyArray<HttpReply | Error | ((world: RefreshWorld) => HttpReply)>
  /** The access token served; or a code, and a part of the sentence. */
  readonly gives: string | readonly [code: ErrorCode, says: string]
  readonly hint?: string
  /** The requests, in order. Default: none. */
  readonly sent?: readonly string[]
  readonly generation?: number
  /** What is known of the tokens in the store afterwards. Default: nothing. */
  readonly standing?: 'unrenewable' | 'dead'
  /** What the index knows, where that is not the same. */
  readonly known?: 'unrenewable' | 'doubtful'
  /** Default: empty. */
  readonly journal?: string
  /** A part of each warning. Default: none. */
  readonly warns?: readonly string[]
  readonly after?: (world: RefreshWorld) => void | Promise<void>
}

/** A session and what becomes of it, step by step. */
export type Row = readonly [name: string, given: Given, ...steps: readonly Step[]]

export function testRows(rows: readonly Row[]): void {
  const named = rows.map(([name, given, ...steps]) => ({ name, given, steps }))
  it.each(named)('$name', async ({ given, steps }) => {
    const world = await openRefreshWorld(given).prepare()
    for (const step of steps) {
      await step.before?.(world)
      await check(world, step)
    }
    expect.hasAssertions()
  })
}

async function check(world: RefreshWorld, step: Step): Promise<void> {
  world.replies = (step.replies ?? []).map((reply) =>
    typeof reply === 'function' ? () => reply(world) : reply,
  )
  world.sent.length = 0
  world.warnings.length = 0
  const result = await outcomeOf(world, step)
  expect(result).toEqual(typeof step.gives === 'string' ? step.gives : [...step.gives])
  expect(world.sent).toEqual(step.sent ?? [])
  expect(world.warnings).toEqual(
    (step.warns ?? []).map((part) => expect.stringContaining(part) as unknown),
  )
  expect(world.journal()).toBe(step.journal ?? 'empty')
  expect(world.locks).toBe(0)
  world.broken = {}
  const stored = await world.stored()
  expect(stored.standing?.state).toBe(step.standing)
  if (step.generation !== undefined) expect(stored.generation).toBe(step.generation)
  const known = world.index.get('a1')?.standing?.state
  expect(known).toBe(step.known ?? step.standing)
  await step.after?.(world)
}

async function outcomeOf(world: RefreshWorld, { request, gives, hint }: Step) {
  try {
    return (await world.refresh(request)).access.reveal()
  } catch (error) {
    if (!isToknError(error) || typeof gives === 'string') throw error
    if (hint !== undefined) expect(error.hint).toBe(hint)
    return [error.code, error.message.includes(gives[1]) ? gives[1] : error.message]
  }
}
