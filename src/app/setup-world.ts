import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import {
  clientNames,
  type SetupNote,
  type SetupWorld,
  type Written,
} from '../commands/setup/client.ts'
import { isToknError, ToknError } from '../core/errors.ts'
import { isObject, ownString } from '../core/json.ts'
import { editWhole, readEdited, removeEdited, writeEdited } from '../io/files/edited-file.ts'
import { ensureDirectory, openFiles } from '../io/files/files.ts'
import { namesIn, type Environment, type Paths } from '../io/files/paths.ts'
import { showPath } from '../io/files/system-error.ts'
import { runProgram } from '../io/process/run-program.ts'
import { words } from '../messages/words.ts'
import { homeOf } from '../io/files/base-folders.ts'
import { ownLine } from './start-folder.ts'

/** Bytes that the note of what was set up can have. */
const longestNote = 1_048_576

/** Milliseconds that a client has to change its configuration. */
const patience = 20_000

/** What the clients themselves read of where they are configured. */
const inherited =
  /^(?:GIT_CONFIG_.*|KUBECONFIG|KUBERC|KUBECTL_.*|XDG_CONFIG_HOME|USERPROFILE|APPDATA)$/

/** Throws `usage` where there is no home. */
export function openSetupWorld(
  environment: Environment,
  paths: Paths,
  program: string,
  timeLeft: () => number,
): SetupWorld {
  const home = homeOf(environment)
  if (home === undefined) throw new ToknError('usage', words.setup.noHome())
  const windows = process.platform === 'win32'
  const file = join(paths.state, namesIn.state.setup)
  return {
    gitFile: gitFileOf(environment, home),
    dockerFiles: dockerFilesOf(environment, home),
    // A list of files, as kubectl reads it; by their whole paths, to be found again from elsewhere.
    kubeconfig: (filled(environment, 'KUBECONFIG') ?? join(home, '.kube', 'config'))
      .split(delimiter)
      .map((path) => (path === '' ? path : resolve(path)))
      .join(delimiter),
    keyringFolder: join(paths.data, namesIn.data.programs),
    ownLine: ownLine(program),
    windows,
    shown: showPath,
    isOnPath: (name) =>
      (windows ? ['.cmd', '.exe'] : ['']).some((end) => isOnPath(environment, name + end)),
    read: readEdited,
    write: writeEdited,
    edit: editWhole,
    remove: removeEdited,
    run: async (command, args, variables = {}) => {
      try {
        const request = {
          command,
          args,
          inherits: inherited,
          variables,
          limit: Math.min(patience, timeLeft()),
        }
        const printed = await runProgram(request, environment)
        if (printed !== undefined) return printed
      } catch (error) {
        if (isToknError(error, 'program_not_found')) return undefined
        throw error
      }
      throw new ToknError('network', words.setup.tooSlow(command))
    },
    readNote: () => readNote(openFiles().read(file, longestNote), file),
    writeNote: (note) => {
      const files = openFiles()
      ensureDirectory(paths.state)
      if (note.written.length === 0 && note.hosts.length === 0) files.remove(file)
      else
        files.write(file, Buffer.from(`${JSON.stringify({ version: 1, ...note }, undefined, 2)}\n`))
    },
  }
}

/** Where `git config --global` writes (git-config(1), FILES). */
function gitFileOf(environment: Environment, home: string): string {
  const named = filled(environment, 'GIT_CONFIG_GLOBAL')
  if (named !== undefined) return resolve(named)
  const usual = join(home, '.gitconfig')
  const chosen = filled(environment, 'XDG_CONFIG_HOME') ?? join(home, '.config')
  const other = join(chosen, 'git', 'config')
  return !existsSync(usual) && existsSync(other) ? other : usual
}

function dockerFilesOf(environment: Environment, home: string): readonly string[] {
  const folder = filled(environment, 'DOCKER_CONFIG') ?? join(home, '.docker')
  const runtime = filled(environment, 'XDG_RUNTIME_DIR')
  const named = filled(environment, 'REGISTRY_AUTH_FILE')
  const others = [
    ...(named === undefined ? [] : [named]),
    ...(runtime === undefined ? [] : [join(runtime, 'containers', 'auth.json')]),
    join(home, '.config', 'containers', 'auth.json'),
  ]
  const there = others.filter((path) => existsSync(path))
  return [...new Set([join(folder, 'config.json'), ...there].map((path) => resolve(path)))]
}

function filled(environment: Environment, name: string): string | undefined {
  const { [name]: value = '' } = environment
  return value === '' ? undefined : value
}

function isOnPath(environment: Environment, name: string): boolean {
  const folders = (environment['PATH'] ?? '').split(delimiter)
  return folders.some((folder) => isAbsolute(folder) && isExecutable(join(folder, name)))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** Throws `store` for what is not as it was written: the next note would stand in its place. */
function readNote(bytes: Uint8Array | undefined, path: string): SetupNote {
  if (bytes === undefined) return { written: [], hosts: [] }
  const document = parse(Buffer.from(bytes).toString())
  if (isObject(document) && document['version'] === 1) {
    const written = listOf(document['written'], readWritten)
    const hosts = listOf(document['hosts'], readHost)
    if (written !== undefined && hosts !== undefined) return { written, hosts }
  }
  throw new ToknError('store', words.setup.brokenNote(showPath(path)))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `undefined` where one of them cannot be read. */
function listOf<One>(
  value: unknown,
  read: (one: unknown) => One | undefined,
): readonly One[] | undefined {
  if (!Array.isArray(value)) return undefined
  const list = value.flatMap((one) => read(one) ?? [])
  return list.length === value.length ? list : undefined
}

function readWritten(value: unknown): Written | undefined {
  if (!isObject(value)) return undefined
  const { value: wrote, before, profiles } = value
  const client = readClient(value)
  const [path, key] = ['path', 'key'].map((name) => ownString(value, name))
  if (client === undefined || path === undefined || key === undefined) return undefined
  if (!areTexts(wrote) || !areTexts(before) || !areTexts(profiles)) return undefined
  return { client, path, key, value: wrote, before, origin: ownString(value, 'origin'), profiles }
}

function readHost(value: unknown): SetupNote['hosts'][number] | undefined {
  if (!isObject(value)) return undefined
  const client = readClient(value)
  const [origin, profile] = ['origin', 'profile'].map((name) => ownString(value, name))
  return client === undefined || origin === undefined || profile === undefined
    ? undefined
    : { client, origin, profile }
}

function readClient(value: Readonly<Record<string, unknown>>): Written['client'] | undefined {
  const named = ownString(value, 'client')
  return clientNames.find((one) => one === named)
}

function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
