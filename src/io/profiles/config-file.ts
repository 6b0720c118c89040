import { readlinkSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { isToknError, ToknError } from '../../core/errors.ts'
import { JsonError, readJsonText } from '../../core/json-text.ts'
import { isObject } from '../../core/json.ts'
import { checkProfileName } from '../../core/profile.ts'
import { textOfBytes, withoutMark } from '../../core/value-text.ts'
import { words } from '../../messages/words.ts'
import { checkDirectory } from '../files/checked-directory.ts'
import { readPlainFile, type PlainFile } from '../files/plain-file.ts'
import { refuseSecrets, type Entry } from './profile-entry.ts'
import { stampAt, type Stamp } from '../files/stamp.ts'
import { isAbsent, showPath, translateSystemError } from '../files/system-error.ts'

/** Bytes; more is not read: some hundred thousand profiles. */
export const largestConfig = 67_108_864
const version = 1

/** The file of profiles: `{"version": 1, "default"?: name, "profiles": {name: {...}}}`. */
export interface Config {
  /** All of the file, with what this version does not know. */
  readonly document: Entry
  readonly profiles: Readonly<Record<string, unknown>>
  readonly default: string | undefined
  /** As it was read; absent for a file that does not exist yet. */
  readonly bytes?: Uint8Array
  /** Whether other users may read it. */
  readonly open: boolean
  /** Of the file that all this was read from; absent where it changed meanwhile. */
  readonly stamp?: Stamp | undefined
}

type Parsed = Pick<Config, 'document' | 'profiles' | 'default'>

/**
 * Reads the file without any library, since every command does this. Throws `usage`,
 * never with a piece of the content, for anything but a file of this version that only the user
 * can write.
 */
export function readConfig(path: string): Config {
  const target = resolveConfig(path)
  // Before the file is read, and once more behind it: what was read is then of this stamp.
  const before = stampAt(target)
  const known = knownConfig(path, before)
  if (known !== undefined) return known
  const file = readWithin(target)
  if (file === undefined) {
    return { document: { version }, profiles: {}, default: undefined, open: false }
  }
  checkDirectory(dirname(target), 'usage')
  const stamp = stampAt(target)?.text === before?.text ? before : undefined
  const open = (file.mode & 0o044) !== 0
  const parsed = last?.path === path && last.isOf(file.bytes) ? last.config : undefined
  const {
    document,
    profiles,
    default: chosen,
  } = parsed ?? parseConfig(decode(file.bytes, path), path)
  const config = { document, profiles, default: chosen, bytes: file.bytes, open, stamp }
  last = { path, config, isOf: (bytes) => Buffer.compare(file.bytes, bytes) === 0 }
  return config
}

/** A command with many profiles asks for each of them: what is known is neither read nor parsed again. */
let last: { path: string; config: Config; isOf(bytes: Uint8Array): boolean } | undefined

/** What was read before, of this stamp. */
export function knownConfig(path: string, stamp: Stamp | undefined): Config | undefined {
  const known = last?.path === path ? last.config : undefined
  return known?.stamp?.settled === true && known.stamp.text === stamp?.text ? known : undefined
}

function readWithin(target: string): PlainFile | undefined {
  try {
    return readPlainFile(target, largestConfig, 'usage')
  } catch (error) {
    if (!isToknError(error) || error.details.fault !== 'too-large') throw error
    throw new ToknError('usage', words.files.hugeConfiguration(error.message, showPath(target)))
  }
}

/**
 * Where the file really is: a symbolic link (of a dotfile manager) is followed, unless it dangles.
 */
export function resolveConfig(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (!isAbsent(error)) throw translateSystemError('read', path, error, 'usage')
    if (!isLink(path)) return path
    throw new ToknError('usage', words.files.danglingLink(showPath(path)))
  }
}

/** Checks the text of a whole file; `path` is for the messages. */
export function parseConfig(text: string, path: string): Parsed {
  const document = parseJson(text, path)
  if (!isObject(document)) throw unusable(path, 'notAnObject')
  checkVersion(document['version'], path)
  const profiles = document['profiles'] ?? {}
  if (!isObject(profiles)) throw unusable(path, 'noProfiles')
  for (const name of Object.keys(profiles)) {
    checkProfileName(name)
    refuseSecrets(name, profiles[name])
  }
  const chosen = document['default']
  if (chosen !== undefined && typeof chosen !== 'string') {
    throw unusable(path, 'defaultNotText')
  }
  return { document, profiles, default: chosen === undefined ? chosen : checkProfileName(chosen) }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(withoutMark(text))
  } catch {
    // The parser's own message quotes the text, and secrets are typed into the wrong file at times.
    throw unusable(path, { place: locateFault(text) })
  }
}

function locateFault(text: string): string {
  try {
    readJsonText(text, { depth: 512 })
  } catch (error) {
    if (error instanceof JsonError) {
      const before = text.slice(0, error.offset).split('\n')
      return words.files.placeInText(before.length, (before.at(-1)?.length ?? 0) + 1)
    }
  }
  return words.files.placeInText(1, 1)
}

function checkVersion(found: unknown, path: string): void {
  if (found === version) return
  if (typeof found === 'number' && Number.isSafeInteger(found) && found > version) {
    throw new ToknError('usage', words.files.newerConfiguration(showPath(path), found, version))
  }
  throw unusable(path, { version })
}

function decode(bytes: Uint8Array, path: string): string {
  const read = textOfBytes(bytes)
  if ('text' in read) return read.text
  throw unusable(path, { place: words.files.placeInText(1, 1), instead: read.instead })
}

function isLink(path: string): boolean {
  try {
    readlinkSync(path)
    return true
  } catch {
    return false
  }
}

function unusable(
  path: string,
  fault: Parameters<(typeof words)['files']['unusableConfiguration']>[1],
): ToknError {
  return new ToknError('usage', words.files.unusableConfiguration(showPath(path), fault))
}
