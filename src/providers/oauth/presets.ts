import type { Field } from '../../core/provider.ts'

/** A well-known issuer, with the settings that its users need not look up. */
export interface Preset {
  readonly id: string
  readonly title: string
  /** The page that the settings were written from. */
  readonly docs: string
  /** `{name}` stands for the answer to one of `fields`. */
  readonly settings: Readonly<Record<string, string>>
  readonly fields?: readonly Field[]
  /** For `{name}` of a field without an answer. */
  readonly defaults?: Readonly<Record<string, string>>
  /** Where the tokens are used, when that is not the issuer's origin. */
  readonly apiUrls?: readonly string[]
  /** What is otherwise for each answer to one of `fields` that has choices. */
  readonly variants?: {
    readonly by: string
    readonly of: Readonly<Record<string, Required<Pick<Preset, 'settings' | 'apiUrls'>>>>
  }
}

/** One of the clouds of Microsoft Entra ID, by its hosts; `more` may have endpoints as well. */
function nationalCloud(login: string, graph: string, more: readonly string[] = []) {
  return {
    settings: {
      issuer: `https://${login}/{tenant}/v2.0`,
      trust_endpoints: [graph, ...more].map((host) => `https://${host}`).join(' '),
    },
    apiUrls: [`https://${graph}`],
  }
}

