import type { Profile } from '../core/profile.ts'
import type { Secret } from '../core/secret.ts'
import { describeRequester } from '../io/process/requester.ts'
import { isReadOnce, readTextFile } from '../io/terminal/input.ts'
import type { ProcessOptions } from '../refresher/messages.ts'
import { refreshInOwnProcess, type Spawning } from '../refresher/spawn.ts'
import type { RefreshRequest } from '../session/refresh-request.ts'
import { storeCatalog } from '../stores/catalog.ts'

/** What the process that asks brings with it. */
interface Asking extends ProcessOptions, Spawning {
  readonly command: string
  storeKey(): Secret | undefined
  passphrase(): Promise<Secret | undefined>
}

/** Has a refresh run by a process that outlives this one; gives the record's text. */
export async function startRefresher(
  from: Asking,
  profile: Profile,
  refresh: RefreshRequest,
): Promise<string> {
  const { needsPassphrase } = storeCatalog.traits(profile.store)
  const storeKey = needsPassphrase ? from.storeKey() : undefined
  const passphrase = needsPassphrase && storeKey === undefined ? await from.passphrase() : undefined
  return await refreshInOwnProcess(from, {
    ...from,
    profile: profile.name,
    profileId: profile.id,
    store: profile.store,
    refresh,
    requester: describeRequester(from.command),
    storeKey: storeKey?.reveal(),
    passphrase: passphrase?.reveal(),
    files: readPipes(profile),
  })
}

/** What was read here is not there to be read by another process. */
function readPipes({ settings }: Profile): Readonly<Record<string, string>> {
  const paths = Object.entries(settings)
    .filter(([name, path]) => name.endsWith('_file') && isReadOnce(path))
    .map(([, path]) => path)
  return Object.fromEntries(paths.map((path) => [path, readTextFile(path)]))
}
