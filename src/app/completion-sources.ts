import { resolve } from 'node:path'
import type { Sources } from '../commands/completion/candidates.ts'
import type { Place } from '../commands/completion/place.ts'
import type { Choice, CompletionTable } from '../commands/completion/table.ts'
import { homeOf, locateFolders, passwdHome, type BaseFolders } from '../io/files/base-folders.ts'
import type { Environment } from '../io/files/paths.ts'

/** Folders of ours that a completion looks into. */
export type CompletionFolders = Pick<BaseFolders, 'config' | 'state' | 'cache'>

/**
 * What is known on this machine, from files alone: nothing is asked, unlocked, written or said.
 * Whatever cannot be read, and a configuration that is wrong, gives nothing.
 */
export function openCompletionSources(environment: Environment, table: CompletionTable): Sources {
  return {
    profiles: quietly(async ({ config, cache }, { typed }) => {
      const { readKnownProfiles } = await import('../io/profiles/known-profiles.ts')
      const known = readKnownProfiles(config, cache, typed)
      return known.map(({ name, provider }) => ({ value: name, about: provider }))
    }),
    ownProviders: showably(async ({ config }) => {
      const { listOwnProviders } = await import('./completion-details.ts')
      return listOwnProviders(config).map(({ id, title }) => ({ value: id, about: title }))
    }),
    scopes: showably(async (folders, place) => {
      const { listKnownScopes } = await import('./completion-details.ts')
      return listKnownScopes(folders, place, environment, table)
    }),
    tokens: showably(async (folders, place) => {
      const { listKnownTokens } = await import('./completion-details.ts')
      return listKnownTokens(folders, place, environment)
    }),
  }

  function quietly(find: Find): (place: Place) => Promise<readonly Choice[]> {
    return async (place) => {
      try {
        const folders = foldersFor(environment, place)
        return folders === undefined ? [] : await find(folders, place)
      } catch {
        return []
      }
    }
  }

  /** What others have written may have anything in it. */
  function showably(find: Find): (place: Place) => Promise<readonly Choice[]> {
    return quietly(async (folders, place) => {
      const { withoutUnprintable } = await import('./completion-text.ts')
      return withoutUnprintable(await find(folders, place))
    })
  }
}

type Find = (folders: CompletionFolders, place: Place) => Promise<readonly Choice[]>

function foldersFor(environment: Environment, { values }: Place): CompletionFolders | undefined {
  const home = homeOf(environment) ?? passwdHome()
  if (home === undefined) return undefined
  const folders = locateFolders(environment, home)
  // A tilde stands for the home where the shell sees it, and that was not here.
  const typed = values
    .get('--config-dir')
    ?.at(-1)
    ?.replace(/^~(?=\/|$)/, () => home)
  const chosen = typed ?? (environment['TOKN_CONFIG_DIR'] || undefined)
  return chosen === undefined ? folders : { ...folders, config: resolve(chosen) }
}
