import { headings, type Flag } from './flag.ts'
import type { oauthTable } from './oauth-table.ts'
import type { storeTable } from './store-table.ts'
import { plainFlags } from './plain.ts'

const [, session, everywhere] = headings

/** The flags of the program, by name, but for those of OAuth; the name of a `--no-...` begins with `no`. */
export const flagTable = {
  json: { names: '--json', heading: everywhere },
  fields: { names: '--fields', value: 'list', heading: everywhere },
  quiet: plainFlags.quiet,
  noColor: { names: '--no-color', variable: 'TOKN_NO_COLOR', heading: everywhere },
  debug: { names: '--debug', variable: 'TOKN_DEBUG', heading: everywhere },
  configDir: {
    names: '--config-dir',
    value: 'dir',
    variable: 'TOKN_CONFIG_DIR',
    heading: everywhere,
  },

  profile: plainFlags.profile,
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
  finish: { names: '--finish' },
  cancel: { names: '--cancel' },

  minTtl: plainFlags.minTtl,
  refresh: {
    names: '--refresh',
    value: 'when',
    choices: ['auto', 'never', 'force'],
    default: 'auto',
  },
  output: plainFlags.output,
  var: { names: '--var', value: 'name', default: 'TOKN_ACCESS_TOKEN' },
  shell: {
    names: '--shell',
    value: 'name',
    choices: ['sh', 'bash', 'zsh', 'fish', 'pwsh', 'cmd', 'nu'],
    variable: 'SHELL',
  },
  unset: { names: '--unset' },
  bare: plainFlags.bare,
  field: { names: '--field', value: 'name' },
  idToken: { names: '--id-token' },
  for: { names: '--for', value: 'url' },
  env: { names: '-e, --env', value: 'variable', repeatable: true, default: 'TOKN_ACCESS_TOKEN' },
  file: { names: '--file', value: 'variable', repeatable: true },
  keepalive: { names: '--keepalive' },
  all: { names: '--all' },
  ahead: { names: '--ahead', value: 'duration' },
  ifExpiring: { names: '--if-expiring', value: 'duration' },
  local: { names: '--local' },
  remote: { names: '--remote' },
  plain: { names: '--plain' },
  jsonLines: { names: '--json-lines' },
  format: { names: '--format', value: 'template' },
  current: { names: '--current' },
  claims: { names: '--claims' },
  saveAs: { names: '--save-as', value: 'profile' },
  localOnly: { names: '--local-only' },
  open: { names: '--open' },
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
  pid: { names: '--pid', value: 'pid' },
  max: { names: '--max', value: 'duration', default: '6h' },
  new: { names: '--new' },

  undo: { names: '--undo' },
  host: { names: '--host', value: 'origin', repeatable: true },
  lifetime: { names: '--lifetime', value: 'duration' },
  idleExit: { names: '--idle-exit', value: 'duration' },
  confirm: { names: '--confirm' },
  passphraseFile: { names: '--passphrase-file', value: 'path' },
  tokenFile: { names: '--token-file', value: 'path', repeatable: true },
  group: { names: '--group', value: 'name' },
  socket: { names: '--socket', value: 'path' },

  provider: { names: '-p, --provider', value: 'id', variable: 'TOKN_PROVIDER' },
  baseUrl: { names: '--base-url', value: 'url', variable: 'TOKN_BASE_URL' },
  apiUrl: { names: '--api-url', value: 'url', repeatable: true, variable: 'TOKN_API_URL' },
  set: { names: '--set', value: 'name=value', repeatable: true, variable: 'TOKN_<FIELD>' },
  override: { names: '--override', value: 'path=value', repeatable: true },
  username: { names: '--username', value: 'name', variable: 'TOKN_USERNAME' },
  passwordStdin: { names: '--password-stdin' },
  secretFile: { names: '--secret-file', value: 'path' },
  withToken: { names: '--with-token' },
  withRefreshToken: { names: '--with-refresh-token' },
  show: { names: '--show' },
  remember: { names: '--remember' },
  noRemember: { names: '--no-remember' },
  force: { names: '--force' },

  name: { names: '--name', value: 'name' },
  scope: { names: '--scope', value: 'scope', repeatable: true, variable: 'TOKN_SCOPE' },
  expiresIn: { names: '--expires-in', value: 'duration' },
  expiresAt: { names: '--expires-at', value: 'instant' },
  audience: { names: '--audience', value: 'audience' },
  resource: { names: '--resource', value: 'url', repeatable: true },
} as const satisfies Readonly<Record<string, Flag>>

type Every = typeof flagTable & typeof storeTable & typeof oauthTable

export type FlagName = keyof Every

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

type ValueOf<Name extends FlagName> = Every[Name] extends { readonly repeatable: true }
  ? readonly string[]
  : Every[Name] extends { readonly value: string }
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
