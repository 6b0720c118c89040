import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { requirePart } from '../support/parts.ts'
import { readStory, runStory } from '../e2e/runner.ts'

const folder = join(import.meta.dirname, 'stories')
const names = readdirSync(folder).filter((name) => name.endsWith('.txt'))

describe.concurrent('longer stories told to the real program', () => {
  for (const name of names) {
    const story = readStory(name, readFileSync(join(folder, name), 'utf8'))
    const missing = story.needs.filter((part) => !requirePart(part))
    test.skipIf(missing.length > 0)(
      `the story of ${name.replace('.txt', '')}`,
      { timeout: 240_000 },
      async () => {
        await expect(runStory(story)).resolves.toBeUndefined()
      },
    )
  }
})
