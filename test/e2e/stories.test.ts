import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { requirePart } from '../support/parts.ts'
import { checks } from './checks.ts'
import { readStory, runStory } from './runner.ts'

const folder = join(import.meta.dirname, 'stories')
const names = readdirSync(folder).filter((name) => name.endsWith('.txt'))

describe.concurrent('stories told to the real program', () => {
  for (const name of names) {
    const story = readStory(name, readFileSync(join(folder, name), 'utf8'))
    const missing = story.needs.filter((part) => !requirePart(part))
    test.skipIf(missing.length > 0)(
      `the story of ${name.replace('.txt', '')}`,
      { timeout: 120_000 },
      async () => {
        // A story that says nothing of its commands would pass whatever happens.
        expect(story.lines.some(({ keyword }) => checks.has(keyword))).toBe(true)
        await expect(runStory(story)).resolves.toBeUndefined()
      },
    )
  }
})
