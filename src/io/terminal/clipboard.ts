import { spawn } from 'node:child_process'
import { isWindowsBelow } from './browser.ts'
import type { Environment } from '../files/paths.ts'

type Program = readonly [name: string, ...args: string[]]

/** How long a clipboard program may take, in milliseconds. */
const patience = 2_000

/** What a clipboard program needs to find the screen, and nothing more. */
const passed = [
  'PATH',
  'HOME',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'XDG_RUNTIME_DIR',
  'LANG',
  'SystemRoot',
]

/** Copies `text`; `false` where no clipboard takes it. The text travels through standard input. */
export async function copyToClipboard(
  text: string,
  environment: Environment = process.env,
): Promise<boolean> {
  for (const program of programsFor(environment)) {
    if (await feed(program, text, environment)) return true
  }
  return false
}

export function programsFor(
  environment: Environment,
  platform = process.platform,
): readonly Program[] {
  if (platform === 'darwin') return [['pbcopy']]
  if (platform === 'win32') return [['clip.exe']]
  const programs: Program[] = []
  if ((environment['WAYLAND_DISPLAY'] ?? '') !== '') programs.push(['wl-copy'])
  if ((environment['DISPLAY'] ?? '') !== '') {
    programs.push(['xclip', '-selection', 'clipboard'], ['xsel', '--clipboard', '--input'])
  }
  if (isWindowsBelow()) programs.push(['clip.exe'])
  return programs
}

async function feed(
  [name, ...args]: Program,
  text: string,
  environment: Environment,
): Promise<boolean> {
  const env = Object.fromEntries(passed.map((key) => [key, environment[key]]))
  return await new Promise((resolve) => {
    const child = spawn(name, args, { stdio: ['pipe', 'ignore', 'ignore'], env })
    const timer = setTimeout(() => child.kill(), patience)
    const end = (copied: boolean) => {
      clearTimeout(timer)
      resolve(copied)
    }
    child.once('error', () => end(false))
    child.once('close', (code) => end(code === 0))
    child.stdin.once('error', () => undefined)
    child.stdin.end(text)
  })
}
