import type { Finding } from '../core/process.ts'
import { isFailure } from '../core/errors.ts'
import type { StoreKind } from '../core/profile.ts'
import { words } from '../messages/words.ts'
import type { Paths } from '../io/files/paths.ts'
import { problemOf } from '../io/files/shared-folders.ts'
import { storeCatalog } from '../stores/catalog.ts'

const id = 'lock-folder'

/** Where a user's processes keep what they share, and whether that is a place to stay. */
export function checkPlaces(paths: Paths, kinds: ReadonlySet<StoreKind>): readonly Finding[] {
  const shared = checkShared(paths, kinds)
  if (!paths.homeless) return [shared]
  const { noHome, setHome } = words.doctor
  return [shared, { id: 'home', status: 'warn', detail: noHome(), fix: setHome() }]
}

/** Which folder it is, and why it is none of those that come before. */
function checkShared(paths: Paths, kinds: ReadonlySet<StoreKind>): Finding {
  try {
    const { common, sharedFolders } = paths
    const at = sharedFolders.findIndex(({ path }) => path === common)
    const earlier = sharedFolders.slice(0, at).map((folder) => problemOf(folder) ?? folder.path)
    const detail = [common, ...earlier.map((problem) => words.doctor.skippedFolder(problem))].join(
      '; ',
    )
    const apart = missedMeetings(paths, kinds)
    if (apart.length > 0) {
      return {
        id,
        status: 'warn',
        detail: words.doctor.notWaitedFor(detail, apart.join('; ')),
        fix: words.doctor.setHome(),
      }
    }
    if (sharedFolders[at]?.guard === undefined) return { id, status: 'ok', detail }
    const { emptiedFolder, setHome } = words.doctor
    return { id, status: 'warn', detail: emptiedFolder(detail), fix: setHome() }
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
