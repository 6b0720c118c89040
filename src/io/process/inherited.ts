import { closeSync, readdirSync, readFileSync } from 'node:fs'

/** O_CLOEXEC of Linux, which the runtime sets for all that it opens itself. */
const closedByExec = 0o2000000

/**
 * Closes what whoever started this process had open, but for the standard streams: one that lives on
 * would keep a lock that is held by an open file, or a pipe whose other end waits for the last writer.
 * Does nothing where there is no /proc.
 */
export function closeInherited(): void {
  for (const name of descriptors()) {
    const fd = Number(name)
    if (fd > 2 && isInherited(name)) closeSync(fd)
  }
}

function descriptors(): readonly string[] {
  try {
    return readdirSync('/proc/self/fd')
  } catch {
    return []
  }
}

function isInherited(name: string): boolean {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${name}`, 'latin1')
    const flags = Number.parseInt(/^flags:\s+(\d+)/m.exec(info)?.[1] ?? '', 8)
    return (flags & closedByExec) === 0
  } catch {
    // The one with which the folder was read is gone by now.
    return false
  }
}
