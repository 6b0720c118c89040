import { ToknError } from '../core/errors.ts'
import { isObject, ownString } from '../core/json.ts'
import { readJsonText } from '../core/json-text.ts'
import type { Profile } from '../core/profile.ts'
import type { Field, Provider } from '../core/provider.ts'
import { display, nearOnes } from '../core/text.ts'
import { words } from '../messages/words.ts'
import type { ProviderDefinition } from './schema/definition.ts'
import { builtInDefinition, definitions } from './builtin/definitions.ts'
import { presets } from './oauth/presets.ts'
import { defineProvider } from './interpreter/provider.ts'

/** The part of a profile that decides which provider it is, and how it is set up. */
export type ProviderProfile = Pick<
  Profile,
  'provider' | 'baseUrl' | 'apiUrls' | 'certificate' | 'settings' | 'overrides' | 'definition'
>

/** What is known of a provider without profile it. */
export interface ProviderSummary {
  readonly id: string
  readonly title: string
  readonly docs: string
  /** Whether each profile has to give a base URL. */
  readonly needsBaseUrl: boolean
  /** Paths of its requests below a base URL, with and without the part that all of them share. */
  readonly paths: readonly string[]
  /** What a login asks for; absent where the profile's settings decide that. */
  readonly fields?: readonly Field[]
}

const oauth: ProviderSummary = {
  id: 'oauth',
  title: 'OAuth 2.0 / OpenID Connect',
  docs: 'https://www.rfc-editor.org/rfc/rfc6749',
  needsBaseUrl: false,
  paths: [],
}

/** The providers that come with the program. Their names are taken. */
export function builtIns(): readonly ProviderSummary[] {
  const issuers = presets.map(({ id, title, docs }) => ({
    ...{ id, title, docs },
    needsBaseUrl: false,
    paths: [],
  }))
  return [...definitions.map(summaryOfDefinition), oauth, ...issuers]
}

/** The summary of a definition file, whether or not all of it is valid. */
export function summarize(id: string, text: string): ProviderSummary {
  const value = readLeniently(text)
  return {
    id,
    title: display(ownString(value, 'title') ?? words.definitions.damagedTitle(), 80),
    docs: display(ownString(value, 'docs') ?? ''),
    needsBaseUrl: ownString(value, 'baseUrl') === undefined,
    paths: requestPaths(value),
  }
}

/**
 * The provider of a profile. `own` is the text of the user's definition of that name, if there is
 * one on this machine: one that came with the profile goes before it. Throws `usage` for a bad definition, override or base URL, `not_found` for no such provider.
 */
export async function openProvider(profile: ProviderProfile, own?: string): Promise<Provider> {
  const id = profile.provider
  if (id === '') {
    throw new ToknError('usage', words.definitions.noProviderNamed())
  }
  const definition = builtInDefinition(id)
  if (definition !== undefined) return defineProvider(await override(definition, profile), profile)
  if (id === oauth.id || presets.some((preset) => preset.id === id)) {
    const { openOauth } = await import('./oauth/provider.ts')
    return await openOauth(profile)
  }
  const text = profile.definition ?? own
  if (text !== undefined) {
    const { digestOf, parseDefinition } = await import('./schema/check.ts')
    const parsed = parseDefinition(text)
    return defineProvider(await override(parsed, profile), profile, digestOf(parsed))
  }
  const near = nearOnes(
    id,
    builtIns().map((known) => known.id),
  )
  throw new ToknError('not_found', words.definitions.noSuchProvider(display(id, 40), near))
}

async function override(
  definition: ProviderDefinition,
  { overrides }: ProviderProfile,
): Promise<ProviderDefinition> {
  if (overrides === undefined || Object.keys(overrides).length === 0) return definition
  const { applyOverrides } = await import('./schema/overrides.ts')
  return applyOverrides(definition, overrides)
}

function summaryOfDefinition(definition: ProviderDefinition): ProviderSummary {
  const { id, title, docs, baseUrl, fields } = definition
  const needsBaseUrl = baseUrl === undefined
  return { id, title, docs, needsBaseUrl, paths: requestPaths(definition), fields }
}

/** The paths of all requests of a definition, whether or not all of it is valid. */
function requestPaths(definition: Readonly<Record<string, unknown>>): readonly string[] {
  const shared = ownString(definition, 'basePath') ?? ''
  const paths = collectPaths(definition)
  return [...new Set(paths.flatMap((path) => [path, `${shared}${path}`]))]
}

function collectPaths(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(collectPaths)
  if (!isObject(value)) return []
  const path = ownString(value, 'method') === undefined ? undefined : ownString(value, 'path')
  // One that begins otherwise is the URL of another place.
  const own = path?.startsWith('/') === true ? [path] : []
  return [...own, ...Object.values(value).flatMap(collectPaths)]
}

function readLeniently(text: string): Readonly<Record<string, unknown>> {
  try {
    const { value } = readJsonText(text, { written: true })
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}
