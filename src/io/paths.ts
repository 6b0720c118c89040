import { statSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { ToknError } from '../core/errors.ts'
import { showPath } from './system-error.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Directories, absolute; none is made here. */
export interface Paths {
  /** What the user may edit: the profiles. */
  readonly config: string
  /** What may be lost: the index. */
  readonly state: string
  /** What must not be lost: encrypted sessions. */
  readonly data: string
  readonly cache: string
  /** For sockets; absent where the system gives none. */
  readonly runtime: string | undefined
  /** For locks, journal and ledger: the same for every process of the user, whatever its environment. */
  readonly common: string
}

export interface PathOptions {
  /** `--config-dir`; wins over TOKN_CONFIG_DIR and the XDG base directories. */
  readonly configDirectory?: string | undefined
}

/**
 * Where things are: the XDG Base Directory Specification (relative values are ignored, as it asks).
 * Throws `usage` under sudo with the home of the user who called it: files that root makes there
 * would lock that user out.
 */
export function locatePaths(environment: Environment, options: PathOptions = {}): Paths {
  const home = absolute(environment['HOME']) ?? passwdHome() ?? temporaryHome()
  const chosen = options.configDirectory ?? environment['TOKN_CONFIG_DIR']
  const config =
    chosen !== undefined && chosen !== ''
      ? resolveChosen(chosen)
      : base('XDG_CONFIG_HOME', environment['APPDATA'], join(home, '.config'))
  refuseHomeOfOthers(environment, config)
  let common: string | undefined
  return {
    config,
    state: base('XDG_STATE_HOME', environment['LOCALAPPDATA'], join(home, '.local', 'state')),
    data: base('XDG_DATA_HOME', environment['LOCALAPPDATA'], join(home, '.local', 'share')),
    cache: base('XDG_CACHE_HOME', environment['LOCALAPPDATA'], join(home, '.cache')),
    runtime: within(absolute(environment['XDG_RUNTIME_DIR'])),
    // Late: the password database may be across a network, and the hot path asks for nothing in it.
    get common() {
      return (common ??= locateCommon(environment))
    },
  }

  function base(name: string, windows: string | undefined, otherwise: string): string {
    const native = process.platform === 'win32' ? absolute(windows) : undefined
    return join(absolute(environment[name]) ?? native ?? otherwise, 'tokn')
  }
}

/**
 * The home of the password database, which no variable moves; without an entry there, or when that
 * directory does not exist, HOME; without that, a directory of the user's own under the temporary one.
 */
function locateCommon(environment: Environment): string {
  const homes = [passwdHome(), absolute(environment['HOME'])]
  const home = homes.find((path) => path !== undefined && path !== '/' && isDirectory(path))
  return join(home ?? temporaryHome(), '.local', 'state', 'tokn')
}

function passwdHome(): string | undefined {
  try {
    return absolute(userInfo().homedir)
  } catch {
    // A container may run as a user that it does not know.
    return undefined
  }
}

function temporaryHome(): string {
  return join(tmpdir(), `tokn-${process.geteuid?.() ?? 'home'}`)
}

function resolveChosen(path: string): string {
  return isAbsolute(path) ? path : join(process.cwd(), path)
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined
}

function within(directory: string | undefined): string | undefined {
  return directory === undefined ? undefined : join(directory, 'tokn')
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

function refuseHomeOfOthers(environment: Environment, config: string): void {
  if (environment['SUDO_UID'] === undefined || process.geteuid?.() !== 0) return
  let nearest = config
  while (!isDirectory(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest)
  const owner = statSync(nearest, { throwIfNoEntry: false })?.uid ?? 0
  if (owner === 0) return
  throw new ToknError(
    'usage',
    `running as root, but ${showPath(nearest)} belongs to another user`,
    {
      hint: 'run tokn without sudo, or with: sudo -H tokn',
    },
  )
}
