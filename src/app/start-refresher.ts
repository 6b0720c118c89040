import type { Index } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import type { Secret } from '../core/secret.ts'
import { describeRequester } from '../io/process/requester.ts'
import { isReadOnce, readTextFile } from '../io/terminal/input.ts'
import type { ProcessOptions } from '../refresher/messages.ts'
import { refreshInOwnProcess, type Spawning } from '../refresher/spawn.ts'
import { listsIn } from '../session/outside.ts'
import type { GivenVariables } from '../session/ports.ts'
import type { RefreshRequest } from '../session/refresh-request.ts'
import { storeCatalog } from '../stores/catalog.ts'

/** What the process that asks brings with it. */
interface Asking extends ProcessOptions, Spawning {
  readonly command: string
  storeKey(): Secret | undefined
  readonly storeUrl?: (() => Secret | undefined) | undefined
  readonly storePassword?: (() => Secret | undefined) | undefined
  passphrase(): Promise<Secret | undefined>
  readonly givenVariables?: GivenVariables | undefined
  readonly index: Pick<Index, 'get'>
}

/**
 * Has a refresh run by a process that outlives this one; gives the record's text.
 */
export async function startRefresher(
  from: Asking,
  profile: Profile,
  refresh: RefreshRequest,
): Promise<string> {
  const { needsPassphrase, shared } = storeCatalog.traits(profile.store)
  const storeKey = needsPassphrase || shared === true ? from.storeKey() : undefined
  const passphrase = needsPassphrase && storeKey === undefined ? await from.passphrase() : undefined
  return await refreshInOwnProcess(from, {
    ...from,
    profile: profile.name,
    profileId: profile.id,
    // Where the profile says is looked up there: the session may have moved meanwhile.
    store: profile.usualStore === undefined ? undefined : profile.store,
    refresh,
    requester: describeRequester(from.command, from.environment),
    storeKey: storeKey?.reveal(),
    passphrase: passphrase?.reveal(),
    storeUrl: shared === true ? from.storeUrl?.()?.reveal() : undefined,
    storePassword: shared === true ? from.storePassword?.()?.reveal() : undefined,
    files: { ...readPipes(profile), ...readGivenPipes(from, profile) },
  })
}

/** What was read here is not there to be read by another process. */
function readPipes({ settings }: Profile): Readonly<Record<string, string>> {
  const paths = Object.entries(settings)
    .filter(([name, path]) => name.endsWith('_file') && isReadOnce(path))
    .map(([, path]) => path)
  return Object.fromEntries(paths.map((path) => [path, readTextFile(path)]))
}

/** The same, of files that variables name. */
function readGivenPipes(
  { environment, givenVariables, index }: Pick<Asking, 'environment' | 'givenVariables' | 'index'>,
  { id }: Pick<Profile, 'id'>,
): Readonly<Record<string, string>> {
  const names = new Set(listsIn(index.get(id)?.renewsWith).flat())
  const found = [...names].flatMap((name) => {
    const variable = givenVariables?.holding(name)
    const path = variable?.endsWith('_FILE') === true ? environment[variable] : undefined
    if (path === undefined || !isReadOnce(path)) return []
    const secret = givenVariables?.readSecret(name)
    return secret === undefined ? [] : [[path, secret.reveal()] as const]
  })
  return Object.fromEntries(found)
}
