import { isToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import { readableProfiles } from './choose-profile.ts'
import type { Ports } from './ports.ts'

/**
 * The name of a profile, other than that of the id `except`, whose token may be sent to `origin`, by
 * what the profile and the definition of its provider say. Unlocks nothing, and asks nobody.
 */
export async function ownerOf(
  ports: Pick<Ports, 'profiles' | 'provider'>,
  origin: string,
  except: string,
): Promise<string | undefined> {
  const others = readableProfiles(ports.profiles).filter(({ id }) => id !== except)
  const said = others.find((one) => placesOf(one).includes(origin))
  if (said !== undefined) return said.name
  for (const one of others) {
    if ((await originsOf(ports, one)).includes(origin)) return one.name
  }
  return undefined
}

function placesOf({ baseUrl, apiUrls = [], settings }: Profile): readonly string[] {
  const urls = [baseUrl, ...apiUrls, settings['issuer']]
  return urls.flatMap((url) =>
    url !== undefined && URL.canParse(url) ? [new URL(url).origin] : [],
  )
}

/** None where the definition is gone, or damaged: that is told where somebody uses it. */
async function originsOf(
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
