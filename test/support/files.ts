import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Paths of all plain files below `directory`; none where there is no such directory. */
export function listFiles(directory: string): readonly string[] {
  const entries =
    orNothing(() => readdirSync(directory, { recursive: true, encoding: 'utf8' })) ?? []
  return entries
    .map((name) => join(directory, name))
    .filter((path) => orNothing(() => lstatSync(path))?.isFile() === true)
}

/** The files below `directory` that hold one of `texts`, with which one. */
export function findTexts(directory: string, texts: readonly string[]): readonly string[] {
  return listFiles(directory).flatMap((path) => findIn(path, texts))
}

/**
 * As `findTexts`, for a folder whose folders have folders for what was done long ago, of which there
 * may be thousands: in none of those that nothing was put into since `since`, in milliseconds.
 */
export function findNewTexts(
  directory: string,
  texts: readonly string[],
  since: number,
): readonly string[] {
  const children = (path: string) =>
    (orNothing(() => readdirSync(path)) ?? []).map((name) => join(path, name))
  // A second more, for file systems that count no finer.
  const isNew = (path: string) => (orNothing(() => lstatSync(path))?.mtimeMs ?? 0) > since - 1_000
  const top = children(directory)
  const deep = top.flatMap(children).filter(isNew)
  return [...top, ...deep, ...deep.flatMap(listFiles)].flatMap((path) => findIn(path, texts))
}

function findIn(path: string, texts: readonly string[]): readonly string[] {
  const content = orNothing(() => readFileSync(path))
  return texts.filter((text) => content?.includes(text)).map((text) => `${path}: ${text}`)
}

/** What has gone while it was looked at is not there. */
function orNothing<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
