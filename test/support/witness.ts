import { readdirSync, readFileSync } from 'node:fs'
import { findTexts } from './files.ts'

/** Someone who looks at every process and at some folders, over and over. */
export interface Witness {
  /** Where one of the texts was seen. */
  readonly sightings: ReadonlySet<string>
  /** How many times it looked. */
  looks(): number
  stop(): void
}

/** Watches for `texts` in the arguments of every process of this machine, and in `folders`. */
export function startWitness(
  texts: () => readonly string[],
  folders: readonly string[],
  every = 10,
): Witness {
  const sightings = new Set<string>()
  let count = 0
  const timer = setInterval(look, every)
  return { sightings, looks: () => count, stop: () => clearInterval(timer) }

  function look(): void {
    count++
    const sought = texts()
    for (const name of readdirSync('/proc')) {
      if (!/^[0-9]+$/.test(name)) continue
      const line = readSafely(`/proc/${name}/cmdline`)
      for (const text of sought) if (line.includes(text)) sightings.add(`argv: ${text}`)
    }
    for (const folder of folders) {
      for (const found of findTexts(folder, sought)) sightings.add(found)
    }
  }
}

function readSafely(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // The process, or the file, has gone meanwhile.
    return ''
  }
}
