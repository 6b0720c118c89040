import { join } from 'node:path'

/** Bytes: a file of profiles that is no larger is read sooner than another one is found. */
export const small = 8_192

/**
 * Where what is made of the file of profiles `target` lies within `directory`: each has a folder of its
 * own, and one whose name would be too long has none.
 */
export function folderOf(target: string, directory: string | undefined): string | undefined {
  const name = encodeURIComponent(target)
  return directory === undefined || name.length > 200 ? undefined : join(directory, name)
}
