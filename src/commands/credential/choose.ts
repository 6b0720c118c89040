import type { Asked } from './protocol.ts'
import { originsNamedBy } from '../../core/target.ts'
import { words } from '../../messages/words.ts'
import { namedProfile } from '../../session/choose-profile.ts'
import { mayAnswer, preferredName, profileForHost } from '../../session/profile-for-host.ts'
import type { Context } from '../context.ts'
import type { FreshFlags } from '../token.ts'

/** Flags of a command that gives a tool its credentials. */
export type CredentialFlags = Omit<FreshFlags, 'refresh'>

/** What a token is given out of. */
export interface Giver {
  readonly context: Context
  readonly flags: CredentialFlags
  readonly tool: string
  /** Whether the environment names the session of a CI job. */
  readonly namesJob: boolean
  /** Tells why nothing is given. */
  say(text: string): void
  /** Tells that what is asked for is somewhere that is not ours: most tools ask us of every place. */
  sayForeign(text: string): void
}

/** The session that answers, by what is known without opening it. */
export interface Chosen {
  /** Absent: the one that a command works with which names none. */
  readonly name: string | undefined
  /** The environment has it, and no store. */
  readonly fromEnvironment: boolean
  /** Where its token is to go: any of these origins; absent where that is not said. */
  readonly origins: readonly string[] | undefined
}

/**
 * Which session answers. `undefined` where none does, or nothing decides between several; that is said.
 * A session of the environment is chosen whatever it may be good for: its own origins decide.
 */
export async function chooseSession(
  { context, flags, namesJob, tool, say, sayForeign }: Giver,
  { target, username }: Asked,
): Promise<Chosen | undefined> {
  const origins = target === undefined ? undefined : originsNamedBy(target)
  const choice = context.choice(flags)
  const named = namedProfile(choice)
  const { tokenVariable, provider } = context.environment
  const withoutProfile = named === undefined && (provider !== undefined || namesJob)
  if (withoutProfile || tokenVariable(named) !== undefined) {
    return { name: named, fromEnvironment: true, origins }
  }
  if (origins === undefined) return { name: named, fromEnvironment: false, origins }
  const ports = context.ports(flags)
  const { foreign, undecided, nobody } = words.credentialHelpers
  // Of a host without a scheme the tool says no more, and the profile may have it with another.
  const [origin] = origins
  const place = target?.kind === 'host' && origin !== undefined ? target.host : origin
  if (named !== undefined) {
    const profile = ports.profiles.get(named)
    // Where it is not here, an agent may have it.
    if (profile === undefined || (await mayAnswer(ports, profile, origins))) {
      return { name: named, fromEnvironment: false, origins }
    }
    sayForeign(foreign(named, place))
    return undefined
  }
  const found = await profileForHost(ports, { origins, username }, () =>
    preferredName(ports, choice),
  )
  if (found !== undefined && 'profile' in found) {
    return { name: found.profile.name, fromEnvironment: false, origins }
  }
  if (found === undefined) sayForeign(nobody(place))
  else say(undecided(found.undecided, place, tool))
  return undefined
}
