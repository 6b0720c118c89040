import { exitStatus } from '../core/errors.ts'
import { table } from './output/table.ts'

const meanings: Readonly<Record<keyof typeof exitStatus, string>> = {
  internal: 'unexpected: a bug, or standard output could not be written',
  usage: 'the command line or a file of the configuration is wrong',
  not_found: 'there is no such profile, token or provider',
  reauth_required:
    'not logged in, the session has ended, or credentials were refused: tokn login PROFILE',
  forbidden: 'the token may not do this',
  unsupported: 'the API has no such operation',
  provider_refused: 'the provider refused',
  provider_nonsense: 'the provider answered something that makes no sense',
  network: 'no connection, no answer in time, or the server failed: try again',
  rate_limited: 'too many requests: try again later',
  store: 'the secret store is locked, missing, too slow or damaged',
  busy: 'another process refreshes this session: try again',
  check_failed: 'the token is alive, but not for as long as asked; doctor: something is wrong',
  quota: "the provider's budget of tokens would be used up; --force spends it",
  partial: 'some of several things failed, or a logout after which a token is or may be alive',
  program_not_executable: 'exec, curl: the program is there and cannot be executed',
  program_not_found: 'exec, curl: there is no such program',
  interrupted: 'cancelled, or the input ended at a question',
}

const environment: ReadonlyArray<readonly [string, string]> = [
  ['TOKN_PROFILE', 'the profile, where none is named'],
  ['TOKN_PROVIDER', 'with credentials and no profile: log in, answer, keep nothing (for CI)'],
  ['TOKN_BASE_URL', "the provider's address"],
  ['TOKN_API_URL', 'where the token may be sent besides, separated by commas'],
  ['TOKN_SCOPE', 'what a login is to be good for, separated by commas'],
  ['TOKN_TOKEN', 'a token that wins over every store; TOKN_<PROFILE>_TOKEN for one profile'],
  ['TOKN_<FIELD>', 'answer to a field of a login: TOKN_USERNAME, TOKN_PASSWORD, ...'],
  ['TOKN_STORE', 'keychain, file, pass or memory'],
  ['TOKN_STORE_KEY', 'key of the file store: 32 bytes, base64url'],
  ['TOKN_PASSPHRASE', 'passphrase of the file store, instead of a key'],
  ['TOKN_..._FILE', 'each of these may instead name a file that holds the value'],
  ['TOKN_CONFIG_DIR', 'where profiles and your own providers are'],
  ['TOKN_MIN_TTL', 'life that a token must still have: 60s, 10m'],
  ['TOKN_TIMEOUT', 'how long to wait for locks and replies: 30s'],
  ['TOKN_NO_INPUT', 'never ask; so does CI (0, false and no are off)'],
  ['TOKN_NO_COLOR', 'no colours; so does NO_COLOR'],
  ['TOKN_DEBUG', 'show requests, without secrets'],
  ['HTTPS_PROXY', 'the proxy; ALL_PROXY where it is not set. NO_PROXY: hosts to reach without'],
  ['BROWSER', 'what a login opens pages with: commands, divided as in PATH; none for none'],
  ['TERM', 'dumb: questions line by line, and no colours'],
]

export const topics = ['exit-codes', 'environment'] as const

/** The text of `tokn help <topic>`; `undefined` where that is no topic. */
export function helpTopic(name: string | undefined): string | undefined {
  if (name === 'environment') return text(table(environment))
  if (name !== 'exit-codes') return undefined
  const codes = Object.entries(exitStatus).map(([code, status]) => [
    String(status),
    code,
    meanings[code as keyof typeof exitStatus],
  ])
  const rows = [
    ['0', 'ok', ''],
    ...codes.filter(([status]) => Number(status) < 100),
    ['111', '', 'exec: no token for the program; the code says why'],
    ...codes.filter(([status]) => Number(status) > 100),
    ['128+n', '', 'exec: the program was ended by signal n'],
  ]
  return text(table(rows))
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
