import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { requirePart } from '../support/parts.ts'
import { checks } from './checks.ts'
import { readStory, runStory } from './runner.ts'

/** Tells each story of a folder to the real program; `timeout` in milliseconds, for each. */
export function tellStories(title: string, folder: string, timeout: number): void {
  const names = readdirSync(folder).filter((name) => name.endsWith('.txt'))
  describe.concurrent(`${title}`, () => {
    for (const name of names) {
      const story = readStory(name, readFileSync(join(folder, name), 'utf8'))
      const missing = story.needs.filter((part) => !requirePart(part))
      test.skipIf(missing.length > 0)(
        `the story of ${name.replace('.txt', '')}`,
        { timeout },
        async () => {
          // A story that says nothing of its commands would pass whatever happens.
          expect(story.lines.some(({ keyword }) => checks.has(keyword))).toBe(true)
          await expect(runStory(story)).resolves.toBeUndefined()
        },
      )
    }
  })
}
