/**
 * Words that users of other tools type (gh, vault, heroku, wrangler, gcloud, az, aws, aws-vault,
 * databricks, npm, oidc-agent, pizauth), by the commands that do it here, as they are typed behind
 * `tokn`. They are no aliases: each is told what to type. Where two commands may be meant, both are.
 */
const meant: ReadonlyArray<readonly [commands: string, words: string]> = [
  ['login', 'auth, auth login, auth create, auth add, account, account login, signin, sign-in'],
  ['login', 'log-in, authenticate, authorize, connect, configure, configure sso, config, init'],
  ['login', 'reauth, relogin, set, save, sso, sso login'],
  ['login | provider add FILE', 'add, new'],
  [
    'logout',
    'auth logout, auth delete, auth revoke, account clear, signout, sign-out, log-out, sso logout',
  ],
  ['logout --all', 'logout-all, clear, reset'],
  ['token', 'get, get-token, fetch, auth token, auth print-access-token, account get-access-token'],
  [
    'token',
    'access-token, print-access-token, get-access-token, show-access-token, print, read, pat',
  ],
  ['token --id-token', 'id-token, oidc-token, print-identity-token, auth print-identity-token'],
  ['env', 'export, auth env, unset, dotenv'],
  ['header', 'auth-header, bearer'],
  ['header | exec -- COMMAND', 'credentials, creds, helper, secret'],
  ['curl -- URL', 'api, request, req, http, call, send'],
  ['exec -- COMMAND', 'run, with, wrap, shell, command'],
  ['refresh', 'renew, auth refresh, refresh-token, reissue, reload'],
  ['refresh | issue', 'rotate, regenerate, roll, authorizations rotate, authorizations update'],
  ['list', 'tokens, keys, sessions, authorizations, list-tokens, auth tokens'],
  ['issue', 'create, generate, mint, create-token, authorizations create, auth create-token'],
  ['revoke TOKEN', 'invalidate, expire, kill, authorizations revoke, authorizations destroy'],
  ['revoke TOKEN | profile remove PROFILE', 'delete, remove, rm, del, destroy, erase, forget'],
  ['info', 'whoami, who, me, user, lookup, introspect, inspect, describe, view, userinfo'],
  [
    'info',
    'auth status, auth describe, auth whoami, account show, authorizations info, capabilities',
  ],
  ['info --claims', 'decode, claims, jwt'],
  ['info | profile show', 'show, display, details'],
  ['check', 'valid, validate, verify, test, is-valid, expired, auth check'],
  ['check --online', 'ping'],
  ['profile list', 'profiles, accounts, users, auth list, auth profiles, account list'],
  ['profile list', 'list-profiles, configure list, configure list-profiles, config list'],
  ['profile use PROFILE', 'use, switch, activate, select, default, auth switch, auth activate'],
  ['profile use PROFILE', 'account set, config set, set-default'],
  ['profile rename FROM TO', 'rename, mv, move'],
  ['provider list', 'providers, services, issuers, apis, vendors'],
  ['why', 'history, log, logs, audit, explain, trace, events'],
  ['doctor', 'diagnose, diag, diagnostics, health, troubleshoot, debug, fix, repair, support'],
  ['sandbox', 'mock, serve, server, fake, dev'],
  ['demo', 'tutorial, tour, example, examples, quickstart, getting-started, start'],
  ['help', 'man, manual, docs, usage, commands, topics'],
  ['--version', 'version, ver'],

  ['login PROFILE', 'profile create, profile add, profile new, profile login, profile init'],
  ['login PROFILE', 'profile edit, profile update, profile configure'],
  ['logout PROFILE', 'profile logout'],
  ['profile use PROFILE', 'profile switch, profile select, profile activate, profile default'],
  ['profile use PROFILE', 'profile set-default, profile choose'],
  ['which', 'current, profile current, auth current, where, context'],
  ['status PROFILE', 'profile status'],
  ['profile show', 'profile get, profile info, profile view, profile describe'],
  ['profile rename FROM TO', 'profile mv, profile move'],
  ['profile remove PROFILE', 'profile delete, profile destroy, profile forget, profile clear'],
  ['provider new FILE', 'provider create, provider init, provider generate, provider scaffold'],
  ['provider add FILE', 'provider install, provider register, provider load, provider set'],
  ['provider show ID', 'provider get, provider info, provider view, provider describe'],
  ['provider show ID --definition', 'provider export, provider dump, provider definition'],
  [
    'provider remove ID',
    'provider delete, provider destroy, provider unregister, provider uninstall',
  ],
  ['provider test ID', 'provider validate, provider check, provider verify, provider try'],
  ['login -p ID', 'provider login, provider use'],
]

/** Each of the words, with the commands that are meant. */
export const peers: ReadonlyMap<string, readonly string[]> = new Map(
  meant.flatMap(([commands, words]) =>
    words.split(', ').map((word) => [word, commands.split(' | ')] as const),
  ),
)

/**
 * The commands that are meant by the words of another tool; the most words that are known say it. Flags
 * among them say nothing.
 */
export function meantBy(words: readonly string[]): readonly string[] | undefined {
  const plain = words.filter((word) => !word.startsWith('-'))
  const named = plain.slice(0, 2).map((word) => word.toLowerCase())
  return peers.get(named.join(' ')) ?? (named.length === 0 ? undefined : peers.get(named[0] ?? ''))
}

/** Flags of other tools, by those that do it here where a command takes them. */
export const peerFlags: Readonly<Record<string, string>> = {
  '-v': '--version',
  '--verbose': '--debug',
  '--silent': '--quiet',
  '--format': '--json',
  '--output': '--json',
  '--out': '--output',
  '-o': '--json',
  '-j': '--json',
  '--host': '--base-url',
  '--hostname': '--base-url',
  '--url': '--base-url',
  '--server': '--base-url',
  '--user': '--username',
  '--email': '--username',
  '--api': '--provider',
  '--scopes': '--scope',
  '--expiry': '--expires-in',
  '--insecure': '--ca',
  '-k': '--ca',
  '--no-verify': '--ca',
  '--cacert': '--ca',
  '--non-interactive': '--no-input',
  '--no-prompt': '--no-input',
}
