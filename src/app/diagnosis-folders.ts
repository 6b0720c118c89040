import type { Finding } from '../core/process.ts'
import { isFailure } from '../core/errors.ts'
import type { StoreKind } from '../core/profile.ts'
import type { Paths } from '../io/files/paths.ts'
import { problemOf } from '../io/files/shared-folders.ts'
import { storeCatalog } from '../stores/catalog.ts'

const id = 'lock-folder'
const elsewhere = 'set HOME to a folder that you can write'

/** Where a user's processes keep what they share, and whether that is a place to stay. */
export function checkPlaces(paths: Paths, kinds: ReadonlySet<StoreKind>): readonly Finding[] {
  const shared = checkShared(paths, kinds)
  if (!paths.homeless) return [shared]
  const detail = 'there is none: what XDG variables do not move is in a temporary directory'
  return [shared, { id: 'home', status: 'warn', detail, fix: elsewhere }]
}

/** Which folder it is, and why it is none of those that come before. */
function checkShared(paths: Paths, kinds: ReadonlySet<StoreKind>): Finding {
  try {
    const { common, sharedFolders } = paths
    const at = sharedFolders.findIndex(({ path }) => path === common)
    const earlier = sharedFolders.slice(0, at).map((folder) => problemOf(folder) ?? folder.path)
    const detail = [common, ...earlier.map((problem) => `passed over: ${problem}`)].join('; ')
    const apart = missedMeetings(paths, kinds)
    if (apart.length > 0) {
      const whom = 'programs of yours that see another home are not waited for'
      return {
        id,
        status: 'warn',
        detail: `${detail}; ${whom}: ${apart.join('; ')}`,
        fix: elsewhere,
      }
    }
    if (sharedFolders[at]?.guard === undefined) return { id, status: 'ok', detail }
    return { id, status: 'warn', detail: `${detail}; it is emptied now and then`, fix: elsewhere }
  } catch (error) {
    if (!isFailure(error)) throw error
    return { id, status: 'fail', detail: error.message, fix: error.hint }
  }
}

function missedMeetings(paths: Paths, kinds: ReadonlySet<StoreKind>): readonly string[] {
  return [...kinds]
    .map((kind) => storeCatalog.traits(kind))
    .filter(({ outlivesProcess }) => outlivesProcess)
    .flatMap(({ restsInData }) => problemOf(paths.meetingFolder(restsInData), ['locks']) ?? [])
}
