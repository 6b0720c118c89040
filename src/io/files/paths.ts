import { existsSync, statSync } from 'node:fs'
import { homedir, tmpdir, userInfo } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { ToknError } from '../../core/errors.ts'
import { readValueText } from '../../core/value-text.ts'
import { words } from '../../messages/words.ts'
import { absolute, homeNote, homeOf, locateFolders, passwdHome } from './base-folders.ts'
import { noteHome } from './note-home.ts'
import { isPrivate } from './private-folder.ts'
import { chooseSharedFolder, isDirectory, type SharedFolder } from './shared-folders.ts'
import { showPath } from './system-error.ts'

/** Names of what lies in the folders of `Paths`, each once. */
export const namesIn = {
  config: { profiles: 'config.json', definitions: 'providers' },
  state: {
    index: 'index',
    fingerprintKey: 'fingerprint.key',
    warned: 'warned',
    home: homeNote,
    tokenFiles: 'token-files',
    setup: 'setup.json',
    seen: 'seen',
  },
  data: { sessions: 'sessions', programs: 'programs' },
  cache: { compiled: 'compiled', profiles: 'profiles', index: 'index' },
} as const

export type Environment = Readonly<Record<string, string | undefined>>

/** Directories, absolute; none is made here. */
export interface Paths {
  /** What the user may edit: the profiles. */
  readonly config: string
  /** The flag or variable that names `config`, if one does. */
  readonly configChosenBy: string | undefined
  /** What may be lost: the index. */
  readonly state: string
  /** What must not be lost: encrypted sessions. */
  readonly data: string
  readonly cache: string
  /** For sockets; absent where the system gives none. */
  readonly runtime: string | undefined
  /**
   * Where locks, journal and ledger may be, in the order in which every process of the user tries:
   * the home of the password database, which no variable moves; HOME; beside the sessions in files;
   * a folder of the user's own in the system's temporary directory; the runtime directory.
   */
  readonly sharedFolders: readonly SharedFolder[]
  /** As `sharedFolders`, without a look into the password database where that is not needed. */
  readonly notedFolders: readonly SharedFolder[]
  /** The home of the password database, without a look into that where it is not needed. */
  notedHome(): string | undefined
  /**
   * The first of `sharedFolders` that this process can write, found at first use. Throws `store`.
   */
  readonly common: string
  /** The same, and `notedFolders` will know of it: for what is looked for in those. */
  readonly notedCommon: string
  /** There is no home: what no variable moves is in a temporary directory. */
  readonly homeless: boolean
  /**
   * A folder that processes share whatever their home: beside our data, or in /tmp; see
   * `createUserLock`.
   */
  meetingFolder(besideData: boolean): SharedFolder
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
  const own = homeOf(environment) ?? passwdHome()
  const home = own ?? homeOfNobody()
  const [chosen] = chosenFolders(environment, options)
  const { notedHome, ...folders } = locateFolders(environment, home)
  const config = chosen?.path ?? folders.config
  refuseHomeOfOthers(environment, config)
  const { data, state } = folders
  let known: readonly SharedFolder[] | undefined
  let noted: readonly SharedFolder[] | undefined
  let chosenFolder: string | undefined
  // Late: the password database may be across a network, and not every command needs it.
  const sharedFolders = () => (known ??= listSharedFolders(environment, data, passwdHome()))
  return {
    ...folders,
    config,
    configChosenBy: chosen?.from,
    runtime: within(absolute(environment['XDG_RUNTIME_DIR'])),
    get sharedFolders() {
      return sharedFolders()
    },
    get notedFolders() {
      return (noted ??= listSharedFolders(environment, data, notedHome()))
    },
    notedHome,
    get common() {
      return chooseFolder()
    },
    get notedCommon() {
      const folder = chooseFolder()
      const there = passwdHome()
      // Nobody's home is made for it.
      if (there !== undefined && isDirectory(home)) noteHome(join(state, homeNote), there)
      return folder
    },
    homeless: own === undefined,
    meetingFolder: (besideData) => (besideData ? beside(data) : inTemporary()),
  }

