import { join } from 'node:path'
import { readdirSync, readFileSync } from 'node:fs'
import type { Environment, Home } from './home.ts'
import { startCommand, type Running } from './run.ts'

const quote = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** The user of the files for containers. */
export const containerUser = 65_532

export interface Container {
  readonly home: Home
  readonly command: readonly string[]
  readonly env: Environment
  /** Files by their path, as a volume of secrets has them: root's, for the group of the user. */
  readonly secrets: Readonly<Record<string, string>>
  /** Empty folders in memory, as `emptyDir` makes them: root's, and open to everybody. */
  readonly emptyFolders: readonly string[]
  /** What becomes the first process, and starts the command; the command itself, if nothing else. */
  readonly init?: readonly string[]
}

/**
 * Runs a command as a container runtime would, as far as a machine without one can: the first process
 * of its own, a user without a name, no capability, a root that is read-only, `/run` with volumes, and
 * `/dev/shm` as runtimes make it. The files of the machine stay in sight.
 */
export function startContainer(container: Container): Running {
  const { home, command, env, secrets, emptyFolders, init = [] } = container
  const lines = [
    'set -e',
    'mount -t tmpfs -o mode=755 none /run',
    'mount -t tmpfs -o mode=1777 none /dev/shm',
  ]
  for (const [path, text] of Object.entries(secrets)) {
    const file = quote(path)
    lines.push(`mkdir -p "$(dirname ${file})"`, `printf %s ${quote(text)} > ${file}`)
    lines.push(`chgrp ${containerUser} ${file}; chmod 440 ${file}`)
  }
  for (const folder of emptyFolders) {
    lines.push(`mkdir -p ${quote(folder)}`, `mount -t tmpfs -o mode=777 none ${quote(folder)}`)
  }
  lines.push('mount -o remount,bind,ro /', 'cd /', 'exec "$@"')
  const ids = [`--reuid=${containerUser}`, `--regid=${containerUser}`, '--clear-groups']
  const user = ['setpriv', ...ids, '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all']
  const variables = Object.entries({
    PATH: `${join(home.path, 'bin')}:/usr/bin:/bin`,
    HOME: '/',
    ...env,
  }).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
  const inside = [...user, 'env', '-i', ...variables, ...init, ...command]
  const machine = ['unshare', '-m', '-p', '-f', '--mount-proc', '--kill-child']
  return startCommand([...machine, 'sh', '-c', lines.join('\n'), 'sh', ...inside], {
    home,
    env: { PATH: process.env['PATH'] },
  })
}

/** The first process in a container, by its id out here; `undefined` before that is there. */
export function firstProcessOf({ child }: Running): number | undefined {
  return childrenOf(child.pid ?? 0)[0]
}

export function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text
      .split(' ')
      .filter((one) => one !== '')
      .map(Number)
  } catch {
    return []
  }
}

/** Processes that ended, and that nobody has looked after, below a first process. */
export function zombiesOf(first: number): readonly number[] {
  const isZombie = (pid: number) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')
    } catch {
      return false
    }
  }
  return childrenOf(first).filter(isZombie)
}

/** What a process sees in a folder of its own machine. */
export function listInside(pid: number, folder: string): readonly string[] {
  try {
    return readdirSync(join('/proc', String(pid), 'root', folder))
  } catch {
    return []
  }
}
