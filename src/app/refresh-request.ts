import { ToknError } from '../core/errors.ts'
import { isObject, ownString } from '../core/json.ts'
import type { Profile, StoreKind } from '../core/profile.ts'
import type { Reason } from '../core/record.ts'
import type { Secret } from '../core/secret.ts'
import { describeCaller } from '../io/process/caller.ts'
import { sendCourier } from '../io/process/refresher.ts'
import { isReadOnce, readTextFile } from '../io/terminal/input.ts'
import { endsOthers, stayFor } from '../io/process/last-process.ts'
import type { Environment } from '../io/files/paths.ts'
import { storeCatalog } from '../stores/catalog.ts'
import type { Caller } from '../session/ports.ts'
import type { RefreshRequest } from '../session/refresh-request.ts'

/**
 * What goes to the process that refreshes. Travels by a pipe, since it holds secrets: whatever was
 * read here is not read there, since it may have come from a pipe too.
 */
export interface Errand {
  readonly profile: string
  readonly profileId: string
  /** Where the session is; absent: where the profile says. */
  readonly store?: StoreKind | undefined
  readonly wanted: RefreshRequest
  readonly caller: Caller
  readonly configDirectory?: string | undefined
  readonly timeout: number
  readonly debug: boolean
  readonly ca?: string | undefined
  readonly proxy?: string | undefined
  /** The key of the file store, or what it is made from. */
  readonly storeKey?: string | undefined
  readonly passphrase?: string | undefined
  /** What files of the profile said that can be read only once, by path. */
  readonly files?: Readonly<Record<string, string>> | undefined
}

/** What the process that sends brings with it. */
interface Sender extends Pick<Errand, 'configDirectory' | 'debug' | 'ca' | 'proxy'> {
  /** Milliseconds that the command may still take. */
  timeLeft(): number
  readonly environment: Environment
  /** Path of the executable, to start it anew. */
  readonly program: string
  readonly command: string
  storeKey(): Secret | undefined
  passphrase(): Promise<Secret | undefined>
  warn(text: string): void
}

/** Has a refresh run by a process that outlives this one; gives the record's text. */
export async function callCourier(
  request: Sender,
  profile: Profile,
  wanted: RefreshRequest,
): Promise<string> {
  const { needsPassphrase } = storeCatalog.traits(profile.store)
  const storeKey = needsPassphrase ? request.storeKey() : undefined
  const passphrase =
    needsPassphrase && storeKey === undefined ? await request.passphrase() : undefined
  const files = readPipes(profile)
  const errand = (timeout: number): Errand => ({
    profile: profile.name,
    profileId: profile.id,
    store: profile.store,
    wanted,
    caller: describeCaller(request.command),
    configDirectory: request.configDirectory,
    timeout,
    debug: request.debug,
    ca: request.ca,
    proxy: request.proxy,
    storeKey: storeKey?.reveal(),
    passphrase: passphrase?.reveal(),
    files,
  })
  const sent = sendCourier(
    request.program,
    (timeout) => JSON.stringify(errand(timeout)),
    request.environment,
    request.timeLeft(),
    endsOthers(),
  )
  const outcome = await stayFor(sent)
  for (const warning of outcome.warnings) request.warn(warning)
  if (outcome.ok) return outcome.record
  const { code, message, hint, http, retryAfter, lasting } = outcome
  throw new ToknError(code, message, { hint, http, retryAfter, lasting })
}

/** Throws `usage` for text that `callCourier` did not write. */
export function readErrand(text: string): Errand {
  const value: unknown = JSON.parse(text)
  const wanted = isObject(value) ? value['wanted'] : undefined
  const caller = isObject(value) ? value['caller'] : undefined
  if (!isObject(value) || !isObject(wanted) || !isObject(caller)) throw malformed()
  const profile = ownString(value, 'profile')
  const profileId = ownString(value, 'profileId')
  const store = storeCatalog.find(value['store'])
  if (profile === undefined || profileId === undefined) throw malformed()
  return {
    profile,
    profileId,
    store,
    wanted: {
      reason: (ownString(wanted, 'reason') ?? 'forced') as Reason,
      minTtl: numberOf(wanted['minTtl']),
      beyond: numberOf(wanted['beyond']),
      force: wanted['force'] === true,
    },
    caller: {
      command: ownString(caller, 'command') ?? '',
      pid: numberOf(caller['pid']) ?? 0,
      parent: ownString(caller, 'parent') ?? '',
      host: ownString(caller, 'host') ?? '',
    },
    configDirectory: ownString(value, 'configDirectory'),
    timeout: numberOf(value['timeout']) ?? 30_000,
    debug: value['debug'] === true,
    ca: ownString(value, 'ca'),
    proxy: ownString(value, 'proxy'),
    storeKey: ownString(value, 'storeKey'),
    passphrase: ownString(value, 'passphrase'),
    files: textsOf(value['files']),
  }
}

function readPipes({ settings }: Profile): Readonly<Record<string, string>> {
  const paths = Object.entries(settings)
    .filter(([name, path]) => name.endsWith('_file') && isReadOnce(path))
    .map(([, path]) => path)
  return Object.fromEntries(paths.map((path) => [path, readTextFile(path)]))
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {}
  return Object.fromEntries(
    Object.keys(value).flatMap((name) => {
      const text = ownString(value, name)
      return text === undefined ? [] : [[name, text]]
    }),
  )
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function malformed(): ToknError {
  return new ToknError(
    'usage',
    'this is for tokn itself: it refreshes a session for another process',
  )
}
