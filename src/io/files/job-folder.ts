import { join } from 'node:path'
import type { Paths } from './paths.ts'
import { prepareSharedFolder } from './shared-folders.ts'

/** Memory that looks like a folder, and is gone with the machine. */
const root = '/dev/shm'

/**
 * Where the processes of a job that leaves nothing on the disk take turns. Its `common` throws `store`
 * where there is no such place.
 */
export function placeOfJob({
  meetingFolder,
}: Pick<Paths, 'meetingFolder'>): Pick<Paths, 'common' | 'meetingFolder'> {
  const path = join(root, `tokn-${process.getuid?.() ?? 0}`)
  return {
    get common() {
      prepareSharedFolder({ path, root, guard: path })
      return path
    },
    meetingFolder,
  }
}
