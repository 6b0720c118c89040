import { existsSync, realpathSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { StartFolder } from '../commands/context.ts'
import { isFailure, ToknError } from '../core/errors.ts'
import { display } from '../core/text.ts'
import { passwdHome } from '../io/files/base-folders.ts'
import type { Environment } from '../io/files/paths.ts'
import { openStartFolder as openFolder } from '../io/files/start-folder.ts'
import { runProgram } from '../io/process/run-program.ts'
import { readValueFile } from '../io/terminal/input.ts'
import { words } from '../messages/words.ts'
import { small } from './start-agent.ts'
import { openVariables } from './variables.ts'

/** What a login shell may say and a service manager does not: places, and whom to trust. */
const passedOn = [
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_STATE_HOME',
  'NODE_EXTRA_CA_CERTS',
  'PASSWORD_STORE_DIR',
  'GNUPGHOME',
] as const

const patience = 10_000

/** Where this machine starts programs for its user. Throws `unsupported` where it is not known how. */
export function openStartFolder(environment: Environment): StartFolder {
  const path = startPath(environment)
  if (path === undefined) {
    throw new ToknError('unsupported', words.agentInstall.noStarter(process.platform))
  }
  return {
    ...openFolder(path),
    starter: launchd ? 'launchd' : 'systemd',
    path,
    variables: passOn(environment),
    check: async (paths) => (launchd ? [] : await checkUnits(environment, paths)),
  }
}

function passOn(environment: Environment): Readonly<Record<string, string>> {
  // Commands say it with each request, and an agent that looks elsewhere does not answer them.
  const { store } = openVariables(environment, readValueFile)
  const paths = passedOn.map((name) => [name, environment[name] ?? ''] as const)
  return {
    ...Object.fromEntries(paths.filter(([, value]) => isAbsolute(value))),
    ...(store === undefined ? {} : { TOKN_STORE: store }),
  }
}

const launchd = process.platform === 'darwin'

/** The folder; `undefined` where nothing is known that starts programs. */
function startPath({ HOME: given = '', XDG_CONFIG_HOME: chosen = '' }: Environment) {
  const home = isAbsolute(given) ? given : passwdHome()
  if (home === undefined) return undefined
  if (launchd) return join(home, 'Library/LaunchAgents')
  if (process.platform !== 'linux') return undefined
  return join(isAbsolute(chosen) ? chosen : join(home, '.config'), 'systemd/user')
}

/** Where the files are, or would be, that have the agent started. */
export function startPaths(environment: Environment): readonly string[] {
  const folder = startPath(environment)
  const names = launchd ? ['tokn.agent.plist'] : ['tokn-agent.socket', 'tokn-agent.service']
  return folder === undefined ? [] : names.map((name) => join(folder, name))
}

/** The program and what runs it, by their paths, for a process that lives on. */
export function ownLine(program: string): readonly string[] {
  return [process.execPath, ...small, realpathSync(program)]
}

async function checkUnits(
  environment: Environment,
  paths: readonly string[],
): Promise<readonly string[]> {
  const said = await verify(environment, paths)
  return [
    ...(said === '' ? [] : [words.agentInstall.refusedByVerify(display(said, 300))]),
    // Where systemd is the first process (sd_booted(3)).
    ...(existsSync('/run/systemd/system') ? [] : [words.agentInstall.notRunning()]),
  ]
}

async function verify(environment: Environment, paths: readonly string[]): Promise<string> {
  try {
    const printed = await runProgram(
      {
        command: 'systemd-analyze',
        args: ['--user', 'verify', ...paths],
        inherits: /^(?:XDG_RUNTIME_DIR|XDG_CONFIG_HOME|DBUS_SESSION_BUS_ADDRESS)$/,
        variables: {},
        limit: patience,
      },
      environment,
    )
    return printed === undefined || printed.status === 0 ? '' : lineAboutUs(printed.err)
  } catch (error) {
    // It is not there, or may not be run: the units are good without it.
    if (isFailure(error)) return ''
    throw error
  }
}

/** It also says what it lacks itself, such as a folder for its run. */
function lineAboutUs(text: string): string {
  return text.split('\n').find((line) => line.includes('tokn-agent.')) ?? ''
}
