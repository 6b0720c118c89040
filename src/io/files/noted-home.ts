import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { isAbsolute } from 'node:path'

/**
 * The home that the password database gave this user of this machine when something was last put
 * there, as the file at `path` says; `undefined` for none. The database may be across a network, and a
 * token that is at hand must not wait for it.
 */
export function readNotedHome(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'latin1')
    const owner = ownerOfNote()
    const home = text.startsWith(owner) ? text.slice(owner.length).trimEnd() : ''
    return isAbsolute(home) ? Buffer.from(home, 'latin1').toString() : undefined
  } catch {
    return undefined
  }
}

/** A state folder may be one of several users, or a copy from elsewhere. */
export function ownerOfNote(): string {
  return `${hostname()} ${process.geteuid?.() ?? ''} `
}
