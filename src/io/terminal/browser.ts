import { release } from 'node:os'
import { isConfidential } from '../../core/base-url.ts'
import { environmentOfOthers } from '../../core/environment.ts'
import { openNamed, stays } from './named-browser.ts'
import type { Environment } from '../files/paths.ts'
import { isOn } from './terminal.ts'

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
