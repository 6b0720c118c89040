import { lstatSync, mkdirSync, type Stats } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * The folder for compiled code, made where it is not there: below XDG_CACHE_HOME or `~/.cache`.
 * `undefined` where none can be made, and where anybody else could put something there: what is in it
 * is run. Loaded before the program, and nothing else of ours with it.
 */
export function prepareCompileCache({ XDG_CACHE_HOME, HOME }: Variables): string | undefined {
  const user = process.geteuid?.()
  const base = isPlace(XDG_CACHE_HOME) ? XDG_CACHE_HOME : isPlace(HOME) ? join(HOME, '.cache') : ''
  if (base === '' || user === undefined) return undefined
  const folder = join(base, 'tokn', 'compiled')
  try {
    const stats = lookAt(folder) ?? make(folder, base)
    if (!isOwn(stats, user) || (stats.mode & 0o077) !== 0) return undefined
    for (let at = dirname(folder); at !== dirname(at); at = dirname(at)) {
      if (!isSafe(lstatSync(at), user)) return undefined
    }
    return folder
  } catch {
    return undefined
  }
}

/** The root directory is nobody's home: containers give it to users they do not know. */
function isPlace(path: string | undefined): path is string {
  return path !== undefined && isAbsolute(path) && path !== '/'
}

function lookAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

/** With its parents up to `base`, but nobody's home. */
function make(folder: string, base: string): Stats {
  for (const path of [base, dirname(folder), folder]) {
    if (lookAt(path) === undefined) mkdirSync(path, { mode: 0o700 })
  }
  return lstatSync(folder)
}

function isOwn(stats: Stats, user: number): boolean {
  return stats.isDirectory() && stats.uid === user
}

/** Whether nobody else can replace what is in a folder; in one with the sticky bit only its owner can. */
function isSafe(stats: Stats, user: number): boolean {
  const owned = isOwn(stats, user) || (stats.isDirectory() && stats.uid === 0)
  return owned && ((stats.mode & 0o022) === 0 || (stats.mode & 0o1000) !== 0)
}
