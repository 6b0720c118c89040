import { lookIn, type Profile, type StoreKind } from '../core/profile.ts'
import type { SessionRecord } from '../core/record.ts'
import type { Secret } from '../core/secret.ts'
import { chooseProfile, folderProfile, namedProfile, type ProfileChoice } from './choose-profile.ts'
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
  /** The session of the CI job that this is a part of, if it is what a login now would make. */
  job(): Promise<MadeSession | undefined>
  /** Logs in with what the environment holds; nothing is kept. `implied`: where it names no provider. */
  login(ports: Ports, implied?: string): Promise<MadeSession>
  /** The value of a variable, or of the file that another names. Throws `usage`. */
  read?(name: string): string | undefined
}

/**
 * The session that a command works on: a token given in the environment wins, then the profile
 * named, then that of a CI job, then a login from the environment alone (`TOKN_PROVIDER` and no profile), then the profile of
 * the folder, or a token for it in the environment, then the default one, then a login where the
 * environment has the address of a server. `openInMemory` gives ports that write nothing anywhere.
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
    const { openGiven } = await import('./environment-session.ts')
    return await openGiven(ports, choice, variables, given, await openInMemory())
  }
  const job = name === undefined ? await variables.job() : undefined
  if (job !== undefined) {
    const { openMade } = await import('./environment-session.ts')
    return await openMade(job, await openInMemory())
  }
  if (name === undefined && variables.provider !== undefined) {
    const { openLogin } = await import('./environment-session.ts')
    return await openLogin(variables, await openInMemory())
  }
  const folder = folderProfile(choice)?.name
  const own = folder === undefined ? undefined : variables.token(folder)
  if (own !== undefined) {
    const { openGiven } = await import('./environment-session.ts')
    return await openGiven(ports, { flag: folder }, variables, own, await openInMemory())
  }
  try {
    const profile = chooseProfile(ports.profiles, choice)
    return openSession(ports, lookIn(profile, variables.storeOf(profile)))
  } catch (error) {
    if (name !== undefined || folder !== undefined) throw error
    const { openImplied } = await import('./environment-session.ts')
    return await openImplied(error, variables, openInMemory)
  }
}
