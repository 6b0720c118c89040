import { resolve } from 'node:path'
import type { AgentKeeping } from '../../core/agent-keeping.ts'
import { parseDuration } from '../../core/duration.ts'
import { ToknError } from '../../core/errors.ts'
import { isProfileName } from '../../core/profile-name.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { FlagName, FlagsOf } from '../flags/table.ts'

/** Read by whatever starts an agent. */
export const limitFlags = ['lifetime', 'idleExit', 'confirm'] as const satisfies FlagName[]

/** Read by the agent in the foreground alone: what it keeps goes with a process that is watched. */
export const keepingFlags = [
  ...limitFlags,
  'tokenFile',
  'socket',
  'group',
  'profile',
] as const satisfies FlagName[]

export type LimitFlags = FlagsOf<(typeof limitFlags)[number]>
export type KeepingFlags = FlagsOf<(typeof keepingFlags)[number]>

/** Throws `usage`. */
export function readLimits({ lifetime, idleExit, confirm }: LimitFlags): AgentKeeping {
  return {
    lifetime: lifetime === undefined ? undefined : parseDuration(lifetime, '--lifetime'),
    idleExit: idleExit === undefined ? undefined : parseDuration(idleExit, '--idle-exit'),
    confirm,
  }
}

/** Throws `usage` for what is no file or folder, and for flags that do not go together. */
export function readKeeping(flags: KeepingFlags): AgentKeeping {
  const limits = readLimits(flags)
  const tokenFiles = readTokenFiles(flags.tokenFile ?? [])
  if (tokenFiles.length > 0 && limits.idleExit !== undefined) {
    throw new ToknError('usage', words.agentFiles.neverIdle())
  }
  const profiles = flags.profile === undefined ? undefined : [flags.profile]
  return { ...limits, profiles, tokenFiles, forGroup: readGroup(flags) }
}

function readGroup({ socket, group, profile }: KeepingFlags): AgentKeeping['forGroup'] {
  if (socket === undefined && group === undefined) return undefined
  if (!socket || !group || !profile) throw new ToknError('usage', words.agentFiles.groupAlone())
  return { path: resolve(socket), group, profile }
}

/** `DIR/NAME`, whose profile is NAME, or `DIR/NAME=PROFILE`. */
function readTokenFiles(given: readonly string[]): NonNullable<AgentKeeping['tokenFiles']> {
  const files = given.map(readTokenFile)
  const paths = files.map(({ path }) => path)
  const twice = paths.find((path, index) => paths.indexOf(path) !== index)
  if (twice === undefined) return files
  throw new ToknError('usage', words.agentFiles.sameTokenFile(display(twice, 200)))
}

function readTokenFile(text: string) {
  const [, path = '', name = '', chosen] = /^((?:.*\/)?([^/]+?))(?:=([^=/]*))?$/.exec(text) ?? []
  const profile = chosen ?? name
  if (path !== '' && name !== '.' && name !== '..' && isProfileName(profile)) {
    return { path: resolve(path), profile }
  }
  throw new ToknError('usage', words.agentFiles.tokenFileShape(display(text, 200)))
}
