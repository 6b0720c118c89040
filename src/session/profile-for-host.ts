import type { Profile } from '../core/profile.ts'
import { folderProfile, readableProfiles, type ProfileChoice } from './choose-profile.ts'
import { definedOrigins, originsSaidBy, placesOf } from './host-owner.ts'
import type { Ports } from './ports.ts'

/** Stands in for the place of a profile, which is no part of what is remembered. */
const nowhere = 'https://api.invalid'

type Known = Pick<Ports, 'profiles' | 'provider' | 'index'>

/** What a token is wanted for. */
export interface Wanted {
  /** Origins, any of which may be meant; see `originsNamedBy`. */
  readonly origins: readonly string[]
  /** The user that was asked for, if one was. */
  readonly username?: string | undefined
}

/** The profile that answers; or those that could, between which nothing decides. */
export type Choice =
  { readonly profile: Profile } | { readonly undecided: readonly string[] } | undefined

/**
 * The profile whose token may be sent to one of the origins, by what the profiles and the definitions of
 * their providers say: nothing is unlocked. Of several, the user that was asked for decides, by the name
 * of the profile or by the user name in its settings; then `preferred`, the profile that commands use
 * here.
 */
export async function profileForHost(
  ports: Known,
  { origins, username }: Wanted,
  preferred: () => string | undefined,
): Promise<Choice> {
  const fitting: Profile[] = []
  const defined = rememberDefined(ports)
  for (const profile of readableProfiles(ports.profiles)) {
    const isSaid = placesOf(profile).some((one) => origins.includes(one))
    const fits = isSaid || (await defined(profile)).some((one) => origins.includes(one))
    if (fits) fitting.push(profile)
  }
  const [first] = fitting
  if (first === undefined) return undefined
  if (fitting.length === 1) return { profile: first }
  const byUser =
    fitting.find(({ name }) => name === username) ??
    onlyOne(fitting.filter(({ settings }) => settings['username'] === username))
  const profile = (username === undefined ? undefined : byUser) ?? findPreferred(fitting, preferred)
  return profile === undefined ? { undecided: fitting.map(({ name }) => name) } : { profile }
}

/**
 * What definitions say of further origins, each asked once for all profiles that differ in nothing but
 * their base URL: of ten thousand that would take longer than all else.
 */
function rememberDefined(
  ports: Pick<Ports, 'provider'>,
): (profile: Profile) => Promise<readonly string[]> {
  const known = new Map<string, Promise<readonly string[]>>()
  return async (profile) => {
    const { provider, baseUrl, apiUrls, settings, overrides } = profile
    const placed = baseUrl !== undefined
    const key = JSON.stringify([provider, placed, apiUrls, settings, overrides])
    const sketch = placed ? { ...profile, baseUrl: nowhere } : profile
    const asked = known.get(key) ?? definedOrigins(ports, sketch)
    known.set(key, asked)
    return (await asked).filter((origin) => origin !== nowhere)
  }
}

/** Whether the token of a profile may be sent to one of the origins, by all that is said of it. */
export async function mayAnswer(
  ports: Pick<Ports, 'provider'>,
  profile: Profile,
  origins: readonly string[],
): Promise<boolean> {
  const said = await originsSaidBy({ ports, profile })
  return origins.some((origin) => said.includes(origin))
}

function findPreferred(
  fitting: readonly Profile[],
  preferred: () => string | undefined,
): Profile | undefined {
  const name = preferred()
  return fitting.find((one) => one.name === name)
}

function onlyOne(profiles: readonly Profile[]): Profile | undefined {
  return profiles.length === 1 ? profiles[0] : undefined
}

/** The profile that commands use here which name none: that of the folder, else the default one. */
export function preferredName(
  { profiles }: Pick<Ports, 'profiles'>,
  choice: ProfileChoice,
): string | undefined {
  return folderProfile(choice)?.name ?? profiles.defaultName()
}
