import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { signal } from '../process.ts'

/**
 * A machine as far as one computer can be several: a network, a name, a start and a home of its own.
 * What it calls its loopback leads to this side of its wire, port by port.
 */
export interface Namespace {
  readonly name: string
  readonly home: string
  /** The address of this side of its wire, at which relays listen for it. */
  readonly gate: string
  /** What runs a program on it. */
  readonly under: readonly string[]
  /** Ids of all that runs on it. */
  pids(): readonly number[]
  /** The power fails: everything on it ends at once. */
  crash(): void
  signalAll(name: NodeJS.Signals): void
  /** What it sends `to` servers, or what comes back `from` them, is dropped by the kernel. */
  drop(way: 'to' | 'from' | 'both'): void
  /** The wire is whole again. */
  heal(): void
  close(): void
}

/** Machines of this process, which may have several fleets. */
let made = 0

/** Makes a machine that reaches `ports` of this computer. Needs the parts `root` and `netns`. */
export async function openNamespace(
  folder: string,
  index: number,
  ports: readonly number[],
): Promise<Namespace> {
  const number = made++ % 63
  const name = `tokn-${process.pid}-${number}`
  const home = join(folder, `machine-${index}`)
  for (const part of ['', 'tmp', 'run']) mkdirSync(join(home, part), { mode: 0o700 })
  const wire = `t${process.pid}m${number}`
  const net = `10.${100 + ((process.pid >> 8) & 63)}.${process.pid & 255}`
  const [gate, own] = [`${net}.${4 * number + 1}`, `${net}.${4 * number + 2}`]
  run(['ip', 'netns', 'add', name])
  run(['ip', 'link', 'add', wire, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name])
  run(['ip', 'addr', 'add', `${gate}/30`, 'dev', wire])
  run(['ip', 'link', 'set', wire, 'up'])
  const inside = ['ip', '-n', name]
  run([...inside, 'addr', 'add', `${own}/30`, 'dev', 'eth0'])
  for (const device of ['eth0', 'lo']) run([...inside, 'link', 'set', device, 'up'])
  const forwards = 'echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet'
  run(['ip', 'netns', 'exec', name, 'sh', '-c', forwards])
  const apply = (rules: string) => run(['ip', 'netns', 'exec', name, 'nft', '-f', '-'], rules)
  apply(forwarding(gate, ports))
  const keeper = await openKeeper(name, home)
  const net4 = readlinkSync(`/proc/${keeper.pid}/ns/net`)
  const pids = () => processesIn(net4).filter((pid) => pid !== keeper.pid)
  const signalAll = (sent: NodeJS.Signals) => pids().forEach((pid) => signal(pid, sent))
  return {
    name,
    home,
    gate,
    under: ['nsenter', '-t', String(keeper.pid), '-n', '-m', '-u', '--'],
    pids,
    signalAll,
    crash: () => signalAll('SIGKILL'),
    drop: (way) => apply(dropping(way)),
    heal: () => apply('add table inet cut\ndelete table inet cut\n'),
    close: () => {
      signalAll('SIGKILL')
      keeper.kill('SIGKILL')
      run(['ip', 'netns', 'del', name])
    },
  }
}

/** The namespaces that are no file live as long as this process. */
async function openKeeper(name: string, home: string): Promise<ChildProcess & { pid: number }> {
  const { username, homedir } = userInfo()
  const [users, start] = [join(home, 'passwd'), join(home, 'boot_id')]
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n')
  const moved = accounts.map((line) =>
    line.startsWith(`${username}:`) ? line.replace(`:${homedir}:`, `:${home}:`) : line,
  )
  writeFileSync(users, moved.join('\n'))
  writeFileSync(start, `${randomUUID()}\n`)
  const lines = [
    'set -e',
    'hostname "$1"',
    'mount --bind "$2/passwd" /etc/passwd',
    'mount --bind "$2/boot_id" /proc/sys/kernel/random/boot_id',
    // Where processes of one machine meet whatever their home.
    'mount -t tmpfs -o mode=1777 tmpfs /dev/shm',
    'mkdir -p -m 700 "$3"',
    'mount -t tmpfs -o mode=0700 tmpfs "$3"',
    'echo ready',
    'exec sleep 86400',
  ]
  const script = lines.join('\n')
  const inside = ['nsenter', `--net=/run/netns/${name}`, 'unshare', '-m', '-u']
  const named = [name.slice(-20), home, join('/tmp', `tokn-${process.geteuid?.() ?? 0}`)]
  const line = ['--pdeathsig', 'KILL', ...inside, 'sh', '-c', script, 'sh', ...named]
  const child = spawn('setpriv', line, { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk) => (said += chunk))
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve())
    child.once('close', () => reject(new Error(`a machine does not start: ${said}`)))
  })
  const { pid } = child
  if (pid === undefined) throw new Error('a machine does not start')
  return Object.assign(child, { pid })
}

/** Its loopback, for these ports, is the other end of its wire. */
function forwarding(gate: string, ports: readonly number[]): string {
  const list = ports.join(', ')
  return [
    'table ip forwards {',
    'chain out {',
    'type nat hook output priority -100;',
    `ip daddr 127.0.0.1 tcp dport { ${list} } dnat to ${gate}`,
    '}',
    'chain leaving {',
    'type nat hook postrouting priority 100;',
    'oifname "eth0" masquerade',
    '}',
    '}',
    '',
  ].join('\n')
}

function dropping(way: 'to' | 'from' | 'both'): string {
  const chain = (name: string, hook: string, rule: string) =>
    [`chain ${name} {`, `type filter hook ${hook} priority 0;`, rule, '}'].join('\n')
  return [
    'table inet cut {',
    way === 'from' ? '' : chain('leaves', 'postrouting', 'oifname "eth0" drop'),
    way === 'to' ? '' : chain('comes', 'input', 'iifname "eth0" drop'),
    '}',
    '',
  ].join('\n')
}

function processesIn(net: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readlinkSync(`/proc/${name}/ns/net`) === net
      } catch {
        return false
      }
    })
    .map(Number)
}

function run([program = '', ...args]: readonly string[], input = ''): void {
  const { status, stderr, error } = spawnSync(program, args, { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`)
}
