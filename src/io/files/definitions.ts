import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import type { Files } from '../../core/ports.ts'
import { requireText } from '../../core/value-text.ts'
import { words } from '../../messages/words.ts'
import { reasonOf } from './system-error.ts'

/**
 * The user's own provider definitions: one JSON file each. Whoever reads one checks its content.
 */
export interface Definitions {
  /** `undefined` when there is none of that name. */
  read(id: string): string | undefined
  ids(): readonly string[]
  write(id: string, text: string): void
  remove(id: string): boolean
}

/**
 * Writes a new file of the user's. Throws `usage` where there is one already, and where it cannot
 * be written.
 */
export function createTextFile(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' })
  } catch (error) {
    throw new ToknError('usage', words.files.fileNotCreated(path, reasonOf(error)))
  }
}

const longest = 262_144
const idPattern = /^[a-z0-9][a-z0-9-]{0,31}$/

export function openDefinitions(directory: string, files: Files): Definitions {
  return {
    read(id) {
      const bytes = idPattern.test(id) ? files.read(pathOf(id), longest) : undefined
      return bytes === undefined ? undefined : requireText(bytes, words.files.theDefinition(id))
    },
    ids: () =>
      files
        .list(directory)
        .filter((name) => name.endsWith('.json'))
        .map((name) => name.slice(0, -'.json'.length))
        .filter((id) => idPattern.test(id)),
    write(id, text) {
      files.ensureDirectory(directory)
      files.write(pathOf(id), Buffer.from(text))
    },
    remove: (id) => files.remove(pathOf(id)),
  }

  function pathOf(id: string): string {
    if (idPattern.test(id)) return join(directory, `${id}.json`)
    throw new ToknError('usage', words.files.notAProviderName(display(id, 60)))
  }
}
