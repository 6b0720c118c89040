import type { Session } from './session.ts'
import { isToknError } from '../core/errors.ts'
import { lookIn, type Profile, type StoreKind } from '../core/profile.ts'
import { serializeRecord, type Reason, type SessionRecord } from '../core/record.ts'
import type { Secret } from '../core/secret.ts'
import { checkGivenToken } from '../core/token.ts'
import { chooseProfile, namedProfile, type ProfileChoice } from './choose-profile.ts'
import { indexRecord } from './history.ts'
import { idInEnvironment } from './naming.ts'
import type { Ports } from './ports.ts'

/** A session to work with, and the ports that reach it. */
export interface Target extends Session {
  readonly source: 'store' | 'environment' | 'login'
}

export interface GivenToken {
  readonly token: Secret
  /** The variable that gave it. */
  readonly variable: string
}

/** What the environment says about tokens; values are already read from their files. */
export interface TargetEnvironment {
  /** `TOKN_TOKEN`, or `TOKN_<PROFILE>_TOKEN` for a named profile. Throws `usage`. */
  token(profile: string | undefined): GivenToken | undefined
  /** `TOKN_PROVIDER`. */
  readonly provider: string | undefined
  /** The store to look in for the session of a profile. */
  storeOf(profile: Profile): StoreKind
  /** The token as a session of `profile`, with what else the environment says of its provider. */
  open(
    ports: Ports,
    profile: Profile,
    token: Secret,
  ): Promise<{ profile: Profile; record: SessionRecord }>
  /** Logs in with what the environment holds; nothing is kept. */
  login(ports: Ports): Promise<{ profile: Profile; record: SessionRecord }>
}

/**
 * The session that a command works on: a token given in the environment wins, then the profile
 * named, then a login from the environment alone (`TOKN_PROVIDER` and no profile), then the default
 * profile. `ephemeral` gives ports that write nothing anywhere.
 */
export async function openTarget(
  ports: Ports,
  choice: ProfileChoice,
  environment: TargetEnvironment,
  ephemeral: () => Promise<Ports>,
): Promise<Target> {
  const name = namedProfile(choice)
  const given = environment.token(name)
  if (given !== undefined) {
    checkGivenToken(given.token)
    const inMemory = await ephemeral()
    const sketch = sketchOf(ports, choice, environment, name, given.variable)
    const { profile, record } = await environment.open(inMemory, sketch, given.token)
    await hold(inMemory, profile, record, 'imported')
    return { ports: inMemory, profile, source: 'environment' }
  }
  if (name === undefined && environment.provider !== undefined) {
    const inMemory = await ephemeral()
    const { profile, record } = await environment.login(inMemory)
    await hold(inMemory, profile, record, 'login')
    return { ports: inMemory, profile, source: 'login' }
  }
  const profile = chooseProfile(ports.profiles, choice)
  return { ports, profile: lookIn(profile, environment.storeOf(profile)), source: 'store' }
}

async function hold(
  ports: Ports,
  profile: Profile,
  record: SessionRecord,
  reason: Reason,
): Promise<void> {
  const store = await ports.store(profile.store)
  await store.write(profile.id, record.generation, serializeRecord(record))
  await indexRecord(ports, profile, record, reason)
}

/** The profile that a token from the environment belongs to, as far as that is known. */
function sketchOf(
  ports: Ports,
  choice: ProfileChoice,
  environment: TargetEnvironment,
  name: string | undefined,
  variable: string,
): Profile {
  const known = name !== undefined || environment.provider === undefined
  const stored = known ? tryChoose(ports, choice, name) : undefined
  return {
    ...(stored ?? { provider: environment.provider ?? '', settings: {} }),
    name: name ?? stored?.name ?? 'environment',
    id: idInEnvironment(variable),
    store: ports.stores.transient,
  }
}

function tryChoose(
  ports: Ports,
  choice: ProfileChoice,
  name: string | undefined,
): Profile | undefined {
  try {
    return chooseProfile(ports.profiles, choice)
  } catch (error) {
    if (isToknError(error, 'not_found')) return undefined
    // The token needs no profile: that none at all can be read is no reason to fail. One that is
    // damaged, and was named, says how the token travels.
    if (!isToknError(error, 'usage') || (name !== undefined && areReadable(ports))) throw error
    ports.warn(`no profile is looked at: ${error.message}`)
    return undefined
  }
}

function areReadable({ profiles }: Ports): boolean {
  try {
    profiles.outlines()
    return true
  } catch {
    return false
  }
}
