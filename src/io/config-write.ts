import { lstatSync, readdirSync, unlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ToknError } from '../core/errors.ts'
import { parseConfig, type Config } from './config-file.ts'
import type { Entry } from './profile-entry.ts'
import { showPath, translateSystemError } from './system-error.ts'
import { syncDirectory, writeWhole } from './whole-write.ts'

const leftoverAge = 3_600_000

/**
 * Replaces the file at `target` (no link) by `document`, keeping what was there as `.bak`. conf
 * writes: temporary file, fsync, rename. What it leaves out is done around it: its temporary files
 * swept, the directory made durable. The caller holds the lock and has checked owner and mode.
 */
export async function writeConfig(target: string, document: Entry, before: Config): Promise<void> {
  refuseDeep(document, target)
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
        serialize: (value) => `${JSON.stringify(value, undefined, 2)}\n`,
        // Checked here too, so that conf never goes on from what the reader refuses.
        deserialize: (text) => ({ ...parseConfig(text, target).document }),
      })
      conf.store = { ...document }
    })
  } catch (error) {
    throw translateSystemError('write', target, error)
  }
  syncDirectory(dirname(target))
  sweep(target)
}

/** What is nested too deeply could be read, but not written again. */
function refuseDeep(document: Entry, target: string): void {
  let level: readonly unknown[] = [document]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > 64) {
      throw new ToknError('usage', `the configuration ${showPath(target)} is nested too deeply`)
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
    for (const name of readdirSync(directory)) {
      const path = join(directory, name)
      const ours = name.startsWith(`${basename(target)}.tmp-`)
      if (ours && Date.now() - lstatSync(path).mtimeMs > leftoverAge) unlinkSync(path)
    }
  } catch {
    // Untidy, not wrong.
  }
}
