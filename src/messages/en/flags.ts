// English texts about flags and environment variables, for `--help` and `tokn help environment`.

export const repeatable = 'repeatable'
export const usually = 'default'
export const variable = 'env'
/** A variable's meaning, with the flag that wins over it. */
export const orFlag = (meaning: string, flag: string) => `${meaning} [${flag}]`

/** What `--json` means for a command whose output is that of another program. */
export const jsonOfErrors = 'print errors in JSON'

/** What each flag means, by its name in the table of flags. */
export const meanings = {
  json: 'print the answer, and errors, in JSON',
  fields: 'print only these fields of the JSON document, separated by commas',
  quiet: 'on standard error print errors alone; the answer is printed all the same',
  noColor: 'no colours',
  debug: 'show requests (without secrets), and where a bug is',
  configDir: 'where profiles are kept',

  profile: 'the profile to use',
  store: 'which store to look in',
  timeout: 'how long the whole command may take',
  ca: 'more certificate authorities to trust, in PEM',
  proxy: 'proxy for https requests',
  noInput: 'never ask anything',
  yes: 'answer yes to questions',
  dryRun: 'say what would be done, and do nothing',
  from: 'the store that has the sessions',
  to: 'the store that is to have them',
  deleteSource: 'leave nothing in a store that other machines read',
  accept:
    'have the session of this profile count as it is stored, whatever was known of a later one',
  finish: 'end a change of keys: the old one is refused',
  cancel: 'take a change of keys back: the new one is refused',

  minTtl: 'how long the token must still live',
  refresh: 'whether to refresh the token',
  output: 'what to print',
  var: 'name of the variable, for -o env, dotenv, github and gitlab',
  shell: 'the shell that is to read it',
  unset: 'print the line that removes the variable',
  bare: 'no newline after the token',
  field: 'print this field of the JSON document as plain text',
  idToken: 'the ID token of OpenID Connect instead',
  for: 'where it is to be sent; an error where the token may not go there',
  env: 'variable for the token: NAME, or NAME:PROFILE',
  file: 'variable for the path of a file that holds a good token meanwhile: NAME, or NAME:PROFILE',
  keepalive: 'renew the session while the program runs, also where nobody asks for its token',
  all: 'every profile',
  ahead: 'refresh when less than this is left',
  ifExpiring: 'only where less than this is left',
  local: 'only what is known on this machine',
  remote: 'the tokens that the provider knows; an error where it lists none',
  plain: 'a line for each row, its columns separated by tabs (tokn help formats)',
  jsonLines: 'one JSON document a line for each token, as the pages come, however many there are',
  format: 'a line for each profile, by this template',
  current: 'only the profile that a command would use here',
  claims: 'show the claims of a JWT',
  saveAs: 'keep it as a profile instead of printing it',
  open: 'open the page where the browser logs out, if that is all that the provider has',
  localOnly: 'erase it here and leave it alive at the provider',
  fix: 'fix what can be fixed safely',
  offline: 'do not contact the providers',
  online: 'ask the provider as well whether the token is active',
  list: 'say each of them, there or not',
  host: 'a further host that the profile answers for',
  definition: 'print its definition: a good start for one of your own',
  port: 'port of the first API; the others get the ones after it (default: any)',
  loose: 'behave in the other ways that the documents leave open',
  ttl: 'life of the tokens made',
  clockOffset: 'run the clocks of the servers ahead',
  fault: 'a fault to inject, as JSON',
  pid: 'end with this process (default: what runs the shell that reads the output)',
  max: 'end after this time at the latest',
  new: 'another session beside the one that the job has',

  undo: 'take it back',
  lifetime: 'lock the agent after this time, and again after each unlocking',
  idleExit: 'end the agent when nobody has asked it anything for this time',
  confirm: 'ask before each use, by the program that TOKN_ASKPASS or SSH_ASKPASS names',
  passphraseFile: 'read the passphrase from a file, or from -',
  tokenFile: 'keep a token fresh in this file: DIR/NAME, or DIR/NAME=PROFILE',
  group: 'the group that may use the socket of --socket',
  socket: 'give the token of one profile to another user, by a socket at this path',

  provider: 'the API; see: tokn provider list',
  baseUrl: "where tokens are made, if not at the provider's own address",
  apiUrl: 'another place where the token may be sent',
  set: 'answer to a field that is not secret',
  override: "replace a value in the provider's definition",
  username: 'short for --set username=..., or --set email=... where the API calls it that',
  passwordStdin: 'read the password from standard input',
  secretFile: 'read the secret of the login from a file, or from - for standard input',
  withToken: 'take a token that was made elsewhere, or the whole JSON reply with it',
  show: 'show each request and reply of the login, without secrets, and where they are written down',
  withRefreshToken: 'take a refresh token that was made elsewhere, and refresh it at once',
  remember: 'keep the credentials too, to log in again unattended',
  noRemember: 'do not keep the credentials, and do not ask',
  force: "spend the last unit of a provider's budget",

  name: 'name of the token at the provider',
  scope: 'what the token may do',
  expiresIn: 'how long the token lives: "90 days", 12h',
  expiresAt: 'when the token expires: 2027-01-31T12:00:00Z',
  audience: 'who the token is for (OAuth)',
  resource: 'the resource that the token is for (OAuth); alone, it is asked where to log in',

  issuer: 'OAuth: the authorization server',
  clientId: 'OAuth: the client',
  clientSecretFile: 'OAuth: read the client secret from a file, or from -',
  flow: 'OAuth: auto, code, device, client, password, exchange, jwt or ci (or its grant type)',
  clientAuth: 'OAuth: how the client authenticates (private_key_jwt, ...)',
  privateKeyFile: 'OAuth: key of the client, in PEM or as a JWK',
  subjectTokenFile: 'OAuth: the token to exchange (RFC 8693)',
  assertionFile: 'OAuth: the assertion to exchange for a token (RFC 7523)',
  discovery:
    'OAuth: the discovery document itself: its address, or a file, whose endpoints are trusted',
  trustEndpoint: 'OAuth: another origin where endpoints may be, besides the issuer',
  tokenEndpoint: 'OAuth: where tokens are made',
  authorizationEndpoint: 'OAuth: where the browser logs in',
  deviceAuthorizationEndpoint: 'OAuth: where a code for another device is made (RFC 8628)',
  parEndpoint: 'OAuth: where a login is announced first (RFC 9126)',
  revocationEndpoint: 'OAuth: where tokens are ended (RFC 7009)',
  introspectionEndpoint: 'OAuth: where is said whether a token is alive (RFC 7662)',
  userinfoEndpoint: 'OAuth: where is said who the user is',
  jwksUri: 'OAuth: the keys that ID tokens are signed with',
  endSessionEndpoint: 'OAuth: where the browser logs out',
  redirectPort: 'OAuth: port that the browser returns to',
  redirectUri: 'OAuth: address that the browser returns to, as it is registered',
  register: 'OAuth: have the server make a client, where there is no client id (RFC 7591)',
  dpop: 'OAuth: bind the tokens to a key (RFC 9449)',
  authorizationParam: 'OAuth: a further parameter of the address that the browser opens',
  tokenParam: 'OAuth: a further parameter of every token request, none that is secret',
  tokenLifetime: 'OAuth: how long an access token lives, where the server does not say',
  cert: 'OAuth: certificate of the client (RFC 8705), or of its --private-key-file, in PEM',
  key: 'OAuth: the key of that certificate, in PEM',
  noBrowser: 'OAuth: print the address instead of opening a browser',
  qr: 'OAuth: show the address as a QR code too',
  clipboard: 'OAuth: copy the code to the clipboard',
}

