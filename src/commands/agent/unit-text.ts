import { installMark } from './install-mark.ts'

/** What a file that starts the agent has to say. */
export interface Started {
  /** The program with its arguments; paths are absolute. */
  readonly line: readonly string[]
  /** Variables that it needs and that a login shell alone may have. Nothing secret. */
  readonly variables: Readonly<Record<string, string>>
}

/**
 * The lines that work without a namespace of its own for the unit, which a user's systemd can only
 * have with all other owners mapped to nobody: then no folder of root's would pass our checks.
 */
const hardening = [
  'NoNewPrivileges=yes',
  'LimitCORE=0',
  'MemorySwapMax=0',
  'UMask=0077',
  'LockPersonality=yes',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
  'SystemCallArchitectures=native',
]

/** The unit of systemd (systemd.service(5)) that runs the agent. */
export function serviceText({ line, variables }: Started): string {
  return lines(
    `# ${installMark}`,
    '[Unit]',
    'Description=tokn agent',
    'Requires=tokn-agent.socket',
    'After=tokn-agent.socket',
    '',
    '[Service]',
    `ExecStart=${commandLine(line)}`,
    ...Object.entries(variables).map(([name, value]) => `Environment=${quote(`${name}=${value}`)}`),
    'Restart=on-failure',
    // A refresh under way is deaf to the signal that ends us, and has this long to come to its end.
    'TimeoutStopSec=90',
    ...hardening,
    '',
    '[Install]',
    'Also=tokn-agent.socket',
  )
}

/** The unit of systemd (systemd.socket(5)) that makes its socket, and starts it at the first use. */
export function socketText(): string {
  return lines(
    `# ${installMark}`,
    '[Unit]',
    'Description=Socket of the tokn agent',
    '',
    '[Socket]',
    'ListenStream=%t/tokn/agent.sock',
    'SocketMode=0600',
    'DirectoryMode=0700',
    'Backlog=4096',
    'RemoveOnStop=yes',
    '',
    '[Install]',
    'WantedBy=sockets.target',
  )
}

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`
}

function commandLine([program = '', ...words]: readonly string[]): string {
  // A program with such signs in its path is refused, however they are written.
  if (/["'\\\p{Cc}]/u.test(program)) return commandLine(['/usr/bin/env', program, ...words])
  return [quote(program), ...words.map(quoteArgument)].join(' ')
}

/** A word as systemd.syntax(7) wants it; `%` begins a specifier (systemd.unit(5)). */
function quote(text: string): string {
  const escaped = text
    .replace(/["\\]/g, '\\$&')
    .replaceAll('%', '%%')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
  return `"${escaped}"`
}

/** In an argument, and not in the program, `$` begins a variable (systemd.service(5)). */
function quoteArgument(text: string): string {
  return quote(text).replaceAll('$', '$$$$')
}
