import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { program, type Environment, type Home } from './home.ts'
import { requirePart } from './parts.ts'
import type { Ended } from './run.ts'

/** A command in a pseudo terminal, with a person before it. */
export interface Terminal {
  /** What the person has seen so far, without colours and cursor movements. */
  shown(): string
  /** The very same with them. */
  raw(): string
  /** What matches, once it is shown. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  type(text: string): void
  /** Takes the terminal away, as a closed window or a lost connection does. */
  hangUp(): void
  /** `err` is what the terminal showed: it is where standard error went. */
  readonly ended: Promise<Ended>
}

/** Whether one can be made here: other systems have a `script` too, with other flags. */
export function hasTerminal(): boolean {
  return requirePart('linux') && requirePart('script')
}

/** Longest that a whole login may take, in milliseconds. */
const patience = 60_000

/**
 * Runs `tokn` with standard input and standard error in a terminal of its own (`script` of
 * util-linux makes it), and standard output in a file.
 */
export function openTerminal(
  args: readonly string[],
  home: Home,
  env: Environment = {},
  words: readonly string[] = [process.execPath, program],
): Terminal {
  const out = join(mkdtempSync(join(home.path, 'terminal-')), 'out')
  writeFileSync(out, '')
  // A terminal without a window has no width, and everything would be wrapped at one column.
  const line = `stty cols 400 rows 50; exec ${[...words, ...args].map(quote).join(' ')} > ${quote(out)}`
  const child = spawn(
    'script',
    ['--quiet', '--return', '--flush', '--command', line, '/dev/null'],
    {
      env: { ...home.environment, SHELL: '/bin/sh', TERM: 'xterm', ...env },
      cwd: home.work,
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  let seen = ''
  let over = false
  const watchers = new Set<() => void>()
  const wake = () => watchers.forEach((watcher) => watcher())
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text
    wake()
  })
  child.stdin.on('error', () => undefined)
  const shown = () => stripVTControlCharacters(seen).replaceAll('\r\n', '\n')
  const ended = new Promise<Ended>((resolve, reject) => {
    const late = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      reject(new Error(`nothing ended within ${patience / 1_000} s; shown: ${shown()}`))
    }, patience)
    child.once('error', reject)
    child.once('close', (status) => {
      clearTimeout(late)
      over = true
      wake()
      resolve({ status: status ?? -1, out: readFileSync(out, 'utf8'), err: shown() })
    })
  })
  ended.catch(() => undefined)
  return {
    shown,
    raw: () => seen,
    until,
    type: (text) => void child.stdin.write(text),
    hangUp: () => void child.kill('SIGKILL'),
    ended,
  }

  function until(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(shown())
        if (match === null && !over && waiting) return
        watchers.delete(look)
        clearTimeout(late)
        if (match === null) reject(new Error(`${pattern} was not shown, but: ${shown()}`))
        else resolve(match)
      }
      let waiting = true
      const late = setTimeout(() => {
        waiting = false
        look()
      }, patience / 3)
      watchers.add(look)
      look()
    })
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
