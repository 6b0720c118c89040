import { describe, expect, it } from 'vitest'
import { isToknError } from '../../../src/core/errors.ts'
import { readWords } from '../../e2e/words.ts'
import { readFast, readLine } from './tree.ts'

type Line = readonly [
  line: string,
  command: string,
  given: readonly unknown[],
  flags: Readonly<Record<string, unknown>>,
]

/** Command lines, and what the command gets of each. */
const lines: readonly Line[] = [
  ['token', 'token', [undefined], {}],
  ['token web', 'token', ['web'], {}],
  ['token web --min-ttl 10m -n', 'token', ['web'], { minTtl: '10m', bare: true }],
  ['token --min-ttl=10m web', 'token', ['web'], { minTtl: '10m' }],
  ['token --min-ttl 5m --min-ttl 10m', 'token', [undefined], { minTtl: '10m' }],
  ['token -P web -o json', 'token', [undefined], { profile: 'web', output: 'json' }],
  ['token -Pweb -ojson', 'token', [undefined], { profile: 'web', output: 'json' }],
  ['token -nq web', 'token', ['web'], { bare: true, quiet: true }],
  ['token --profile= web', 'token', ['web'], { profile: '' }],
  ['token --var X -o env', 'token', [undefined], { var: 'X', output: 'env' }],
  ['token web --id-token', 'token', ['web'], { idToken: true }],
  ['token --no-input --no-color', 'token', [undefined], { input: false, color: false }],
  ['--json token web', 'token', ['web'], { json: true }],
  ['-q token web', 'token', ['web'], { quiet: true }],
  ['--config-dir d token web', 'token', ['web'], { configDir: 'd' }],
  ['--config-dir=d token web', 'token', ['web'], { configDir: 'd' }],
  ['--config-dir d token --config-dir e', 'token', [undefined], { configDir: 'e' }],
  ['--no-color --debug token', 'token', [undefined], { color: false, debug: true }],
  ['--fields a,b token', 'token', [undefined], { fields: 'a,b' }],
  // Behind `--` are operands, but for what is a child's.
  ['token -- web', 'token', ['web'], {}],
  ['token --json -- -x', 'token', ['-x'], { json: true }],
  ['logout -- iot', 'logout', ['iot'], {}],
  ['refresh --force -- iot', 'refresh', ['iot'], { force: true }],
  ['profile use -- web', 'profile use', ['web'], {}],
  ['provider show -- oz', 'provider show', ['oz'], {}],
  ['--config-dir d info -- web', 'info', ['web'], { configDir: 'd' }],
  ['revoke a -- -b', 'revoke', [['a', '-b']], {}],
  ['--config-dir d exec web -- ./job -x', 'exec', ['web'], { configDir: 'd' }],
  ['curl web -- -s https://api.example', 'curl', ['web'], {}],
  ['header web --refresh never', 'header', ['web'], { refresh: 'never' }],
  ['header -o map --for=https://a', 'header', [undefined], { output: 'map', for: 'https://a' }],
  ['token web --for https://a', 'token', ['web'], { for: 'https://a' }],
  ['header -o query', 'header', [undefined], { output: 'query' }],
  ['curl web --min-ttl 1m', 'curl', ['web'], { minTtl: '1m' }],
  ['exec web -e A -e B:iot', 'exec', ['web'], { env: ['A', 'B:iot'] }],
  [
    'exec web --file A --file=B:iot --keepalive',
    'exec',
    ['web'],
    { file: ['A', 'B:iot'], keepalive: true },
  ],
  ['exec --env=A', 'exec', [undefined], { env: ['A'] }],
  ['env', 'env', [undefined], {}],
  ['env web --shell fish --var X', 'env', ['web'], { shell: 'fish', var: 'X' }],
  ['env --unset', 'env', [undefined], { unset: true }],
  ['ci start -p mcs --pid 7', 'ci start', [], { provider: 'mcs', pid: '7' }],
  ['ci start --max=30m --new', 'ci start', [], { max: '30m', new: true }],
  ['ci end --json', 'ci end', [], { json: true }],
  ['which web --store file', 'which', ['web'], { store: 'file' }],
  ['profile bind web -y', 'profile bind', ['web'], { yes: true }],
  ['profile unbind', 'profile unbind', [], {}],
  ['refresh --all --if-expiring 10m', 'refresh', [undefined], { all: true, ifExpiring: '10m' }],
  ['refresh web --dry-run --force', 'refresh', ['web'], { dryRun: true, force: true }],
  ['list', 'list', [undefined], {}],
  ['ls iot --remote', 'list', ['iot'], { remote: true }],
  ['list --local --plain', 'list', [undefined], { local: true, plain: true }],
  ['status', 'status', [undefined], {}],
  ['status web --json', 'status', ['web'], { json: true }],
  [
    "status --current --format '{state}'",
    'status',
    [undefined],
    { current: true, format: '{state}' },
  ],
  ['check --all', 'check', [undefined], { all: true }],
  ['check web --scope a --scope b', 'check', ['web'], { scope: ['a', 'b'] }],
  ['check web --online --min-ttl 1h', 'check', ['web'], { online: true, minTtl: '1h' }],
  [
    "issue iot --name ci --scope 'GET /objects' --expires-in '7 days'",
    'issue',
    ['iot'],
    { name: 'ci', scope: ['GET /objects'], expiresIn: '7 days' },
  ],
  ['issue --save-as x -o raw', 'issue', [undefined], { saveAs: 'x', output: 'raw' }],
  ['revoke a', 'revoke', [['a']], {}],
  ['revoke a b -P iot -y', 'revoke', [['a', 'b']], { profile: 'iot', yes: true }],
  ['revoke', 'revoke', [[]], {}],
  ['revoke a --dry-run b', 'revoke', [['a', 'b']], { dryRun: true }],
  ['info web --local --claims', 'info', ['web'], { local: true, claims: true }],
  ['uninstall --list --json', 'uninstall', [], { list: true, json: true }],
  ['logout --all --yes', 'logout', [undefined], { all: true, yes: true }],
  ['logout web --local-only', 'logout', ['web'], { localOnly: true }],
  ['login web -p hosterby', 'login', ['web'], { provider: 'hosterby' }],
  ['login --remember', 'login', [undefined], { remember: true }],
  ['login --no-remember', 'login', [undefined], { remember: false }],
  ['login --no-remember --remember', 'login', [undefined], { remember: true }],
  ['login --remember --no-remember', 'login', [undefined], { remember: false }],
  ['login --no-browser --qr', 'login', [undefined], { browser: false, qr: true }],
  ['login --set a=1 --set b=2=3', 'login', [undefined], { set: ['a=1', 'b=2=3'] }],
  ['login --secret-file -', 'login', [undefined], { secretFile: '-' }],
  ['login --client-secret-file -', 'login', [undefined], { clientSecretFile: '-' }],
  ['profile list', 'profile list', [], {}],
  ['profile ls --json', 'profile list', [], { json: true }],
  ['--json profile show', 'profile show', [undefined], { json: true }],
  ['profile show -P web', 'profile show', [undefined], { profile: 'web' }],
  ['profile use web --timeout 1s', 'profile use', ['web'], { timeout: '1s' }],
  ['profile rename a b', 'profile rename', ['a', 'b'], {}],
  ['profile rm web --dry-run', 'profile remove', ['web'], { dryRun: true }],
  ['profile forget-credentials', 'profile forget-credentials', [undefined], {}],
  ['profile forget-credentials web -q', 'profile forget-credentials', ['web'], { quiet: true }],
  ['provider list', 'provider list', [], {}],
  ['provider show oz --definition', 'provider show', ['oz'], { definition: true }],
  ['provider add - --force -y', 'provider add', ['-'], { force: true, yes: true }],
  ['provider rm x', 'provider remove', ['x'], {}],
  ['provider schema', 'provider schema', [], {}],
  ['provider scopes iot --store file', 'provider scopes', ['iot'], { store: 'file' }],
  ['provider scopes -P iot', 'provider scopes', [undefined], { profile: 'iot' }],
  ['provider test x --with-token', 'provider test', ['x'], { withToken: true }],
  ['provider new x.json --no-input', 'provider new', ['x.json'], { input: false }],
  ['why web', 'why', ['web'], {}],
  ['doctor --fix --offline', 'doctor', [], { fix: true, offline: true }],
  ['agent run --debug', 'agent run', [], { debug: true }],
  ['agent start --timeout 5s --ca x.pem', 'agent start', [], { timeout: '5s', ca: 'x.pem' }],
  [
    'agent start --lifetime 8h --idle-exit 1h --confirm',
    'agent start',
    [],
    { lifetime: '8h', idleExit: '1h', confirm: true },
  ],
  [
    'agent run --token-file a/b --token-file c/d=e',
    'agent run',
    [],
    { tokenFile: ['a/b', 'c/d=e'] },
  ],
  [
    'agent run --socket s --group g -P web',
    'agent run',
    [],
    { socket: 's', group: 'g', profile: 'web' },
  ],
  ['agent lock --passphrase-file -', 'agent lock', [], { passphraseFile: '-' }],
  ['agent unlock --no-input --timeout 1s', 'agent unlock', [], { input: false, timeout: '1s' }],
  ['agent install --dry-run --undo', 'agent install', [], { dryRun: true, undo: true }],
  ['agent stop -q', 'agent stop', [], { quiet: true }],
  ['agent status --json', 'agent status', [], { json: true }],
  ['sandbox', 'sandbox', [[]], {}],
  ['sandbox oz mcs --fault {} --fault []', 'sandbox', [['oz', 'mcs']], { fault: ['{}', '[]'] }],
  [
    'sandbox oz --port 0 --ttl 5m --loose',
    'sandbox',
    [['oz']],
    { port: '0', ttl: '5m', loose: true },
  ],
  ['demo -q', 'demo', [], { quiet: true }],
]

