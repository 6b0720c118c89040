import { join } from 'node:path'
import type { ProviderSummary } from '../commands/context.ts'
import { openDefinitions } from '../io/files/definitions.ts'
import { openFiles } from '../io/files/files.ts'
import { namesIn, type Paths } from '../io/files/paths.ts'
import { builtIns, summarize } from '../providers/catalog.ts'

/** All providers: the built-in ones and the user's own. */
export async function listProviders(paths: Paths): Promise<readonly ProviderSummary[]> {
  const own = openDefinitions(join(paths.config, namesIn.config.definitions), openFiles())
  const yours = own.ids().flatMap((id) => {
    const text = own.read(id)
    return text === undefined ? [] : [{ ...summarize(id, text), source: 'yours' as const }]
  })
  return [...builtIns().map((one) => ({ ...one, source: 'built-in' as const })), ...yours]
}
