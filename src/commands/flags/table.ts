/**
 * One flag of the command line. What it means is told in `messages`, under the same name. `--help`,
 * `tokn help environment` and the documents are made from this table.
 */
export interface Flag {
  /** As it is typed: `--min-ttl`, or `-P, --profile`. */
  readonly names: string
  /** What its value is, where it has one. */
  readonly value?: string
  /** It may be given more than once. */
  readonly repeatable?: true
  /** The values it can have, where they can be listed. */
  readonly choices?: readonly string[]
  /** The environment variable that is read where the flag is not given. */
  readonly variable?: string
  /** What holds where neither is given. */
  readonly default?: string
  /** The heading of `--help` that it stands under, if not that of the command's own flags. */
  readonly heading?: Heading
}

/** Headings of `--help` behind a command's own flags, in this order. */
export const headings = ['Session and network:', 'Everywhere:'] as const
type Heading = (typeof headings)[number]

const [session, everywhere] = headings

/** Every flag of the program, by its name; the name of a `--no-...` begins with `no`. */
export const flagTable = {
  json: { names: '--json', heading: everywhere },
  fields: { names: '--fields', value: 'list', heading: everywhere },
  quiet: { names: '-q, --quiet', heading: everywhere },
  noColor: { names: '--no-color', variable: 'TOKN_NO_COLOR', heading: everywhere },
  debug: { names: '--debug', variable: 'TOKN_DEBUG', heading: everywhere },
  configDir: {
    names: '--config-dir',
    value: 'dir',
    variable: 'TOKN_CONFIG_DIR',
    heading: everywhere,
  },

  profile: {
    names: '-P, --profile',
    value: 'name',
    variable: 'TOKN_PROFILE',
    heading: session,
  },
  store: {
    names: '--store',
    value: 'kind',
    variable: 'TOKN_STORE',
    heading: session,
  },
  timeout: {
    names: '--timeout',
    value: 'duration',
    variable: 'TOKN_TIMEOUT',
    default: '30s',
    heading: session,
  },
  ca: { names: '--ca', value: 'file', heading: session },
  proxy: { names: '--proxy', value: 'url', variable: 'HTTPS_PROXY', heading: session },
  noInput: { names: '--no-input', variable: 'TOKN_NO_INPUT', heading: session },
  yes: { names: '-y, --yes' },
  dryRun: { names: '--dry-run' },

  minTtl: {
    names: '--min-ttl',
    value: 'duration',
    variable: 'TOKN_MIN_TTL',
    default: '60s',
  },
  refresh: {
    names: '--refresh',
    value: 'when',
    choices: ['auto', 'never', 'force'],
    default: 'auto',
  },
  output: { names: '-o, --output', value: 'format' },
  var: { names: '--var', value: 'name', default: 'TOKN_ACCESS_TOKEN' },
  shell: {
    names: '--shell',
    value: 'name',
    choices: ['sh', 'bash', 'zsh', 'fish', 'pwsh', 'cmd', 'nu'],
    variable: 'SHELL',
  },
  unset: { names: '--unset' },
  bare: { names: '-n, --bare' },
  idToken: { names: '--id-token' },
  env: { names: '-e, --env', value: 'variable', repeatable: true, default: 'TOKN_ACCESS_TOKEN' },
  all: { names: '--all' },
  ifExpiring: { names: '--if-expiring', value: 'duration' },
  local: { names: '--local' },
  remote: { names: '--remote' },
  plain: { names: '--plain' },
  format: { names: '--format', value: 'template' },
  current: { names: '--current' },
  claims: { names: '--claims' },
  saveAs: { names: '--save-as', value: 'profile' },
  localOnly: { names: '--local-only' },
  fix: { names: '--fix' },
  offline: { names: '--offline' },
  online: { names: '--online' },
  list: { names: '--list' },
  definition: { names: '--definition' },
  port: { names: '--port', value: 'number' },
  loose: { names: '--loose' },
  ttl: { names: '--ttl', value: 'duration' },
  clockOffset: { names: '--clock-offset', value: 'duration' },
  fault: { names: '--fault', value: 'json', repeatable: true },

  provider: { names: '-p, --provider', value: 'id', variable: 'TOKN_PROVIDER' },
  baseUrl: { names: '--base-url', value: 'url', variable: 'TOKN_BASE_URL' },
  apiUrl: { names: '--api-url', value: 'url', repeatable: true, variable: 'TOKN_API_URL' },
  set: { names: '--set', value: 'name=value', repeatable: true, variable: 'TOKN_<FIELD>' },
  override: { names: '--override', value: 'path=value', repeatable: true },
  username: { names: '--username', value: 'name', variable: 'TOKN_USERNAME' },
  passwordStdin: { names: '--password-stdin' },
  secretFile: { names: '--secret-file', value: 'path' },
  withToken: { names: '--with-token' },
  remember: { names: '--remember' },
  noRemember: { names: '--no-remember' },
  force: { names: '--force' },

  name: { names: '--name', value: 'name' },
  scope: { names: '--scope', value: 'scope', repeatable: true, variable: 'TOKN_SCOPE' },
  expiresIn: { names: '--expires-in', value: 'duration' },
  expiresAt: { names: '--expires-at', value: 'instant' },
  audience: { names: '--audience', value: 'audience' },
  resource: { names: '--resource', value: 'url', repeatable: true },

  issuer: { names: '--issuer', value: 'url', variable: 'TOKN_ISSUER' },
  clientId: { names: '--client-id', value: 'id', variable: 'TOKN_CLIENT_ID' },
  clientSecretFile: {
    names: '--client-secret-file',
    value: 'path',
    variable: 'TOKN_CLIENT_SECRET_FILE',
  },
  flow: { names: '--flow', value: 'flow', variable: 'TOKN_FLOW' },
  clientAuth: { names: '--client-auth', value: 'method', variable: 'TOKN_CLIENT_AUTH' },
  privateKeyFile: {
    names: '--private-key-file',
    value: 'path',
    variable: 'TOKN_PRIVATE_KEY_FILE',
  },
  subjectTokenFile: {
    names: '--subject-token-file',
    value: 'path',
    variable: 'TOKN_SUBJECT_TOKEN_FILE',
  },
  assertionFile: { names: '--assertion-file', value: 'path', variable: 'TOKN_ASSERTION_FILE' },
  trustEndpoint: {
    names: '--trust-endpoint',
    value: 'origin',
    repeatable: true,
    variable: 'TOKN_TRUST_ENDPOINTS',
  },
  redirectPort: { names: '--redirect-port', value: 'port', variable: 'TOKN_REDIRECT_PORT' },
  dpop: { names: '--dpop', variable: 'TOKN_DPOP' },
  cert: { names: '--cert', value: 'path' },
  key: { names: '--key', value: 'path' },
  noBrowser: { names: '--no-browser' },
  qr: { names: '--qr' },
  clipboard: { names: '--clipboard' },
} as const satisfies Readonly<Record<string, Flag>>

