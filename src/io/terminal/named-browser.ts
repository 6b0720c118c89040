import { spawn, type ChildProcess } from 'node:child_process'
import { delimiter } from 'node:path'
import { environmentOfOthers } from '../../core/environment.ts'
import type { Environment } from '../files/paths.ts'

/** How long an opener that finds no browser takes to say so, in milliseconds. */
const doubt = 1_000

/**
 * The first of the commands in BROWSER that works, as xdg-open reads it: they are divided as in
 * PATH, the page takes the place of `%s`, or comes last; `none` means no browser.
 */
export async function openNamed(
  url: string,
  named: string,
  environment: Environment,
): Promise<boolean> {
  for (const line of named.split(delimiter)) {
    const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
      ([, double, single, bare]) => double ?? single ?? bare ?? '',
    )
    const [command, ...args] = words.map((word) => word.replaceAll('%s', () => url))
    if (command === 'none') return false
    if (command === undefined) continue
    if (!words.some((word) => word.includes('%s'))) args.push(url)
    if (await starts(command, args, environment)) return true
  }
  return false
}

async function starts(
  command: string,
  args: readonly string[],
  environment: Environment,
): Promise<boolean> {
  try {
    const env = environmentOfOthers(environment)
    const child = spawn(command, args, { stdio: 'ignore', detached: true, env })
    child.unref()
    return await stays(child)
  } catch {
    // Some of the errors of a start are thrown.
    return false
  }
}

/** The opener fails within a moment if it has nothing to open with; else it ends well or stays. */
export async function stays(child: ChildProcess): Promise<boolean> {
  return await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), doubt)
    child.once('error', () => resolve(false))
    child.once('exit', (code) => {
      clearTimeout(timer)
      resolve(code === 0)
    })
    if (child.exitCode !== null) resolve(child.exitCode === 0)
  })
}
