import { isToknError } from '../core/errors.ts'
import { lookIn, type Profile, type StoreKind } from '../core/profile.ts'
import { serializeRecord, type Reason, type SessionRecord } from '../core/record.ts'
import type { Secret } from '../core/secret.ts'
import { checkGivenToken } from '../core/token.ts'
import { words } from '../messages/words.ts'
import { chooseProfile, namedProfile, type ProfileChoice } from './choose-profile.ts'
import { indexRecord } from './history.ts'
import { idInEnvironment } from './naming.ts'
import type { Ports } from './ports.ts'
import { openSession, type Session } from './session.ts'

export interface GivenToken {
  readonly token: Secret
  /** The variable that gave it. */
  readonly variable: string
}

/** A profile and its record, made for one command. */
export interface MadeSession {
  readonly profile: Profile
  readonly record: SessionRecord
}

/** What the environment says about sessions; values are already read from their files. */
export interface SessionVariables {
  /** `TOKN_TOKEN`, or `TOKN_<PROFILE>_TOKEN` for a named profile. Throws `usage`. */
  token(profile: string | undefined): GivenToken | undefined
  /** `TOKN_PROVIDER`. */
  readonly provider: string | undefined
  /** The store to look in for the session of a profile. */
  storeOf(profile: Profile): StoreKind
  /** The token as a session of `profile`, with what else the environment says of its provider. */
  open(ports: Ports, profile: Profile, token: Secret): Promise<MadeSession>
  /** Logs in with what the environment holds; nothing is kept. */
  login(ports: Ports): Promise<MadeSession>
}

/**
 * The session that a command works on: a token given in the environment wins, then the profile
 * named, then a login from the environment alone (`TOKN_PROVIDER` and no profile), then the default
 * profile. `openInMemory` gives ports that write nothing anywhere.
 */
export async function selectSession(
  ports: Ports,
  choice: ProfileChoice,
  variables: SessionVariables,
  openInMemory: () => Promise<Ports>,
): Promise<Session> {
  const name = namedProfile(choice)
  const given = variables.token(name)
  if (given !== undefined) {
    checkGivenToken(given.token)
    const inMemory = await openInMemory()
    const sketch = sketchOf(ports, choice, variables, name, given.variable)
    return await keep(inMemory, await variables.open(inMemory, sketch, given.token), 'imported')
  }
  if (name === undefined && variables.provider !== undefined) {
    const inMemory = await openInMemory()
    return await keep(inMemory, await variables.login(inMemory), 'login')
  }
  const profile = chooseProfile(ports.profiles, choice)
  return openSession(ports, lookIn(profile, variables.storeOf(profile)))
}

/** Keeps a session for as long as the command runs. */
async function keep(
  ports: Ports,
  { profile, record }: MadeSession,
  reason: Reason,
): Promise<Session> {
  const session = openSession(ports, profile)
  const store = await session.store()
  await store.write(profile.id, record.generation, serializeRecord(record))
  await indexRecord(ports, profile, record, reason)
  return session
}

/** The profile that a token from the environment belongs to, as far as that is known. */
function sketchOf(
  ports: Ports,
  choice: ProfileChoice,
  variables: SessionVariables,
  name: string | undefined,
  variable: string,
): Profile {
  const known = name !== undefined || variables.provider === undefined
  const stored = known ? tryChoose(ports, choice, name) : undefined
  return {
    ...(stored ?? { provider: variables.provider ?? '', settings: {} }),
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
    ports.warn(words.session.profilesUnread(error.message))
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
