import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { program, type Home } from './home.ts'

/** Programs by name, each the text of a script of a shell. */
export type Programs = Readonly<Record<string, string>>

const quote = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** What a machine is to have that this one has not: seen by one command, and gone with it. */
export interface Machine {
  /** In the folders of programs named, besides what is there. */
  readonly programs: Readonly<Record<string, Programs>>
  /** Folders that hold nothing but these files. */
  readonly folders?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** What is done in a shell before the command starts. */
  readonly before?: readonly string[]
}

/** The program that was built, as a machine has it where it is installed. */
export const installed = { tokn: `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n` }

let count = 0

/** The line that runs a command on such a machine. Needs the parts `root` and `mount namespace`. */
export function onMachine(home: Home, machine: Machine, command: readonly string[]): string[] {
  const place = join(home.path, `machine-${++count}`)
  const lines = ['set -e']
  const put = (folder: string, files: Readonly<Record<string, string>>, mode: number) => {
    mkdirSync(folder, { recursive: true })
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), text)
      chmodSync(join(folder, name), mode)
    }
  }
  for (const [folder, programs] of Object.entries(machine.programs)) {
    const [real, more] = [join(place, folder, 'real'), join(place, folder, 'more')]
    mkdirSync(real, { recursive: true })
    put(more, programs, 0o755)
    lines.push(
      `mount --bind ${folder} ${quote(real)}`,
      `mount -t tmpfs -o mode=755 none ${folder}`,
      `ln -s ${quote(real)}/* ${folder}/ 2>/dev/null || true`,
      `cp -p --remove-destination ${quote(more)}/* ${folder}/`,
    )
  }
  for (const [folder, files] of Object.entries(machine.folders ?? {})) {
    const from = join(place, 'folders', folder)
    put(from, files, 0o600)
    lines.push(`mount -t tmpfs -o mode=755 none ${folder}`)
    if (Object.keys(files).length > 0) lines.push(`cp -p ${quote(from)}/* ${folder}/`)
  }
  lines.push(...(machine.before ?? []), 'exec "$@"')
  return ['unshare', '-m', 'sh', '-c', lines.join('\n'), 'sh', ...command]
}