export const presets: readonly Preset[] = [
  {
    id: 'github',
    title: 'GitHub',
    docs: 'https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps',
    settings: {
      authorization_endpoint: 'https://github.com/login/oauth/authorize',
      token_endpoint: 'https://github.com/login/oauth/access_token',
      device_authorization_endpoint: 'https://github.com/login/device/code',
      flow: 'device',
      redirect_uri: 'http://127.0.0.1/callback',
    },
    apiUrls: ['https://api.github.com', 'https://uploads.github.com'],
  },
  {
    id: 'gitlab',
    title: 'GitLab',
    docs: 'https://docs.gitlab.com/api/oauth2/',
    settings: { issuer: 'https://gitlab.com', scope: 'openid read_api' },
  },
  {
    id: 'google',
    title: 'Google',
    docs: 'https://developers.google.com/identity/protocols/oauth2/native-app',
    settings: {
      issuer: 'https://accounts.google.com',
      trust_endpoints:
        'https://oauth2.googleapis.com https://openidconnect.googleapis.com https://www.googleapis.com',
      scope: 'openid email',
      // Without these two Google gives no refresh token.
      authorization_parameters: 'access_type=offline&prompt=consent',
    },
    apiUrls: ['https://www.googleapis.com'],
  },
  {
    id: 'microsoft',
    title: 'Microsoft Entra ID',
    docs: 'https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc',
    settings: {
      issuer: 'https://login.microsoftonline.com/{tenant}/v2.0',
      trust_endpoints: 'https://graph.microsoft.com',
      scope: 'openid offline_access',
      redirect_uri: 'http://localhost',
    },
    fields: [
      {
        name: 'tenant',
        label: 'Tenant: a directory id, or its domain (for example example.onmicrosoft.com)',
        optional: true,
      },
      {
        name: 'deployment',
        label: 'National deployment that the tenant is in (usually global)',
        optional: true,
        choices: ['global', 'us-government', 'us-defense', 'china'],
      },
    ],
    defaults: { tenant: 'organizations', deployment: 'global' },
    apiUrls: ['https://graph.microsoft.com'],
    // https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
    // https://learn.microsoft.com/graph/deployments
    variants: {
      by: 'deployment',
      of: {
        'us-government': nationalCloud('login.microsoftonline.us', 'graph.microsoft.us'),
        'us-defense': nationalCloud('login.microsoftonline.us', 'dod-graph.microsoft.us', [
          'graph.microsoft.us',
        ]),
        china: nationalCloud('login.partner.microsoftonline.cn', 'microsoftgraph.chinacloudapi.cn'),
      },
    },
  },
  {
    id: 'auth0',
    title: 'Auth0',
    docs: 'https://auth0.com/docs/get-started/authentication-and-authorization-flow',
    settings: { issuer: 'https://{domain}/', scope: 'openid offline_access' },
    fields: [{ name: 'domain', label: 'Domain of the tenant (for example example.eu.auth0.com)' }],
  },
  {
    id: 'okta',
    title: 'Okta',
    docs: 'https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/',
    settings: {
      issuer: 'https://{domain}/oauth2/{server}',
      scope: 'openid offline_access',
    },
    fields: [
      { name: 'domain', label: 'Domain of the organization (for example example.okta.com)' },
      {
        name: 'server',
        label: 'Authorization server, the last part of its issuer (usually default)',
        optional: true,
      },
    ],
    defaults: { server: 'default' },
  },
  {
    id: 'keycloak',
    title: 'Keycloak',
    docs: 'https://www.keycloak.org/securing-apps/oidc-layers',
    settings: { issuer: 'https://{domain}/realms/{realm}', scope: 'openid' },
    fields: [
      { name: 'domain', label: 'Host of the server (for example sso.example.com)' },
      { name: 'realm', label: 'Realm (as in /realms/NAME of its addresses)' },
    ],
  },
  {
    id: 'huggingface',
    title: 'Hugging Face',
    docs: 'https://huggingface.co/docs/hub/en/oauth',
    settings: { issuer: 'https://huggingface.co', scope: 'openid profile' },
  },
  {
    id: 'bitbucket',
    title: 'Bitbucket Cloud',
    docs: 'https://developer.atlassian.com/cloud/bitbucket/oauth-2/',
    settings: {
      authorization_endpoint: 'https://bitbucket.org/site/oauth2/authorize',
      token_endpoint: 'https://bitbucket.org/site/oauth2/access_token',
      client_auth: 'client_secret_basic',
    },
    apiUrls: ['https://api.bitbucket.org'],
  },
  {
    id: 'discord',
    title: 'Discord',
    docs: 'https://discord.com/developers/docs/topics/oauth2',
    settings: {
      authorization_endpoint: 'https://discord.com/oauth2/authorize',
      token_endpoint: 'https://discord.com/api/oauth2/token',
      revocation_endpoint: 'https://discord.com/api/oauth2/token/revoke',
      scope: 'identify',
    },
    apiUrls: ['https://discord.com'],
  },
  {
    id: 'spotify',
    title: 'Spotify',
    docs: 'https://developer.spotify.com/documentation/web-api/tutorials/code-pkce-flow',
    settings: {
      authorization_endpoint: 'https://accounts.spotify.com/authorize',
      token_endpoint: 'https://accounts.spotify.com/api/token',
    },
    apiUrls: ['https://api.spotify.com'],
  },
  {
    id: 'dropbox',
    title: 'Dropbox',
    docs: 'https://developers.dropbox.com/oauth-guide',
    settings: {
      authorization_endpoint: 'https://www.dropbox.com/oauth2/authorize',
      token_endpoint: 'https://api.dropboxapi.com/oauth2/token',
      authorization_parameters: 'token_access_type=offline',
    },
    apiUrls: ['https://api.dropboxapi.com', 'https://content.dropboxapi.com'],
  },
  {
    id: 'yandex',
    title: 'Yandex ID',
    docs: 'https://yandex.com/dev/id/doc/en/codes/code-url',
    settings: {
      authorization_endpoint: 'https://oauth.yandex.ru/authorize',
      token_endpoint: 'https://oauth.yandex.ru/token',
      device_authorization_endpoint: 'https://oauth.yandex.ru/device/code',
      authorization_scheme: 'OAuth',
    },
    apiUrls: ['https://login.yandex.ru', 'https://cloud-api.yandex.net'],
  },
]

/** The preset as it is for `answers`. */
export function presetFor(
  preset: Preset | undefined,
  answers: Readonly<Record<string, string | undefined>>,
): Preset | undefined {
  const { variants } = preset ?? {}
  const variant = variants?.of[answers[variants.by] ?? '']
  if (preset === undefined || variant === undefined) return preset
  const { settings, apiUrls } = variant
  return { ...preset, settings: { ...preset.settings, ...settings }, apiUrls }
}

export function findPreset(id: string): Preset | undefined {
  return presets.find((preset) => preset.id === id)
}
