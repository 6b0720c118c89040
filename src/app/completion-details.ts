import { join } from 'node:path'
import type { Place } from '../commands/completion/place.ts'
import type { Choice, CompletionTable } from '../commands/completion/table.ts'
import { isObject, ownString } from '../core/json.ts'
import type { IndexEntry } from '../core/ports.ts'
import { openDefinitions } from '../io/files/definitions.ts'
import { openFiles } from '../io/files/files.ts'
import { listFolderFiles } from '../io/files/folder-profile.ts'
import { openIndex } from '../io/files/index-file.ts'
import { namesIn, type Environment } from '../io/files/paths.ts'
import { readConfig, type Config } from '../io/profiles/config-file.ts'
import type { CompletionFolders } from './completion-sources.ts'

/** Sessions of so many profiles are looked at: somebody waits for the answer. */
const most = 200

interface OwnProvider {
  readonly id: string
  readonly title: string
  readonly scopes: readonly string[]
}

/** The user's own definitions, whether or not all of each is valid. */
export function listOwnProviders(config: string): readonly OwnProvider[] {
  const kept = openDefinitions(join(config, namesIn.config.definitions), openFiles())
  return kept.ids().map((id) => {
    const definition = readDefinition(kept.read(id) ?? '')
    const { scopes } = definition
    const { choices, known } = isObject(scopes) ? scopes : {}
    const listed: unknown = choices ?? known
    return {
      id,
      title: ownString(definition, 'title') ?? '',
      scopes: Array.isArray(listed) ? listed.filter((scope) => typeof scope === 'string') : [],
    }
  })
}

function readDefinition(text: string): Readonly<Record<string, unknown>> {
  try {
    const found: unknown = JSON.parse(text)
    return isObject(found) ? found : {}
  } catch {
    return {}
  }
}

/** Scopes that the definition of the provider names, and those that its sessions here have. */
export function listKnownScopes(
  folders: CompletionFolders,
  place: Place,
  environment: Environment,
  { providers }: Pick<CompletionTable, 'providers'>,
): readonly Choice[] {
  const config = readConfig(join(folders.config, namesIn.config.profiles))
  const chosen = place.values.get('--provider')?.at(-1)
  const id = chosen ?? providerOf(config, profileAt(place, config, environment))
  if (id === undefined) return []
  const known = [...providers, ...listOwnProviders(folders.config)].find((one) => one.id === id)
  const held = sessionsOf(folders, config, id).flatMap(({ session }) => session.scopes ?? [])
  const scopes = new Set([...(known?.scopes ?? []), ...held])
  return [...scopes].map((value) => ({ value, about: '' }))
}

/** Ids and names of the tokens that are held here, of the provider that would be asked. */
export function listKnownTokens(
  folders: CompletionFolders,
  place: Place,
  environment: Environment,
): readonly Choice[] {
  const config = readConfig(join(folders.config, namesIn.config.profiles))
  const provider = providerOf(config, profileAt(place, config, environment))
  const found = new Map<string, string>()
  for (const { profile, session } of sessionsOf(folders, config, provider)) {
    const { tokenId, tokenName } = session
    if (tokenName !== undefined) found.set(tokenName, profile)
    if (tokenId !== undefined) found.set(tokenId, tokenName ?? profile)
  }
  return [...found].map(([value, about]) => ({ value, about }))
}

/** The profile that the line means, else the one that is meant where none is named. */
function profileAt(
  { command, values, operands }: Place,
  config: Config,
  environment: Environment,
): string | undefined {
  const named = command.arguments[0]?.meaning === 'profile' ? operands[0] : undefined
  const typed =
    named ?? values.get('--profile')?.at(-1) ?? (environment['TOKN_PROFILE'] || undefined)
  if (typed !== undefined) return typed
  for (const { name, wrong } of listFolderFiles()) {
    if (wrong !== undefined) return undefined
    if (name !== undefined) return name
  }
  const names = Object.keys(config.profiles)
  return config.default ?? (names.length === 1 ? names[0] : undefined)
}

function providerOf({ profiles }: Config, name: string | undefined): string | undefined {
  const entry = name !== undefined && Object.hasOwn(profiles, name) ? profiles[name] : undefined
  return isObject(entry) ? ownString(entry, 'provider') : undefined
}

interface KnownSession {
  readonly profile: string
  readonly session: IndexEntry
}

/** What the index says of the sessions with `provider`; with any where that is not known. */
function sessionsOf(
  { state }: CompletionFolders,
  { profiles }: Config,
  provider: string | undefined,
): readonly KnownSession[] {
  const index = openIndex({ directory: join(state, namesIn.state.index), files: openFiles() })
  const meant = Object.entries(profiles).flatMap(([profile, entry]) => {
    if (!isObject(entry)) return []
    const id = ownString(entry, 'id')
    const same = provider === undefined || ownString(entry, 'provider') === provider
    return same && id !== undefined ? [{ profile, id }] : []
  })
  return meant.slice(0, most).flatMap(({ profile, id }) => {
    const session = index.get(id)
    return session === undefined ? [] : [{ profile, session }]
  })
}
