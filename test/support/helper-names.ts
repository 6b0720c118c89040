import { chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { program, type Home } from './home.ts'

/** Puts the program on the PATH of `home` under a name by which a tool looks for a helper. */
export function linkHelper(home: Home, name: string): void {
  symlinkSync(join(dirname(program), `${name}.js`), join(home.path, 'bin', name))
}

/** From now on `tokn` and that helper see a clock ahead by `ahead` milliseconds. */
export function shiftHelper(home: Home, name: string, tool: string, ahead: number): void {
  home.shiftClock(ahead)
  const path = join(home.path, 'bin', name)
  rmSync(path)
  writeFileSync(path, `#!/bin/sh\nexec tokn credential ${tool} "$@"\n`)
  chmodSync(path, 0o755)
}