export type FlagName = keyof typeof flagTable

/** Taken by every command, beside `-h`. */
export const commonFlags = [
  'json',
  'fields',
  'quiet',
  'noColor',
  'debug',
  'configDir',
] as const satisfies FlagName[]

/** Read by a command that sends requests. */
export const requestFlags = ['timeout', 'ca', 'proxy', 'noInput'] as const satisfies FlagName[]

/** Read by a command that works with the session of a profile. */
export const sessionFlags = ['profile', 'store', ...requestFlags] as const satisfies FlagName[]

/** Read by a command that hands out a token. */
export const freshFlags = ['minTtl', 'refresh'] as const satisfies FlagName[]

type ValueOf<Name extends FlagName> = (typeof flagTable)[Name] extends { readonly repeatable: true }
  ? readonly string[]
  : (typeof flagTable)[Name] extends { readonly value: string }
    ? string
    : boolean

/** `input` of `noInput`: a `--no-...` makes it false. */
type AttributeOf<Name extends string> = Name extends `no${infer Rest}`
  ? Rest extends Capitalize<Rest>
    ? Uncapitalize<Rest>
    : Name
  : Name

/** What a command gets that reads the flags `Name`. */
export type FlagsOf<Name extends FlagName> = {
  readonly [Key in Name as AttributeOf<Key>]?: ValueOf<Key>
}