/** What there is to know of a variable beyond the meaning of its flag, by the name of the flag. */
export const ofVariables: Partial<Record<keyof typeof meanings, string>> = {
  profile: 'the profile to use, also where the .tokn of a folder names another',
  noColor: 'no colours; NO_COLOR does the same',
  noInput: 'never ask anything; CI does the same (0, false and no are off)',
  proxy: 'proxy for https requests; else ALL_PROXY. NO_PROXY: hosts to reach without it',
  provider: 'the API; with credentials and no profile: log in, answer, keep nothing (for CI)',
  apiUrl: 'other places where the token may be sent, separated by commas',
  scope: 'what a token may do, separated by commas (OAuth: by spaces)',
  set: 'answer to a field of a login: TOKN_USERNAME, TOKN_PASSWORD, ...',
  clientSecretFile: 'OAuth: a file with the client secret',
  subjectTokenFile: 'OAuth: a file with the token to exchange (RFC 8693)',
  assertionFile: 'OAuth: a file with the assertion to exchange for a token (RFC 7523)',
  trustEndpoint: 'OAuth: other origins where endpoints may be, separated by spaces',
  register: 'OAuth: true has the server make a client (RFC 7591)',
  dpop: 'OAuth: true binds the tokens to a key (RFC 9449)',
  authorizationParam: 'OAuth: further parameters of the address that the browser opens, as a query',
  tokenParam: 'OAuth: further parameters of every token request, as a query',
}

