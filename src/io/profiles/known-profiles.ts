import { join } from 'node:path'
import { isObject, ownString } from '../../core/json.ts'
import { namesIn } from '../files/paths.ts'
import { readConfig } from './config-file.ts'
import { openDerivedProfiles } from './derived-profiles.ts'

/** What is to be had of a profile without a look at all of it. */
export interface KnownProfile {
  readonly name: string
  /** Empty where that takes longer to find. */
  readonly provider: string
}

/** More are not looked at one by one: those that begin otherwise are left out before. */
const many = 500

/**
 * All profiles, in the order of their names, and of many those that begin with `prefix`. Nothing is
 * written: the names of many are taken from what commands with a profile have made of them. Throws
 * `usage` as `readConfig` does.
 */
export function readKnownProfiles(
  config: string,
  cache: string,
  prefix: string,
): readonly KnownProfile[] {
  const path = join(config, namesIn.config.profiles)
  const known = readNames(path, join(cache, namesIn.cache.profiles), prefix)
  if (known !== undefined) return known.map((name) => ({ name, provider: '' }))
  const { profiles } = readConfig(path)
  const names = Object.keys(profiles).sort()
  const meant = names.length > many ? names.filter((name) => name.startsWith(prefix)) : names
  return meant.map((name) => ({ name, provider: providerOf(profiles[name]) }))
}

function providerOf(entry: unknown): string {
  const provider = isObject(entry) ? (ownString(entry, 'provider') ?? '') : ''
  return /^[a-z0-9-]*$/.test(provider) ? provider : ''
}

/** Those that begin with `prefix`; `undefined` where the file of profiles has to say it. */
function readNames(path: string, derived: string, prefix: string): readonly string[] | undefined {
  const found = openDerivedProfiles(path, derived).names()?.value
  if (!Array.isArray(found)) return undefined
  const names = (found as readonly unknown[]).filter(
    (name): name is string => typeof name === 'string' && name.startsWith(prefix),
  )
  return names.every((name) => /^[a-z0-9][a-z0-9._-]*$/.test(name)) ? names : undefined
}
