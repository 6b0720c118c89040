import { setTimeout as delay } from 'node:timers/promises'
import { Secret } from '../../../../src/core/secret.ts'
import type { SharedEngine, SharedRow } from '../../../../src/core/shared-engine.ts'
import { readContent } from '../../../../src/stores/shared/journal-content.ts'
import { openKeys } from '../../../../src/stores/shared/store-keys.ts'
import { profile } from './fleet.ts'

/** How far a refresh is, by what has gone over the wires and what the engine has. */
export const phases = [
  'before the intent',
  'intent there',
  'request sent',
  'answer heard',
  'answer there',
  'tokens stored',
] as const
export type Phase = (typeof phases)[number]

/** What the engine has of the session. */
export interface Stored {
  readonly generation: number
  readonly hasIntent: boolean
  readonly hasAnswer: boolean
}

/** What has gone between the machine that refreshes and the provider. */
export interface Heard {
  readonly sent: boolean
  readonly answered: boolean
}

export async function readStored(engine: SharedEngine, key: string): Promise<Stored> {
  return await untilItRuns(async () => {
    const row = await engine.find(profile)
    const content = row && (await contentOf(engine, key, row))
    return {
      generation: row?.generation ?? 0,
      hasIntent: content !== undefined,
      hasAnswer: content !== undefined && content.answers.length > 0,
    }
  })
}

export function phaseOf(before: Stored, now: Stored, { sent, answered }: Heard): Phase {
  if (now.generation > before.generation) return 'tokens stored'
  if (now.hasAnswer) return 'answer there'
  if (answered) return 'answer heard'
  if (sent) return 'request sent'
  return now.hasIntent ? 'intent there' : 'before the intent'
}

async function contentOf(engine: SharedEngine, key: string, row: SharedRow) {
  if (row.parts.journal === undefined) return undefined
  const keys = openKeys(new Secret(key), (await engine.readDocument('keys'))?.text)
  return readContent(keys, row)
}

/** Repeats it while the engine is being started again. */
async function untilItRuns<Value>(ask: () => Promise<Value>): Promise<Value> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      if (tries > 50) throw error
      await delay(100)
    }
  }
}
