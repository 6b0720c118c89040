import { ToknError } from '../../core/errors.ts'
import type { Provider } from '../../core/provider.ts'
import { display } from '../../core/text.ts'
import type { Attachment, TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import type { ConfiguredServer } from './server/connect.ts'
import { checkGrant } from './flows/grant-parameters.ts'
import {
  checkAddress,
  checkEndpoint,
  checkIssuer,
  isWebAddress,
  originOf,
} from './server/origins.ts'
import { findPreset, presetFor, type Preset } from './presets.ts'
import {
  isSameClient,
  ownedNames,
  registers,
  registrationNames,
} from './registration/registered.ts'
import { ignoredBy, needsPerson } from './settings/flow.ts'
import {
  keptProofs,
  secretOf,
  settingsInForce,
  withChoices,
  type Settings,
} from './settings/in-force.ts'
import { fieldsFor } from './settings/login-fields.ts'
import { clientSecrets, unattendedLogin } from './settings/unattended.ts'

/** The part of a profile that describes its OAuth server. */
export interface OauthProfile {
  /** `oauth`, or the id of a preset. Default: `oauth`. */
  readonly provider?: string | undefined
  /** The issuer, where no setting names it. */
  readonly baseUrl?: string | undefined
  readonly apiUrls?: readonly string[] | undefined
  /** The certificate that connections show (RFC 8705), if they do. */
  readonly certificate?: string | undefined
  readonly settings: Readonly<Record<string, string>>
}

const clientProofs = [
  'client_secret',
  'private_key_file',
  'private_key',
  'certificate_file',
  'secret_token_parameters',
]

/** What a further token is to be good for, where that is said anew. */
const wishes = ['scope', 'audience', 'resource']

/** A client that the server has made serves more than one login. */
const carried = {
  names: registrationNames,
  owned: ownedNames,
  isSameClient,
}

const docs = 'https://www.rfc-editor.org/rfc/rfc6749'

/** The provider for an OAuth 2.0 or OpenID Connect server. Throws `usage` for what cannot be one. */
export async function openOauth(profile: OauthProfile): Promise<Provider> {
  const id = profile.provider ?? 'oauth'
  const preset = findPreset(id)
  if (preset === undefined && id !== 'oauth') {
    throw new ToknError('not_found', words.oauth.noPreset(display(id, 60)))
  }
  const named = profile.baseUrl === undefined ? {} : { issuer: profile.baseUrl }
  const own = withChoices({ ...named, ...profile.settings })
  const settings = settingsInForce(preset, own, {})
  const origins = originsOf(preset, profile, settings)
  const title = preset?.title ?? (origins[0] === undefined ? 'OAuth 2.0' : new URL(origins[0]).host)
  const certified = profile.certificate !== undefined
  const configured: ConfiguredServer = { preset, settings: own, title, certified }
  return {
    id,
    title,
    docs: preset?.docs ?? docs,
    fields: fieldsFor(preset, own),
    traits: {
      carrier: attach({ context: {} }, settings),
      scopes: { form: 'token' },
      lifetime: settings['token_lifetime'],
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
    refreshesAlone: true,
    // A client that the server has made is needed for as long as there is a session.
    proofs: registers(settings)
      ? clientSecrets.filter((name) => name !== 'client_secret')
      : clientSecrets,
    clientSecrets: [...clientSecrets, 'secret_token_parameters'],
    readReply: async (reply, reach) =>
      (await import('./replies/pasted-reply.ts')).readPastedReply(title, reply, reach),
    unattended: ({ context }) => unattendedLogin(settings, context),
    contextFor: async (answers) => {
      const known = settingsInForce(preset, own, answers)
      const kept = keptProofs(known, (name) => secretOf(answers, name))
      if (known['discovery'] === undefined) return kept
      const { keepFileOrigins } = await import('./server/file-origins.ts')
      return { ...kept, ...keepFileOrigins(known) }
    },
    origins,
    attach: (held, answers) => attach(held, settingsInForce(preset, own, answers)),
    prove: async (held, method, url, now, nonce) => {
      const { proveRequest } = await import('./client/dpop-proof.ts')
      const key = held.context['dpop_key'] ?? ''
      return { DPoP: await proveRequest(key, held.access, { method, url, now, nonce }) }
    },
    sectionOf: async (request, reply) => {
      const { sectionOf } = await import('./sections.ts')
      return sectionOf(request, reply, certified && settings['client_auth'] !== 'none')
    },
    checkGrant,
    locate: async (reach, resource, choose) =>
      (await import('./resource/locate.ts')).locateServer(configured, reach, resource, choose),
    carries: registers(settings) ? carried : undefined,
    login: async (reach, grant) =>
      (await import('./flows/login.ts')).logIn(configured, reach, grant),
    refresh: async (reach, held) =>
      (await import('./flows/refresh.ts')).refreshTokens(configured, reach, held),
    issue: async (reach, held, grant) =>
      (await import('./flows/refresh.ts')).issueToken(configured, reach, held, grant),
    narrow: async (reach, held, grant) =>
      (await import('./flows/narrow.ts')).narrowTokens(configured, reach, held, grant),
    info: async (reach, held) =>
      (await import('./session/info.ts')).inspectToken(configured, reach, held),
    logout: async (reach, held) =>
      (await import('./session/logout.ts')).endSession(configured, reach, held),
    takeBack: async (reach, held, next) =>
      (await import('./session/take-back.ts')).takeBack(configured, reach, held, next),
    leaves: async (held, next) =>
      (await import('./session/take-back.ts')).whatStays(configured, held, next),
    probe: async (reach, held) =>
      (await import('./session/probe-tokens.ts')).probeTokens(configured, reach, held),
  }
}

/** Where tokens are made, as far as that is known without asking, then where they may be sent. */
function originsOf(
  preset: Preset | undefined,
  { apiUrls }: OauthProfile,
  settings: Settings,
): readonly string[] {
  const made = originOfServer(settings)
  const used = (apiUrls ?? presetFor(preset, settings)?.apiUrls ?? []).map((url) =>
    originOf(url, 'the API URL'),
  )
  return [...new Set([...(made === undefined ? [] : [made]), ...used])]
}

function originOfServer({
  token_endpoint: endpoint,
  issuer,
  discovery,
}: Settings): string | undefined {
  if (endpoint !== undefined) return checkEndpoint(endpoint, 'token_endpoint').origin
  if (issuer !== undefined) return checkIssuer(issuer).origin
  const isKnown = discovery !== undefined && isWebAddress(discovery)
  return isKnown ? checkAddress(discovery).origin : undefined
}

function attach({ context }: Pick<TokenSet, 'context'>, settings: Settings): Attachment {
  const bound = context['token_type'] === 'dpop' && context['dpop_key'] !== undefined
  const scheme = settings['authorization_scheme'] ?? (bound ? 'DPoP' : 'Bearer')
  const headers = { Authorization: `${scheme} {access}` }
  return bound ? { headers, bound } : { headers }
}