describe('a command line', () => {
  it.each(lines)('tokn %s', async (line, command, given, flags) => {
    const called = await readLine(readWords(line))
    // That of a schema has no use for flags.
    const want = command === 'provider schema' ? {} : flags
    expect(called).toEqual({ command, given, flags: want })
  })
})

describe('the fast path', () => {
  const fast = lines.filter(([line]) => /^(token|header|env|exec|curl|refresh|login)\b/.test(line))

  it.each(fast)('tokn %s is read as by the tree, or left to it', async (line) => {
    const words = readWords(line)
    const slow = await readLine(words)
    expect((await readFast(words)) ?? slow).toEqual(slow)
  })
})

describe('a wrong command line says what is wrong, and what to type', () => {
  it.each<readonly [line: string, message: string, hint: string]>([
    ['', 'a command is missing', 'tokn --help'],
    ['tokne', "unknown command 'tokne'", 'did you mean "token"?'],
    ['xyzzy', "unknown command 'xyzzy'", 'tokn --help'],
    ['profile', 'a command is missing', 'tokn profile --help'],
    ['profile lst', "unknown command 'lst'", 'did you mean "list"?'],
    ['token --min-tl 5m', "unknown option '--min-tl'", 'did you mean "--min-ttl"?'],
    ['token --frobnicate', "unknown option '--frobnicate'", 'tokn token --help'],
    ['token --frobnicate=x', "unknown option '--frobnicate'", 'tokn token --help'],
    ['token --min-ttl', "option '--min-ttl <duration>' argument missing", 'tokn token --help'],
    [
      'token a b',
      "too many arguments for 'token'. Expected 1 argument but got 2.",
      'tokn token --help',
    ],
    [
      'curl web https://api.example.com/',
      "too many arguments for 'curl'. Expected 1 argument but got 2.",
      'what is passed on stands behind "--": tokn curl [options] [profile] -- CURL_ARGUMENTS...',
    ],
    ['profile rename a', "missing required argument 'to'", 'tokn profile rename --help'],
    ['provider show', "missing required argument 'id'", 'tokn provider show --help'],
    ['exec --fields a', '"exec" has no JSON document to take fields of', 'leave --fields out'],
    ['--fields a curl', '"curl" has no JSON document to take fields of', 'leave --fields out'],
    ['login --all', "unknown option '--all'", 'tokn login --help'],
    [
      'login --password=hush',
      "unknown option '--password'",
      'secrets do not go on a command line: use --password-stdin, TOKN_..._FILE, or answer the prompt',
    ],
    ['refresh --no-inputs', "unknown option '--no-inputs'", 'did you mean "--no-input"?'],
    ['token --quiet=x', '--quiet takes no value', 'write --quiet alone, or leave it out'],
    ['check web --json=false', '--json takes no value', 'write --json alone, or leave it out'],
    ['--no-color=1', '--no-color takes no value', 'write --no-color alone, or leave it out'],
    ['list --debug=1', '--debug takes no value', 'write --debug alone, or leave it out'],
    ['--config-dir', "option '--config-dir <dir>' argument missing", 'tokn --help'],
    ['-v', "unknown option '-v'", 'did you mean "--version"?'],
    ['list -v', "unknown option '-v'", 'tokn list --help'],
    ['list --version', "unknown option '--version'", 'tokn --version'],
    ['list --verbose', "unknown option '--verbose'", 'did you mean "--debug"?'],
    ['list -o json', "unknown option '-o'", 'did you mean "--json"?'],
    ['login --insecure', "unknown option '--insecure'", 'did you mean "--ca"?'],
    ['profile list --insecure', "unknown option '--insecure'", 'tokn profile list --help'],
    ['login --toString', "unknown option '--toString'", 'tokn login --help'],
    ['xyzzy --frob', "unknown command 'xyzzy'", 'tokn --help'],
    ['profile --frob', "unknown option '--frob'", 'tokn profile --help'],
    ['-P web check', "unknown option '-P'", 'write it after the command: tokn check ... -P'],
    [
      '--min-ttl 5s check web',
      "unknown option '--min-ttl'",
      'write it after the command: tokn check ... --min-ttl',
    ],
    [
      '--min-ttl=5s',
      "unknown option '--min-ttl'",
      'write it after the command: tokn COMMAND ... --min-ttl',
    ],
  ])('tokn %s', async (line, message, hint) => {
    const error: unknown = await readLine(readWords(line)).catch((thrown: unknown) => thrown)
    expect(isToknError(error, 'usage')).toBe(true)
    expect(error).toMatchObject({ message, hint })
  })
})
