import { lstatSync } from 'node:fs'

/** Whether `path` is a folder, and no link to one, that no other user can read or write. */
export function isPrivate(path: string): boolean {
  try {
    const stats = lstatSync(path)
    const user = process.geteuid?.()
    const own = user === undefined || (stats.uid === user && (stats.mode & 0o077) === 0)
    return own && stats.isDirectory()
  } catch {
    return false
  }
}
