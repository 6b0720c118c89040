import { join } from 'node:path'
import type { OwnDefinitions } from '../commands/context.ts'
import { isLoopback } from '../core/base-url.ts'
import { ToknError } from '../core/errors.ts'
import type { Http } from '../core/ports.ts'
import { createTextFile, openDefinitions } from '../io/files/definitions.ts'
import { openFiles } from '../io/files/files.ts'
import { namesIn } from '../io/files/paths.ts'
import { readTextFile } from '../io/terminal/input.ts'
import { builtInDefinition } from '../providers/builtin/definitions.ts'
import { jsonSchema, parseDefinition } from '../providers/schema/check.ts'
import { words } from '../messages/words.ts'

/** The user's own definitions, and what there is to know about any. */
export function openOwnDefinitions(
  configDirectory: string,
  http: () => Promise<Http>,
): OwnDefinitions {
  const kept = openDefinitions(join(configDirectory, namesIn.config.definitions), openFiles())
  return {
    load: async (source) =>
      /^https?:/i.test(source) ? await fetchText(source, await http()) : readTextFile(source),
    check: (text) => {
      const { id, title, docs, origins = [], apiOrigins = [] } = parseDefinition(text)
      return { id, title, docs, origins: [...new Set([...origins, ...apiOrigins])] }
    },
    text: (id) => kept.read(id) ?? builtInText(id),
    write: (id, text) => kept.write(id, text),
    create: createTextFile,
    remove: (id) => kept.remove(id),
    schema: () => jsonSchema(),
  }
}

function builtInText(id: string): string | undefined {
  const definition = builtInDefinition(id)
  return definition === undefined ? undefined : JSON.stringify(definition, undefined, 2)
}

async function fetchText(source: string, http: Http): Promise<string> {
  const url = new URL(source)
  if (!isLoopback(url)) {
    throw new ToknError('usage', words.app.foreignDefinition())
  }
  const { status, body } = await http({ method: 'GET', url })
  if (status === 200) return body
  throw new ToknError('not_found', words.app.noDefinitionAtUrl(status))
}
