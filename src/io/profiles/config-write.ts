import { lstatSync, readdirSync, unlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ToknError } from '../../core/errors.ts'
import type { Files } from '../../core/ports.ts'
import { words } from '../../messages/words.ts'
import { largestConfig, parseConfig, type Config } from './config-file.ts'
import type { Entry } from './profile-entry.ts'
import { showPath, translateSystemError } from '../files/system-error.ts'
import { isRefused, syncDirectory, writeWhole } from '../files/whole-write.ts'

const leftoverAge = 3_600_000

/**
 * Replaces the file at `target` (no link) by `document`, keeping what was there as `.bak`. conf
 * writes: temporary file, fsync, rename. What it leaves out is done around it: its temporary files
 * swept, the directory made durable. Whoever calls holds the lock and has checked owner and mode.
 */
export async function writeConfig(target: string, document: Entry, before: Config): Promise<void> {
  refuseUnreadable(document, target)
  if (before.bytes !== undefined) writeWhole(`${target}.bak`, before.bytes)
  const { default: Conf } = await import('conf')
  try {
    withoutSnap(() => {
      const conf = new Conf<Record<string, unknown>>({
        cwd: dirname(target),
        configName: basename(target),
        fileExtension: '',
        configFileMode: 0o600,
        accessPropertiesByDotNotation: false,
        clearInvalidConfig: false,
        serialize,
        // Checked here too, so that conf never continues with what the reader refuses.
        deserialize: (text) => ({ ...parseConfig(text, target).document }),
      })
      conf.store = { ...document }
    })
  } catch (error) {
    if (!isRefused(error)) throw translateSystemError('write', target, error)
    // conf requires what not every file system has: modes and fsync.
    writeWhole(target, Buffer.from(serialize(document)))
  }
  syncDirectory(dirname(target))
  sweep(target)
}

/**
 * Throws what `writeConfig` would throw for `document`, and leaves the file as it is: checks that
 * the reader accepts the text, and that a file can be written to its directory.
 */
export async function proveConfig(target: string, document: Entry, files: Files): Promise<void> {
  refuseUnreadable(document, target)
  await import('conf')
  const probe = join(dirname(target), `.${basename(target)}.probe`)
  files.write(probe, Buffer.from(serialize(document)))
  files.remove(probe)
}

/** Nothing is written that the next reader would refuse: all profiles would be lost with it. */
function refuseUnreadable(document: Entry, target: string): void {
  refuseDeep(document, target)
  const text = serialize(document)
  if (Buffer.byteLength(text) > largestConfig) {
    const mebibytes = largestConfig / 1_048_576
    throw new ToknError(
      'usage',
      words.files.configurationWouldBeLarger(showPath(target), mebibytes),
    )
  }
  parseConfig(text, target)
}

function serialize(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`
}

/** What is nested too deeply can be read, but not written again. */
function refuseDeep(document: Entry, target: string): void {
  let level: readonly unknown[] = [document]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > 64) {
      throw new ToknError('usage', words.files.nestedTooDeeply(showPath(target)))
    }
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    )
  }
}

/** In a snap, conf would write in place, where a crash leaves half a file. */
function withoutSnap(action: () => void): void {
  const snap = process.env['SNAP']
  delete process.env['SNAP']
  try {
    action()
  } finally {
    if (snap !== undefined) process.env['SNAP'] = snap
  }
}

function sweep(target: string): void {
  const directory = dirname(target)
  try {
    // By the clock of the file system, which has just changed the folder: ours may be a day ahead.
    const now = lstatSync(directory).mtimeMs
    for (const name of readdirSync(directory)) {
      const path = join(directory, name)
      const ours = name.startsWith(`${basename(target)}.tmp-`)
      if (ours && now - lstatSync(path).mtimeMs > leftoverAge) unlinkSync(path)
    }
  } catch {
    // Untidy, not wrong.
  }
}
