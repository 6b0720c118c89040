import type { EngineFinding } from '../../core/shared-engine.ts'
import { quoteForeign } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import type { Connection, Row } from './connection.ts'
import { findMissing, readSchemaVersion } from './prepare.ts'
import { schemaVersion } from './schema.ts'

const settings = ['fsync', 'full_page_writes', 'synchronous_commit', 'synchronous_standby_names']
  .map((name) => `current_setting('${name}') AS ${name}`)
  .join(', ')

const server = `SELECT ${settings}, current_setting('server_version') AS version,
  current_setting('max_connections') AS most, (SELECT count(*) FROM pg_stat_replication) AS standbys`

const powers = `SELECT r.rolname AS name, r.rolsuper AS superuser, r.rolcreaterole AS createrole,
  r.rolcreatedb AS createdb, r.rolreplication AS replication, r.rolbypassrls AS bypassrls,
  pg_has_role(n.nspowner, 'USAGE') AS owner
FROM pg_roles r, pg_namespace n WHERE r.rolname = current_user AND n.nspname = 'tokn'`

/** What a refresher needs of each table; a reader needs the SELECTs, and INSERT for wishes. */
const needed: Readonly<Record<string, readonly string[]>> = {
  session: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  lease: ['SELECT', 'INSERT', 'UPDATE'],
  document: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  wish: ['SELECT', 'INSERT', 'DELETE'],
  version: ['SELECT'],
}
const rights = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']

export async function examine(
  connection: Connection,
  where: string,
  isToWrite?: boolean,
): Promise<readonly EngineFinding[]> {
  const [about = {}] = await connection.ask(server, [], true)
  const version = await readSchemaVersion(connection.ask)
  const missing = version === 0 ? [] : await findMissing(connection)
  const texts = words.postgres
  return [
    {
      id: 'version',
      status: 'ok',
      detail: texts.serverOf(quoteForeign(about['version'] ?? '', 60), Number(about['most'])),
    },
    judgeDurability(about),
    judgeSchema(version, missing, where),
    ...(version === 0 || missing.length > 0 ? [] : [await judgePrivileges(connection, isToWrite)]),
  ]
}

function judgeSchema(version: number, missing: readonly string[], where: string): EngineFinding {
  const id = 'schema'
  const { noSchemaYet, newerTables, lacksParts, schemaOf } = words.postgres
  if (version === 0) return { id, status: 'warn', ...noSchemaYet() }
  const wrong =
    version > schemaVersion
      ? newerTables(where)
      : missing.length > 0
        ? lacksParts(where, missing)
        : undefined
  if (wrong === undefined) return { id, status: 'ok', detail: schemaOf(version) }
  return { id, status: 'fail', detail: wrong.message, fix: wrong.hint }
}

function judgeDurability(about: Row): EngineFinding {
  const id = 'durability'
  const texts = words.postgres
  const standbys = Number(about['standbys'])
  if (about['fsync'] === 'off') return { id, status: 'warn', ...texts.fsyncOff() }
  if (about['full_page_writes'] === 'off') return { id, status: 'warn', ...texts.pagesOff() }
  if (standbys > 0 && about['synchronous_standby_names'] === '') {
    return { id, status: 'warn', ...texts.standbysLag(standbys) }
  }
  const forced = ['off', 'local', 'remote_write'].includes(about['synchronous_commit'] ?? '')
  return { id, status: 'ok', detail: texts.durable(forced) }
}

async function judgePrivileges(
  { ask }: Connection,
  isToWrite: boolean | undefined,
): Promise<EngineFinding> {
  const id = 'privileges'
  const texts = words.postgres
  const [may = {}] = await ask(powers, [], true)
  const name = quoteForeign(may['name'] ?? '', 63)
  const strong = ['superuser', 'createrole', 'createdb', 'replication', 'bypassrls'].filter(
    (power) => may[power] === 't',
  )
  if (strong.length > 0) {
    return { id, status: 'warn', ...texts.tooMuch(name, strong.join(', ')) }
  }
  if (may['owner'] === 't') return { id, status: 'ok', detail: texts.asOwner(name) }
  const pairs = Object.keys(needed).flatMap((table) => rights.map((right) => ({ table, right })))
  const asked = pairs.map(({ table, right }, at) => {
    // A reader may have the right to insert certain columns alone.
    const has = right === 'INSERT' ? 'has_any_column_privilege' : 'has_table_privilege'
    return `${has}('tokn.${table}', '${right}') AS p${at}`
  })
  const [has = {}] = await ask(`SELECT ${asked.join(', ')}`, [], true)
  const given = (table: string, right: string) =>
    has[`p${pairs.findIndex((pair) => pair.table === table && pair.right === right)}`] === 't'
  // By no key at hand: whoever may change a row in any way is meant to refresh.
  const writes =
    isToWrite ?? ['INSERT', 'UPDATE', 'DELETE'].some((right) => given('session', right))
  const wanted = (table: string, right: string) =>
    (needed[table] ?? []).includes(right) &&
    (writes || right === 'SELECT' || (table === 'wish' && right === 'INSERT'))
  const tell = (which: typeof pairs) =>
    which.map(({ table, right }) => `${right} on tokn.${table}`).join(', ')
  const missing = pairs.filter(({ table, right }) => wanted(table, right) && !given(table, right))
  if (missing.length > 0) return { id, status: 'fail', ...texts.needs(tell(missing)) }
  const more = pairs.filter(({ table, right }) => !wanted(table, right) && given(table, right))
  if (more.length > 0) return { id, status: 'warn', ...texts.tooMuch(name, tell(more)) }
  return { id, status: 'ok', detail: writes ? texts.asRefresher(name) : texts.asReader(name) }
}
