import { takePassword } from '../../core/taken-passwords.ts'
import { ToknError } from '../../core/errors.ts'
import { Secret } from '../../core/secret.ts'
import { display } from '../../core/text.ts'
import { isLoopbackAddress } from '../../core/loopback.ts'
import type { EngineOptions } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'

/** Where a Redis is, and as whom it is asked. */
export interface RedisAddress {
  readonly host: string
  readonly port: number
  /** Of a socket of this machine: then host and port say nothing. */
  readonly path?: string | undefined
  readonly db: number
  /** Absent: the user that Redis calls `default`. */
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly tls: boolean
}

type Given = Pick<EngineOptions, 'url' | 'password' | 'environment'>

/**
 * Reads `redis://USER:PASSWORD@HOST:PORT/DB`, `rediss://...`, or `redis:///PATH?db=DB&user=USER` of a
 * socket. Throws `usage`, and never shows a password.
 */
export function readAddress({ url, password, environment }: Given): RedisAddress {
  const parameters = parametersOf(url)
  const isSocket = url.host === '' && !/^\/?\d*$/.test(url.pathname)
  const db = parameters.get('db') ?? (isSocket ? '' : url.pathname.replace(/^\//, ''))
  if (!/^\d{0,5}$/.test(db)) throw new ToknError('usage', words.redis.database())
  const user = parameters.get('user') ?? decode(url.username)
  const own =
    password ?? (url.password === '' ? takePassword(environment, 'REDISCLI_AUTH') : undefined)
  const known = own ?? (url.password === '' ? undefined : decode(url.password))
  const address = {
    host: url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: url.port === '' ? 6379 : Number(url.port),
    path: isSocket ? decode(url.pathname) : undefined,
    db: Number(db),
    user: user === '' ? undefined : user,
    // From now on no sentence has it: a server may say again what it was told.
    password: known === undefined ? undefined : new Secret(known).reveal(),
    tls: url.protocol === 'rediss:',
  }
  checkPrivacy(address)
  return address
}

/** Throws `usage` where a password and sessions would travel in the clear. */
export function checkPrivacy(address: RedisAddress): void {
  const { host, path, tls } = address
  if (path !== undefined || tls || isLoopbackAddress(host)) return
  throw new ToknError('usage', words.redis.inTheClear(display(placeOf(address), 120)))
}

/** For a person: `db.example:6379`, or the path of a socket. */
export function placeOf({ host, port, path }: RedisAddress): string {
  return path ?? `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Others are refused: one that turns off a check elsewhere must not be taken for done here. */
function parametersOf({ searchParams }: URL): ReadonlyMap<string, string> {
  const unknown = [...searchParams.keys()].find((name) => name !== 'db' && name !== 'user')
  if (unknown === undefined) return new Map(searchParams)
  throw new ToknError('usage', words.redis.parameter(unknown))
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new ToknError('usage', words.redis.escapes())
  }
}
