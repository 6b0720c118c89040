import { ToknError } from '../../core/errors.ts'
import { quoteForeign } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import type { Connection } from './connection.ts'
import { lacksTables, notAllowed, reasonOf, stateOf } from './failures.ts'
import { madeNames, migrate, readNumber, schemaVersion } from './schema.ts'

/** PostgreSQL 13: the first that makes a random UUID by itself. */
const oldest = 130_000

/** Makes the tables, or brings them up to date, where they are not. */
export async function prepare({ ask }: Connection, where: string): Promise<void> {
  const present = await readSchemaVersion(ask)
  if (present === schemaVersion) return
  if (present > schemaVersion) throw new ToknError('store', words.postgres.newerTables(where))
  const settings = `SELECT current_setting('server_version') AS name,
    current_setting('server_version_num') AS number`
  const [{ name, number } = {}] = await ask(settings)
  if (Number(number) < oldest)
    throw new ToknError('store', words.postgres.tooOld(where, quoteForeign(name ?? '', 40)))
  try {
    await ask(migrate)
  } catch (error) {
    const cause = error instanceof ToknError ? error.details.cause : undefined
    if (stateOf(cause) !== notAllowed) throw error
    throw new ToknError('store', words.postgres.cannotMake(where, reasonOf(cause)), { cause })
  }
}

/** What is to be there beside the version, and is not. */
export async function findMissing({ ask }: Pick<Connection, 'ask'>): Promise<readonly string[]> {
  const { tables, functions } = madeNames
  const look = `SELECT name FROM unnest($1::text[]) name WHERE to_regclass(name) IS NULL
    UNION ALL SELECT name FROM unnest($2::text[]) name WHERE to_regproc(name) IS NULL`
  const lists = [tables, functions].map((names) => `{${names.join(',')}}`)
  return (await ask(look, lists, true)).flatMap(({ name }) => name ?? [])
}

/** Throws `store` where what is lacking was there: then no tables are no sign of an empty store. */
export async function checkWhole(connection: Connection, where: string): Promise<void> {
  if ((await readSchemaVersion(connection.ask)) === 0) return
  const missing = await findMissing(connection)
  if (missing.length > 0) throw new ToknError('store', words.postgres.lacksParts(where, missing))
}

/** 0 where there are no tables. */
export async function readSchemaVersion(ask: Connection['ask']): Promise<number> {
  try {
    return Number((await ask(readNumber, [], true))[0]?.['number'] ?? 0)
  } catch (error) {
    if (lacksTables(error)) return 0
    throw error
  }
}
