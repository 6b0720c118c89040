import { realpathSync } from 'node:fs'
import { basename, delimiter, join, relative } from 'node:path'
import type { Environment } from '../files/paths.ts'

/**
 * What begins a command line that runs this very program: `tokn` where the shell finds it by that
 * name, else the words that do without. `program` is the path of its executable, and `folder` is
 * where the line is typed.
 */
export function typedName(
  program: string,
  environment: Environment,
  folder: string,
): readonly string[] {
  const own = realpathSync(program)
  // What npm puts before the PATH of its scripts is gone when they end.
  const found = (environment['PATH'] ?? '')
    .split(delimiter)
    .filter((path) => path !== '' && basename(path) !== '.bin')
    .flatMap((path) => pathOf(path) ?? [])
  const first = found[0]
  if (first === own || (first !== undefined && process.platform === 'win32')) return ['tokn']
  const near = relative(folder, own)
  return ['node', near.startsWith('..') ? own : near]
}

/** The program that `tokn` is in one folder of the PATH, if it is there. */
function pathOf(folder: string): string | undefined {
  try {
    return realpathSync(join(folder, process.platform === 'win32' ? 'tokn.cmd' : 'tokn'))
  } catch {
    return undefined
  }
}
