import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './home.ts'

export const npm = join(dirname(process.execPath), 'npm')

/** Makes the package of the program that is built: `tokn.tgz` in a folder. */
export function packProgram(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const flags = ['--ignore-scripts', '--silent', '--pack-destination', folder]
  const packed = execFileSync(npm, ['pack', ...flags], { cwd: root, encoding: 'utf8' }).trim()
  renameSync(join(folder, packed), join(folder, 'tokn.tgz'))
}
