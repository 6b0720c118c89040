import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { takePassword } from '../../core/taken-passwords.ts'
import { ToknError } from '../../core/errors.ts'
import { Secret } from '../../core/secret.ts'
import type { EngineOptions } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import type { PostgresAddress } from './address.ts'

/**
 * What the server is told, where it asks: of the user, the URL, PGPASSWORD, or the file of passwords
 * that all clients of PostgreSQL read. Throws `store` where there is none, or the file is open to others.
 */
export function findPassword(options: EngineOptions, address: PostgresAddress): string {
  const { password, url, environment } = options
  const found =
    password ??
    (decodeURIComponent(url.password) ||
      takePassword(environment, 'PGPASSWORD') ||
      fromFile(options, address))
  // From now on no sentence has it: a server may say again what it was told.
  if (found) return new Secret(found).reveal()
  throw new ToknError('store', words.postgres.noPassword(address.user))
}

function fromFile({ environment }: EngineOptions, address: PostgresAddress): string | undefined {
  const { PGPASSFILE: named, HOME: home } = environment
  const path = named || (home && join(home, '.pgpass'))
  if (!path) return undefined
  let text: string
  try {
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
      throw new ToknError('store', words.postgres.openPasswordFile(path))
    }
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof ToknError) throw error
    return undefined
  }
  const { host, port, database, user } = address
  const wanted = [host, String(port), database, user]
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue
    const fields = splitLine(line)
    const password = fields.pop()
    const matches = fields.length === 4 && fields.every((field, at) => fits(field, wanted[at]))
    if (matches && password) return password
  }
  return undefined
}

/** `host:port:database:user:password`, where `\:` and `\\` stand for themselves. */
function splitLine(line: string): string[] {
  const fields = ['']
  for (const [part] of line.matchAll(/\\.|[^\\]|\\/gs)) {
    if (part === ':' && fields.length < 5) fields.push('')
    else fields[fields.length - 1] += part.length === 2 ? part.slice(1) : part
  }
  return fields
}

function fits(field: string, wanted: string | undefined): boolean {
  if (field === '*' || field === wanted) return true
  // As libpq has it: a socket in the usual folder is called localhost.
  return field === 'localhost' && wanted === '/var/run/postgresql'
}
