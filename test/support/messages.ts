import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { provideTexts } from '../../src/messages/words.ts'

// Tests run the sources, and there the texts are not where a build has them.
const folder = join(import.meta.dirname, '../../src/messages/en')
for (const name of readdirSync(folder)) {
  const area: unknown = await import(pathToFileURL(join(folder, name)).href)
  provideTexts({ [name.replace(/\.ts$/, '')]: area })
}
