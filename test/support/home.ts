import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** The built program; `TOKN_TEST_PROGRAM` names another build of it, such as an installed one. */
export const program = process.env['TOKN_TEST_PROGRAM'] ?? join(root, 'bin/tokn.js')

export type Environment = Readonly<Record<string, string | undefined>>

/** A user of their own: nothing of the machine's user is seen or touched. */
export interface Home {
  readonly path: string
  /** An empty folder to work in. */
  readonly work: string
  readonly config: string
  /** Where the file store keeps sessions. */
  readonly sessions: string
  /** Everything that a command run here gets to see; sessions go to encrypted files. */
  readonly environment: Environment
  /** From now on `tokn`, run through a shell, sees a clock ahead by `ahead` milliseconds. */
  shiftClock(ahead: number): void
  remove(): void
}

/** Homes as they are needed, until all of them are removed. */
export function makeHomes(): { readonly newHome: () => Home; readonly remove: () => void } {
  const homes: Home[] = []
  return {
    newHome: () => {
      const home = makeHome()
      homes.push(home)
      return home
    },
    remove: () => {
      for (const home of homes.splice(0)) home.remove()
    },
  }
}

/** A new empty home, with `tokn` on its PATH. */
export function makeHome(): Home {
  const path = mkdtempSync(join(tmpdir(), 'tokn-test-'))
  const at = (...parts: readonly string[]) => join(path, ...parts)
  for (const part of ['bin', 'home', 'tmp', 'project']) mkdirSync(at(part), { mode: 0o700 })
  const environment: Environment = {
    PATH: [at('bin'), dirname(process.execPath), process.env['PATH']].join(delimiter),
    HOME: at('home'),
    TMPDIR: at('tmp'),
    XDG_CONFIG_HOME: at('config'),
    XDG_STATE_HOME: at('state'),
    XDG_DATA_HOME: at('data'),
    XDG_CACHE_HOME: at('cache'),
    TOKN_STORE: 'file',
    TOKN_STORE_KEY: randomBytes(32).toString('base64url'),
  }
  writeLauncher(program)
  return {
    path,
    work: at('project'),
    config: at('config', 'tokn'),
    sessions: at('data', 'tokn', 'sessions'),
    environment,
    shiftClock: (ahead) => writeLauncher(writeShifted(ahead)),
    // A process that refreshes may outlive the one that asked.
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 25, retryDelay: 100 }),
  }

  function writeLauncher(script: string): void {
    const launcher = at('bin', 'tokn')
    writeFileSync(launcher, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`)
    chmodSync(launcher, 0o755)
  }

  function writeShifted(ahead: number): string {
    const script = at('bin', 'shifted.cjs')
    const clock = JSON.stringify(join(import.meta.dirname, 'shifted-clock.cjs'))
    const start = JSON.stringify(join(dirname(program), '../dist/chunks/entry.cjs'))
    writeFileSync(script, `require(${clock})(${ahead})\nrequire(${start}).start(__filename)\n`)
    return script
  }
}
