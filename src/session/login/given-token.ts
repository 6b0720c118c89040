import { checkBaseUrl } from '../../core/base-url.ts'
import { unknownExpiry } from '../../core/expiry.ts'
import { claimedExpiry } from '../../core/jwt.ts'
import type { Profile } from '../../core/profile.ts'
import type { Field } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import { Secret } from '../../core/secret.ts'
import { checkGivenToken } from '../../core/token.ts'
import { firstRecord, issuerOf } from '../first-record.ts'
import { keptFor, namedIn } from '../other-server.ts'
import { openAnswered } from './open-provider.ts'
import type { Ports } from '../ports.ts'

/** What the environment says of a provider, and what is asked of it. */
export interface ProviderEnvironment {
  /** The value of a variable, or of the file that another names. Throws `usage`. */
  read(name: string): string | undefined
  /** `TOKN_SCOPE`. */
  readonly scopes: readonly string[] | undefined
  /** `TOKN_API_URL`, as origins. Throws `usage`. */
  readonly apiUrls: readonly string[] | undefined
}

/** Where an API is, as far as the environment says: TOKN_BASE_URL, TOKN_API_URL. Throws `usage`. */
export function placesIn(environment: ProviderEnvironment): Pick<Profile, 'baseUrl' | 'apiUrls'> {
  const baseUrl = environment.read('base_url')
  const { apiUrls } = environment
  return {
    ...(baseUrl === undefined ? {} : { baseUrl: checkBaseUrl(baseUrl, 'TOKN_BASE_URL') }),
    ...(apiUrls === undefined ? {} : { apiUrls }),
  }
}

/**
 * A token out of the environment as a session of `sketch`, with what else the environment says of
 * its provider. It was made elsewhere: nothing is asked, and what is missing is missed only by what
 * needs it.
 */
export async function openGivenToken(
  ports: Ports,
  sketch: Profile,
  access: Secret,
  environment: ProviderEnvironment,
): Promise<{ profile: Profile; record: SessionRecord }> {
  const placed = { ...sketch, ...placesIn(environment) }
  if (placed.provider === '') return { profile: placed, record: recordOf(ports, placed, access) }
  const { read: fromEnvironment } = environment
  const sources = { set: {}, secrets: {}, fromEnvironment, onlyVariables: true }
  const draft = await forVariables(ports, placed, environment)
  const { profile, provider, answers } = await openAnswered(ports, draft, sources, optionalOnes)
  const all = { ...answers.settings, ...answers.secrets }
  const refresh = provider.refresh && environment.read('refresh_token')
  return {
    profile,
    record: {
      ...recordOf(ports, profile, access),
      ...(refresh === undefined
        ? {}
        : {
            refresh: checkGivenToken(new Secret(refresh)),
            context: (await provider.contextFor?.(all)) ?? {},
          }),
      ...issuerOf(provider, { context: {} }, all),
    },
  }
}

/** The profile, without what it has of another server than the one that the variables name. */
async function forVariables(
  ports: Ports,
  profile: Profile,
  { read }: ProviderEnvironment,
): Promise<Profile> {
  if (Object.keys(profile.settings).length === 0) return profile
  const { fields } = await ports.provider(profile)
  return { ...profile, ...keptFor(fields, profile, namedIn(fields, {}, read), undefined) }
}

/** A token of no known API: RFC 6750 is what most of them speak. */
function recordOf(ports: Ports, profile: Profile, access: Secret): SessionRecord {
  const expiry = claimedExpiry(access.reveal())
  const issuer = {
    provider: profile.provider,
    origins: originsOf(profile),
    attach: { headers: { Authorization: 'Bearer {access}' } },
  }
  const known = expiry.state === 'at' ? expiry : unknownExpiry
  const tokens = { access, expiry: known, context: {} }
  return { ...firstRecord(ports, profile, issuer, tokens), fixed: true }
}

function originsOf({ baseUrl, apiUrls = [] }: Profile): readonly string[] {
  return [...(baseUrl === undefined ? [] : [new URL(baseUrl).origin]), ...apiUrls]
}

/** Fields of which any may be left out: who needs one that is missing says so. */
export function optionalOnes(fields: readonly Field[]): readonly Field[] {
  return fields.map((field) => ({ ...field, optional: true }))
}
