import { isToknError, ToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import { words } from '../messages/words.ts'
import { indexedEntry } from './amend-index.ts'
import { placesInVariables } from './outside.ts'
import type { Ports } from './ports.ts'

/** An agent that did not renew a session. */
interface Failed {
  /** Whether the environment names it: what it has is then in no store here. */
  readonly named: boolean
  readonly error: unknown
}

/**
 * Goes on without an agent that has nothing to renew a session with, where the variables of this
 * process have it: an agent has an environment of its own. Throws the error where that is no help.
 */
export function goAround(
  ports: Ports,
  profile: Pick<Profile, 'id' | 'usualStore'>,
  failed: Failed,
): undefined {
  ports.warn(words.renewal.withoutAgent(placesHere(ports, profile, failed)))
}

/** As `goAround`, of the profile with that name, or the default one. */
export function goAroundByName(ports: Ports, name: string | undefined, failed: Failed): undefined {
  const known = name ?? ports.profiles.defaultName()
  const profile = known === undefined ? undefined : ports.profiles.get(known)
  if (profile === undefined) throw failed.error
  goAround(ports, profile, failed)
}

function placesHere(
  ports: Ports,
  profile: Pick<Profile, 'id' | 'usualStore'>,
  { named, error }: Failed,
): readonly string[] {
  const entry = indexedEntry(ports, profile)
  if (named || entry?.renewsWith === undefined) throw error
  if (!isToknError(error, 'reauth_required')) throw error
  const places = placesInVariables(ports, entry)
  if (places !== undefined && places.length > 0) return places
  const { code, message, details } = error
  throw new ToknError(code, words.renewal.notTheAgent(message), { ...details, cause: error })
}
