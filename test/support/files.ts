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
  return listFiles(directory).flatMap((path) => {
    const content = orNothing(() => readFileSync(path))
    return texts.filter((text) => content?.includes(text)).map((text) => `${path}: ${text}`)
  })
}

/** What has gone while it was looked at is not there. */
function orNothing<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