  function chooseFolder(): string {
    return (chosenFolder ??= chooseSharedFolder(sharedFolders()))
  }
}

/** A folder for the profiles, and what says so: the winner first. */
export interface ConfigChoice {
  readonly path: string
  /** `--config-dir`, a variable, or nothing for the usual place. */
  readonly from?: string | undefined
}

/** All that has something to say of where the profiles are; see `locatePaths`. */
export function listConfigChoices(
  environment: Environment,
  options: PathOptions = {},
): readonly ConfigChoice[] {
  const bare = { ...environment, TOKN_CONFIG_DIR: undefined }
  const { XDG_CONFIG_HOME: base } = environment
  return [
    ...chosenFolders(environment, options),
    ...(absolute(base) === undefined
      ? []
      : [{ from: 'XDG_CONFIG_HOME', path: locatePaths(bare).config }]),
    { path: locatePaths({ ...bare, XDG_CONFIG_HOME: undefined }).config },
  ]
}

/** What names a folder outright, the winner first. Throws `usage`, where it is asked for that one. */
function* chosenFolders(
  { TOKN_CONFIG_DIR: named = '' }: Environment,
  { configDirectory }: PathOptions,
): Generator<ConfigChoice> {
  const from = '--config-dir'
  if (configDirectory) yield { from, path: resolveChosen(configDirectory) }
  // An empty flag takes the variable away.
  if (configDirectory === '' || named === '') return
  const path = readValueText(named, 'TOKN_CONFIG_DIR')
  yield { from: 'TOKN_CONFIG_DIR', path: resolveChosen(path) }
}

function resolveChosen(path: string): string {
  return isAbsolute(path) ? path : join(process.cwd(), path)
}

function listSharedFolders(
  environment: Environment,
  data: string,
  ofPasswd: string | undefined,
): readonly SharedFolder[] {
  const homes = [ofPasswd, homeOf(environment)].filter((home) => home !== undefined)
  const runtime = absolute(environment['XDG_RUNTIME_DIR'])
  const stays = !data.startsWith(temporaryHome())
  return [
    ...[...new Set(homes)].map((home) => ({ path: stateBelow(home), root: home })),
    ...(stays ? [beside(data)] : []),
    inTemporary(),
    ...(runtime === undefined ? [] : [{ path: join(runtime, 'tokn'), root: runtime }]),
  ]
}

function beside(data: string): SharedFolder {
  return { path: data, root: '/' }
}

function inTemporary(): SharedFolder {
  const guard = temporaryHome()
  return { path: stateBelow(guard), root: dirname(guard), guard }
}

function stateBelow(home: string): string {
  return join(home, '.local', 'state', 'tokn')
}

/** Not from TMPDIR, which differs between processes of one user. */
function temporaryHome(): string {
  const directory = process.platform === 'win32' ? tmpdir() : '/tmp'
  return join(directory, `tokn-${process.geteuid?.() ?? 'home'}`)
}

/** For a user without a home. Throws `usage` where somebody else could have made it. */
function homeOfNobody(): string {
  const home = temporaryHome()
  if (!existsSync(home) || isPrivate(home)) return home
  throw new ToknError('usage', words.files.noHome(home))
}

/**
 * The environment as it was given. Where it names no home, and the password database neither, this
 * process itself is given one: libraries that ask for a home as soon as they are loaded would fail.
 */
export function withStandInHome(environment: Environment): Environment {
  try {
    if (process.env['HOME'] !== '') homedir()
    else userInfo()
    return environment
  } catch {
    const given = { ...environment }
    process.env['HOME'] = '/'
    return given
  }
}

function within(directory: string | undefined): string | undefined {
  return directory === undefined ? undefined : join(directory, 'tokn')
}

function refuseHomeOfOthers(environment: Environment, config: string): void {
  if (environment['SUDO_UID'] === undefined || process.geteuid?.() !== 0) return
  let nearest = config
  while (!isDirectory(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest)
  const owner = statSync(nearest, { throwIfNoEntry: false })?.uid ?? 0
  if (owner === 0) return
  throw new ToknError('usage', words.files.homeOfAnother(showPath(nearest)))
}
