import { userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { readNotedHome } from './noted-home.ts'
import type { Environment } from './paths.ts'

/** The name of the file in our folder of states that has the home of the password database. */
export const homeNote = 'home'

/** Folders of ours, absolute; none is made here. See `Paths`. */
export interface BaseFolders {
  readonly config: string
  readonly state: string
  readonly data: string
  readonly cache: string
  /** The home of the password database, without a look into that where it is not needed. */
  notedHome(): string | undefined
}

/**
 * Where they are for a user with a home, as the XDG Base Directory Specification says: relative values
 * are ignored, as it asks.
 */
export function locateFolders(environment: Environment, home: string): BaseFolders {
  const { APPDATA, LOCALAPPDATA } = environment
  const state = base('XDG_STATE_HOME', LOCALAPPDATA, '.local', 'state')
  let noted: string | undefined
  return {
    config: base('XDG_CONFIG_HOME', APPDATA, '.config'),
    state,
    data: base('XDG_DATA_HOME', LOCALAPPDATA, '.local', 'share'),
    cache: base('XDG_CACHE_HOME', LOCALAPPDATA, '.cache'),
    notedHome: () => (noted ??= readNotedHome(join(state, homeNote)) ?? passwdHome()),
  }

  function base(name: string, windows: string | undefined, ...below: readonly string[]): string {
    const native = process.platform === 'win32' ? absolute(windows) : undefined
    return join(absolute(environment[name]) ?? native ?? join(home, ...below), 'tokn')
  }
}

export function homeOf({ HOME }: Environment): string | undefined {
  return usable(HOME)
}

export function passwdHome(): string | undefined {
  try {
    return usable(userInfo().homedir)
  } catch {
    // A container may run as a user that it does not know.
    return undefined
  }
}

/** The root directory is a home for root only: containers give it to users they do not know. */
function usable(home: string | undefined): string | undefined {
  return home === '/' && process.geteuid?.() !== 0 ? undefined : absolute(home)
}

export function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined
}
