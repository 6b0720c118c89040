import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment, Home } from '../../support/home.ts'
import { startCommand } from '../../support/run.ts'

/** What is on a screen when all has been printed. */
export interface Screen {
  /** Line by line, as it is seen. */
  readonly shown: string
  /** The same with lines that the terminal has broken put together again. */
  readonly whole: string
  /** As seen, with the escape sequences of colours. */
  readonly coloured: string
}

export interface Pane {
  /** The screen once every line of the story has run. */
  ended(): Promise<Screen>
  /** What is seen, once it matches. */
  until(pattern: RegExp): Promise<string>
  type(...keys: readonly string[]): Promise<void>
  close(): Promise<void>
}

const done = '-- end --'
let panes = 0

/** Runs lines of a shell in a terminal of tmux, each behind a prompt, as if a person had typed it. */
export async function openPane(
  home: Home,
  width: number,
  lines: readonly string[],
  env: Environment = {},
): Promise<Pane> {
  const name = `screen-${panes++}`
  const script = join(home.work, `${name}.sh`)
  const settings = Object.entries(env).map(([key, value]) => `export ${key}='${value}'`)
  const told = lines.map(
    (line) => `printf '%s\\n' '$ ${line.replaceAll("'", `'\\''`)}'\n${line}\necho`,
  )
  writeFileSync(script, [...settings, ...told, `echo '${done}'`, 'sleep 600', ''].join('\n'))
  // A path that is too long is no socket.
  const tmux = async (...args: readonly string[]) =>
    (
      await startCommand(['tmux', '-S', join(home.path, name), '-f', '/dev/null', ...args], {
        home,
      }).ended
    ).out
  await tmux('new-session', '-d', '-x', String(width), '-y', '400', `sh ${script}`)
  const capture = async (...flags: readonly string[]) =>
    (await tmux('capture-pane', '-p', ...flags)).split(`${done}\n`)[0]?.trimEnd() ?? ''
  return {
    async ended() {
      await until(new RegExp(`^${done}$`, 'm'))
      return {
        shown: `${await capture()}\n`,
        whole: await capture('-J'),
        coloured: await capture('-e'),
      }
    },
    until,
    type: async (...keys) => void (await tmux('send-keys', ...keys)),
    close: async () => void (await tmux('kill-server')),
  }

  async function until(pattern: RegExp): Promise<string> {
    let seen = ''
    for (let look = 0; look < 600; look++) {
      seen = await tmux('capture-pane', '-p')
      if (pattern.test(seen)) return seen
      await sleep(100)
    }
    throw new Error(`nothing on the screen matches ${String(pattern)}:\n${seen.trimEnd()}`)
  }
}
