import { isToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import { readableProfiles } from './choose-profile.ts'
import type { Ports } from './ports.ts'

/**
 * The name of a profile, other than that of the id `except`, whose token may be sent to `origin`, by
 * what the profile and the definition of its provider say; one that is logged in before one that is
 * not. Unlocks nothing, and asks nobody.
 */
export async function ownerOf(
  ports: Pick<Ports, 'profiles' | 'provider' | 'index'>,
  origin: string,
  except: string,
): Promise<string | undefined> {
  const others = readableProfiles(ports.profiles).filter(({ id }) => id !== except)
  let known: ReturnType<Ports['index']['getAll']> | undefined
  const isLoggedIn = ({ id }: Profile) =>
    (known ??= ports.index.getAll(others.map((one) => one.id))).get(id) !== undefined
  const said = others.filter((one) => placesOf(one).includes(origin))
  const owner = said.find(isLoggedIn)
  if (owner !== undefined) return owner.name
  const defined: Profile[] = []
  for (const one of others) {
    if (!(await definedOrigins(ports, one)).includes(origin)) continue
    if (isLoggedIn(one)) return one.name
    defined.push(one)
  }
  return (said[0] ?? defined[0])?.name
}

/** Where the token of a session may be sent, by what its profile and its provider say. */
export async function originsSaidBy({
  ports,
  profile,
}: {
  readonly ports: Pick<Ports, 'provider'>
  readonly profile: Profile
}): Promise<readonly string[]> {
  const said = placesOf(profile)
  return [...said, ...(await definedOrigins(ports, profile))]
}

/** What the profile itself says of where its token may be sent. */
export function placesOf({
  baseUrl,
  apiUrls = [],
  hosts = [],
  settings,
}: Profile): readonly string[] {
  const urls = [baseUrl, ...apiUrls, ...hosts, settings['issuer']]
  return urls.flatMap((url) =>
    url !== undefined && URL.canParse(url) ? [new URL(url).origin] : [],
  )
}

/**
 * What the definition of its provider says. None where that is gone, or damaged: that is told where
 * somebody uses it.
 */
export async function definedOrigins(
  { provider }: Pick<Ports, 'provider'>,
  profile: Profile,
): Promise<readonly string[]> {
  try {
    return (await provider(profile)).origins
  } catch (error) {
    if (isToknError(error)) return []
    throw error
  }
}
