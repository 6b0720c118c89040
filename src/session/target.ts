import { ToknError } from '../core/errors.ts'
import { unknownExpiry } from '../core/expiry.ts'
import { claimedExpiry } from '../core/jwt.ts'
import { bindingOf, lookIn, type Profile, type StoreKind } from '../core/profile.ts'
import { serializeRecord, type SessionRecord } from '../core/record.ts'
import type { Secret } from '../core/secret.ts'
import { checkGivenToken } from '../core/token.ts'
import { chooseProfile, namedProfile, type ProfileChoice } from './choose.ts'
import type { Ports } from './ports.ts'

/** A session to work with, and the ports that reach it. */
export interface Target {
  readonly ports: Ports
  readonly profile: Profile
  readonly source: 'store' | 'environment' | 'login'
}

/** What the environment says about tokens; values are already read from their files. */
export interface TargetEnvironment {
  /** `TOKN_TOKEN`, or `TOKN_<PROFILE>_TOKEN` for a named profile. Throws `usage`. */
  token(profile: string | undefined): Secret | undefined
  /** `TOKN_PROVIDER`. */
  readonly provider: string | undefined
  /** The store to look in for the session of a profile. */
  storeOf(profile: Profile): StoreKind
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
  const token = environment.token(name)
  if (token !== undefined) {
    checkGivenToken(token)
    const profile = given(ports, choice, environment, name)
    const inMemory = await ephemeral()
    await hold(inMemory, profile, await recordOf(inMemory, profile, token))
    return { ports: inMemory, profile, source: 'environment' }
  }
  if (name === undefined && environment.provider !== undefined) {
    const inMemory = await ephemeral()
    const { profile, record } = await environment.login(inMemory)
    await hold(inMemory, profile, record)
    return { ports: inMemory, profile, source: 'login' }
  }
  const profile = chooseProfile(ports.profiles, choice)
  return { ports, profile: lookIn(profile, environment.storeOf(profile)), source: 'store' }
}

async function hold(ports: Ports, profile: Profile, record: SessionRecord): Promise<void> {
  const store = await ports.store(profile.store)
  await store.write(profile.id, record.generation, serializeRecord(record))
}

/** The profile that a token from the environment belongs to, as far as that is known. */
function given(
  ports: Ports,
  choice: ProfileChoice,
  environment: TargetEnvironment,
  name: string | undefined,
): Profile {
  const known = name !== undefined || environment.provider === undefined
  const stored = known ? tryChoose(ports, choice) : undefined
  return {
    ...(stored ?? { provider: environment.provider ?? '', settings: {} }),
    name: name ?? stored?.name ?? 'environment',
    id: 'environment',
    store: 'memory',
  }
}

function tryChoose(ports: Ports, choice: ProfileChoice): Profile | undefined {
  try {
    return chooseProfile(ports.profiles, choice)
  } catch (error) {
    if (error instanceof ToknError && error.code === 'not_found') return undefined
    throw error
  }
}

async function recordOf(ports: Ports, profile: Profile, access: Secret): Promise<SessionRecord> {
  const provider = profile.provider === '' ? undefined : await ports.provider(profile)
  const expiry = claimedExpiry(access.reveal())
  return {
    v: 1,
    profileId: profile.id,
    generation: 1,
    provider: profile.provider,
    binding: bindingOf(profile),
    definition: provider?.digest,
    origins: provider?.origins ?? [],
    // A token of no known API: RFC 6750 is what most of them speak.
    attach: provider?.attach({ context: {} }, profile.settings) ?? {
      headers: { Authorization: 'Bearer {access}' },
    },
    access,
    expiry: expiry.state === 'at' ? expiry : unknownExpiry,
    obtainedAt: ports.clock.now(),
    context: {},
    fixed: true,
  }
}
