import { ToknError } from '../../core/errors.ts'
import { isLoopbackAddress } from '../../core/loopback.ts'
import type { EngineOptions } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'

/** Where a PostgreSQL is, and as whom; without the password. */
export interface PostgresAddress {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  /** Whether TLS is spoken; then the certificate is verified in full. */
  readonly tls: boolean
  readonly application: string
}

/** What may stand behind the `?`, as in libpq. */
const known = new Set(['host', 'port', 'dbname', 'user', 'sslmode', 'application_name'])
/** Words for a TLS that is asked for; it is verified in full with each of them. */
const encrypted = new Set(['require', 'verify-ca', 'verify-full'])
const plain = new Set(['disable', 'allow', 'prefer'])

/** Throws `usage` for what no server stands for, and for a way that is not safe. */
export function readAddress({ url, environment }: EngineOptions): PostgresAddress {
  for (const name of url.searchParams.keys()) {
    if (!known.has(name)) throw new ToknError('usage', words.postgres.unknownSetting(name))
  }
  const setting = (name: string) => url.searchParams.get(name) || undefined
  const host =
    decode(url.hostname).replace(/^\[(.*)\]$/, '$1') ||
    setting('host') ||
    environment['PGHOST'] ||
    '/var/run/postgresql'
  if (/[,\s]/.test(host)) throw new ToknError('usage', words.postgres.severalHosts())
  // Here, and not where the server asks for it: there nobody would be told.
  decode(url.password)
  const user =
    decode(url.username) || setting('user') || environment['PGUSER'] || environment['USER']
  if (user === undefined) throw new ToknError('usage', words.postgres.noUser())
  const port = Number(url.port || setting('port') || environment['PGPORT'] || 5_432)
  if (!(Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw new ToknError('usage', words.postgres.notAPort())
  }
  const database =
    decode(url.pathname.slice(1)) || setting('dbname') || environment['PGDATABASE'] || user
  const tls = chooseTls(host, setting('sslmode') ?? environment['PGSSLMODE'])
  const application = setting('application_name') ?? 'tokn'
  return { host, port, database, user, tls, application }
}

function chooseTls(host: string, mode: string | undefined): boolean {
  if (mode !== undefined && !encrypted.has(mode) && (!plain.has(mode) || !isNear(host))) {
    throw new ToknError('usage', words.postgres.weakTls(mode, host))
  }
  // A socket is a file of this machine: nothing goes over a network, and no server has TLS there.
  if (host.startsWith('/')) return false
  return mode === undefined ? !isNear(host) : encrypted.has(mode)
}

/** What no other machine hears, whatever names resolve to. */
function isNear(host: string): boolean {
  return host.startsWith('/') || isLoopbackAddress(host)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new ToknError('usage', words.postgres.notAUrl())
  }
}

/** For a person. */
export function describeAddress({ host, port, database }: PostgresAddress): string {
  const place = host.startsWith('/') ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`
  return words.postgres.described(`${place}/${database}`)
}