/** Variables that no flag has. */
export const variables = {
  TOKN_TOKEN: 'a token to use as it is, whatever is stored; TOKN_<PROFILE>_TOKEN for one profile',
  TOKN_REFRESH_TOKEN:
    'a refresh token beside TOKN_TOKEN, or for login --with-token; with TOKN_PROVIDER alone where a refresh leaves it as it is',
  TOKN_STORE_KEY:
    'key of the file store, or of a store that many machines share (there a reader’s key, too)',
  TOKN_STORE_URL:
    'address of a store that many machines share: postgres://, rediss:// or etcds://; its profiles go before those of this machine',
  TOKN_STORE_PASSWORD: 'password of its engine; goes before one in the address',
  'PGPASSWORD, PGPASSFILE, REDISCLI_AUTH':
    'passwords of PostgreSQL and Redis, as their own clients have them, where nothing above has one',
  'PGHOST, PGPORT, PGUSER, PGDATABASE, PGSSLMODE':
    'what TOKN_STORE_URL leaves out of the address of a PostgreSQL',
  TOKN_FROM_STORE_URL:
    'address of the store that "tokn store" moves sessions from, where that is another than TOKN_STORE_URL',
  TOKN_FROM_STORE_PASSWORD: 'password of the store at TOKN_FROM_STORE_URL',
  TOKN_FROM_STORE_KEY:
    'key of the store that "tokn store" moves sessions from, where that is another than TOKN_STORE_KEY',
  TOKN_FROM_PASSPHRASE: 'the same for a file store that has a passphrase',
  TOKN_STORE_NEW_KEY: 'the key that "tokn store rekey" changes to; without it one is made',
  TOKN_PASSPHRASE: 'passphrase of the file store, instead of a key',
  'TOKN_..._FILE': 'a file that holds the value, for the variable without _FILE',
  TOKN_ASKPASS: 'a program that asks before each use of an agent with --confirm; else SSH_ASKPASS',
  TOKN_AGENT_SOCK:
    'socket of an agent to ask instead of your own one; off: none. Set by exec for its program, and by ci start for a job',
  TOKN_EXEC: 'set by exec for its program: the profiles that it was given, separated by commas',
  BROWSER: 'programs that a login opens pages with, separated as in PATH; none opens no page',
  TERM: 'dumb: questions line by line, and no colours',
  COLUMNS: 'characters of a line of help, where it goes to no terminal (80 if not set)',
  FORCE_COLOR: 'colours although the output is no terminal; 0: none at all',
  XDG_CONFIG_HOME: 'profiles are in the folder tokn below it (~/.config if not set)',
  XDG_DATA_HOME: 'sessions of the file store are in the folder tokn below it (~/.local/share)',
  XDG_STATE_HOME: 'the index of the sessions is in the folder tokn below it (~/.local/state)',
  XDG_RUNTIME_DIR:
    'sockets are in the folder tokn below it; locks where no other place can be written',
  TOKN_SECRET_TOKEN_PARAMETERS:
    'OAuth: further parameters of every token request that are secret, as a query',
  TOKN_CI_ID_TOKEN: 'the ID token that a GitLab job trades in, with TOKN_FLOW=ci',
  GITHUB_ENV: 'a file by which tokn ci start tells the later steps of a job of its socket',
  NODE_EXTRA_CA_CERTS: 'a file with more certificate authorities to trust, in PEM',
}
