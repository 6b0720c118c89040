import { ToknError } from '../../core/errors.ts'
import type { Provider } from '../../core/provider.ts'
import { display } from '../../core/text.ts'
import type { Attachment, TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import type { ConfiguredServer } from './connect.ts'
import { checkGrant } from './grant-parameters.ts'
import { checkEndpoint, checkIssuer, originOf } from './origins.ts'
import { findPreset, type Preset } from './presets.ts'
import {
  fieldsFor,
  ignoredBy,
  keptProofs,
  needsPerson,
  secretOf,
  settingsInForce,
  type Settings,
} from './settings.ts'

/** The part of a profile that describes its OAuth server. */
export interface OauthProfile {
  /** `oauth`, or the id of a preset. Default: `oauth`. */
  readonly provider?: string | undefined
  /** The issuer, where no setting names it. */
  readonly baseUrl?: string | undefined
  readonly apiUrls?: readonly string[] | undefined
  readonly settings: Readonly<Record<string, string>>
}

const clientProofs = ['client_secret', 'private_key_file', 'private_key']

/** What a further token is to be good for, where that is said anew. */
const wishes = ['scope', 'audience', 'resource']

const docs = 'https://www.rfc-editor.org/rfc/rfc6749'

/** The provider for an OAuth 2.0 or OpenID Connect server. Throws `usage` for what cannot be one. */
export async function openOauth(profile: OauthProfile): Promise<Provider> {
  const id = profile.provider ?? 'oauth'
  const preset = findPreset(id)
  if (preset === undefined && id !== 'oauth') {
    throw new ToknError('not_found', words.oauth.noPreset(display(id, 60)))
  }
  const named = profile.baseUrl === undefined ? {} : { issuer: profile.baseUrl }
  const own: Settings = { ...named, ...profile.settings }
  const settings = settingsInForce(preset, own, {})
  const origins = originsOf(preset, profile, settings)
  const title = preset?.title ?? (origins[0] === undefined ? 'OAuth 2.0' : new URL(origins[0]).host)
  const configured: ConfiguredServer = { preset, settings: own, title }
  return {
    id,
    title,
    docs: preset?.docs ?? docs,
    fields: fieldsFor(preset, own),
    traits: {
      carrier: attach({ context: {} }, settings),
      scopes: { form: 'token' },
    },
    person: needsPerson(settings),
    ignores: ignoredBy(settings),
    rotation: 'server-decides',
    why: {
      list: 'OAuth has no way to list tokens: look in the account settings of the server',
      revoke: 'OAuth revokes a token by its value, not by a name: tokn logout ends the held ones',
    },
    // Where the session does not hold what the client proves itself with, it may be given anew.
    asks: { issue: [...wishes, ...clientProofs], info: clientProofs, logout: clientProofs },
    pasted: { expiry: 'jwt' },
    refreshFields: ['issuer', 'client_id'],
    readReply: async (reply, reach) =>
      (await import('./pasted-reply.ts')).readPastedReply(title, reply, reach),
    contextFor: (answers) =>
      keptProofs(settingsInForce(preset, own, answers), (name) => secretOf(answers, name)),
    origins,
    attach: (held, answers) => attach(held, settingsInForce(preset, own, answers)),
    prove: async (held, method, url, now, nonce) => {
      const { proveRequest } = await import('./dpop-proof.ts')
      const key = held.context['dpop_key'] ?? ''
      return { DPoP: await proveRequest(key, held.access, { method, url, now, nonce }) }
    },
    checkGrant,
    login: async (reach, grant) => (await import('./login.ts')).logIn(configured, reach, grant),
    refresh: async (reach, held) =>
      (await import('./refresh.ts')).refreshTokens(configured, reach, held),
    issue: async (reach, held, grant) =>
      (await import('./refresh.ts')).issueToken(configured, reach, held, grant),
    info: async (reach, held) => (await import('./info.ts')).inspectToken(configured, reach, held),
    logout: async (reach, held) =>
      (await import('./logout.ts')).endSession(configured, reach, held),
    probe: async (reach, held) =>
      (await import('./probe-tokens.ts')).probeTokens(configured, reach, held),
  }
}

/** Where tokens are made, as far as that is known without asking, then where they may be sent. */
function originsOf(
  preset: Preset | undefined,
  { apiUrls }: OauthProfile,
  settings: Settings,
): readonly string[] {
  const endpoint = settings['token_endpoint']
  const issuer = settings['issuer']
  const made =
    endpoint !== undefined
      ? checkEndpoint(endpoint, 'token_endpoint').origin
      : issuer === undefined
        ? undefined
        : checkIssuer(issuer).origin
  const used = (apiUrls ?? preset?.apiUrls ?? []).map((url) => originOf(url, 'the API URL'))
  return [...new Set([...(made === undefined ? [] : [made]), ...used])]
}

function attach({ context }: Pick<TokenSet, 'context'>, settings: Settings): Attachment {
  const bound = context['token_type'] === 'dpop' && context['dpop_key'] !== undefined
  const scheme = settings['authorization_scheme'] ?? (bound ? 'DPoP' : 'Bearer')
  const headers = { Authorization: `${scheme} {access}` }
  return bound ? { headers, bound } : { headers }
}
