import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment, Paths } from '../files/paths.ts'

// No path has it in it.
const separator = '\0'

/**
 * Which profiles and which stores a process works with, as one text: an agent answers a process
 * that says the same; see `isSameConfiguration`. Folders by the paths that they really have.
 */
export function nameConfiguration(
  { config, data }: Pick<Paths, 'config' | 'data'>,
  { PASSWORD_STORE_DIR: passwords = '', HOME: home = '' }: Environment,
): string {
  const used = passwords === '' ? join(home, '.password-store') : passwords
  return [config, data, used].map(realPath).join(separator)
}

/**
 * Whether two processes mean the same session. `isPlaced`: by a variable of its own, a store says where
 * its entries are; where the other stores are, it says nothing of.
 */
export function isSameConfiguration(one: string, other: string, isPlaced: boolean): boolean {
  return isPlaced ? one === other : foldersOf(one) === foldersOf(other)
}

/** Without the last part, which is of such a store. */
function foldersOf(configuration: string): string {
  return configuration.slice(0, configuration.lastIndexOf(separator) + 1)
}

/** What is not there yet has only the path that it is called by. */
export function realPath(path: string): string {
  if (path === '') return ''
  try {
    return realpathSync.native(path)
  } catch {
    return path
  }
}
