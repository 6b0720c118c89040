import { isToknError } from '../core/errors.ts'
import type { FolderProfile } from '../core/folder-profile.ts'
import type { Profile } from '../core/profile.ts'
import { serializeRecord, type Reason } from '../core/record.ts'
import { checkGivenToken } from '../core/token.ts'
import { words } from '../messages/words.ts'
import { chooseProfile, namedProfile, type ProfileChoice } from './choose-profile.ts'
import { indexRecord } from './history.ts'
import { idInEnvironment } from './naming.ts'
import { impliedProvider } from './login/implied-provider.ts'
import type { Ports } from './ports.ts'
import type { GivenToken, MadeSession, SessionVariables } from './select-session.ts'
import { openSession, type Session } from './session.ts'

/** A token out of the environment as a session, kept in the ports `inMemory`. Throws `usage`. */
export async function openGiven(
  ports: Ports,
  choice: ProfileChoice,
  variables: SessionVariables,
  { token, variable }: GivenToken,
  inMemory: Ports,
): Promise<Session> {
  checkGivenToken(token)
  const sketch = sketchOf(ports, choice, variables, variable)
  return await keep(inMemory, await variables.open(inMemory, sketch, token), 'imported')
}

/** The session of a login with what the environment holds, kept in the ports `inMemory`. */
export async function openLogin(
  variables: Pick<SessionVariables, 'login'>,
  inMemory: Ports,
): Promise<Session> {
  return await keep(inMemory, await variables.login(inMemory), 'login')
}

/**
 * The session of a login where there is no profile to take, and the environment says where a server
 * is. Throws `error` where it does not.
 */
export async function openImplied(
  error: unknown,
  variables: Pick<SessionVariables, 'login' | 'read'>,
  openInMemory: () => Promise<Ports>,
): Promise<Session> {
  const implied = isToknError(error, 'not_found') && impliedProvider(variables.read)
  if (implied !== 'oauth') throw error
  const inMemory = await openInMemory()
  return await keep(inMemory, await variables.login(inMemory, implied), 'login')
}

/** A session that another process has made and holds, kept in the ports `inMemory`. */
export async function openMade(made: MadeSession, inMemory: Ports): Promise<Session> {
  return await keep({ ...inMemory, restIsUntold: true }, made, 'login')
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
  variable: string,
): Profile {
  const name = namedProfile(choice)
  const folder = () => findInFolder(ports, choice)
  const known = name !== undefined || variables.provider === undefined
  const stored = known ? tryChoose(ports, { ...choice, folder }, name) : undefined
  return {
    ...(stored ?? { provider: variables.provider ?? '', settings: {} }),
    name: name ?? stored?.name ?? 'environment',
    id: idInEnvironment(variable),
    store: ports.stores.transient,
  }
}

/** A file that is wrong is no reason to fail, either. */
function findInFolder(ports: Ports, choice: ProfileChoice): FolderProfile | undefined {
  try {
    return choice.folder?.()
  } catch (error) {
    if (!isToknError(error, 'usage')) throw error
    ports.warn(error.message)
    return undefined
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
