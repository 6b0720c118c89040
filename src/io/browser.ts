import { spawn, type ChildProcess } from 'node:child_process'
import { release } from 'node:os'
import { delimiter } from 'node:path'
import { isConfidential } from '../core/base-url.ts'
import { environmentOfOthers } from '../core/environment.ts'
import type { Environment } from './paths.ts'
import { isOn } from './terminal.ts'

/** How long an opener that finds no browser takes to say so, in milliseconds. */
const doubt = 1_000

/**
 * Opens `url` in the user's browser; `false` where there is none to open. What BROWSER names is run,
 * with or without a screen, and nothing else. Never in CI, and nothing but web pages: what is opened
 * comes from a server.
 */
export async function openBrowser(url: string, environment: Environment): Promise<boolean> {
  if (!URL.canParse(url) || !isConfidential(new URL(url)) || isOn(environment, 'CI')) return false
  const named = environment['BROWSER'] ?? ''
  if (named.trim() !== '') return await openNamed(url, named, environment)
  if (!hasScreen(environment)) return false
  const { default: open } = await import('open')
  try {
    const child = await withoutSecrets(() => open(url))
    return await stays(child)
  } catch {
    return false
  }
}

/** Whether there is a screen in front of somebody. */
export function hasScreen(environment: Environment, platform = process.platform): boolean {
  const set = (name: string) => (environment[name] ?? '') !== ''
  if (isOn(environment, 'CI')) return false
  const remote = set('SSH_CONNECTION') || set('SSH_TTY')
  if (platform === 'win32' || platform === 'darwin') return !remote
  if (set('DISPLAY') || set('WAYLAND_DISPLAY')) return true
  return !remote && isWindowsBelow()
}

/** The Windows subsystem for Linux opens pages on the Windows side. */
export function isWindowsBelow(): boolean {
  return process.platform === 'linux' && /microsoft/i.test(release())
}

/**
 * The first of the commands in BROWSER that works, as xdg-open reads it: they are divided as in PATH,
 * the page goes to where `%s` stands, or behind; `none` is no browser.
 */
async function openNamed(url: string, named: string, environment: Environment): Promise<boolean> {
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
    // Some of the reasons for which a program does not start are thrown.
    return false
  }
}

/** The opener fails within a moment if it has nothing to open with; else it ends well or stays. */
async function stays(child: ChildProcess): Promise<boolean> {
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

/** `open` gives its child our environment; a browser has no use for the secrets in it. */
async function withoutSecrets<Result>(run: () => Promise<Result>): Promise<Result> {
  const passed = environmentOfOthers(process.env)
  const hidden = Object.entries(process.env).filter(([name]) => !Object.hasOwn(passed, name))
  for (const [name] of hidden) delete process.env[name]
  try {
    return await run()
  } finally {
    for (const [name, value] of hidden) process.env[name] = value
  }
}
