import type { CompletionTable } from '../commands/completion/table.ts'

/** What the build writes beside the program, to be read without any of the program. */
export async function makeCompletionTable(): Promise<CompletionTable> {
  const { makeTable } = await import('../commands/completion/make-table.ts')
  const { settingFields } = await import('../providers/oauth/settings/fields.ts')
  const choicesOf = (setting: string) =>
    settingFields.find(({ name }) => name === setting)?.choices ?? []
  return makeTable(await openWholeProgram(), {
    providers: await listProviders(),
    choices: { flow: choicesOf('flow'), clientAuth: choicesOf('client_auth') },
  })
}

async function openWholeProgram() {
  const { openProgram } = await import('../program.ts')
  const { createContext } = await import('./context.ts')
  const { openHints } = await import('./hints.ts')
  const line = { program: '', words: [], rest: undefined, warnings: [], hints: openHints([]) }
  return await openProgram(createContext({ environment: {}, ...line }))
}

async function listProviders() {
  const { builtInDefinition } = await import('../providers/builtin/definitions.ts')
  const { builtIns } = await import('../providers/catalog.ts')
  return builtIns().map(({ id, title }) => {
    const { choices, known } = builtInDefinition(id)?.scopes ?? {}
    return { id, title, scopes: choices ?? known ?? [] }
  })
}
