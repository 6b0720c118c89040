import type {
  EngineOptions,
  RowCondition,
  RowWritten,
  SharedEngine,
  SharedPart,
  SharedRow,
} from '../../core/shared-engine.ts'
import { describeAddress, readAddress } from './address.ts'
import { openConnection, type Row, type Value } from './connection.ts'
import { lacksTables, readOnly } from './failures.ts'

/** In the order of their bits; see `tokn.write_session` in `schema.ts`. */
const parts: readonly SharedPart[] = ['profile', 'record', 'journal', 'index']

const millis = (instant: string) => `extract(epoch FROM ${instant}) * 1000`
const columnsWith = (texts: string) => `s.id, s.name, s.version, s.generation, ${texts},
  EXISTS (SELECT FROM tokn.wish w WHERE w.id = s.id AND w.generation >= s.generation) AS wished,
  ${millis('clock_timestamp()')} AS now`
const readOne = `SELECT ${columnsWith(parts.map((part) => `s.${part}`).join(', '))} FROM tokn.session s WHERE `
// A clock that has gone back makes no lease longer than it was taken for; nor does an instant that is none.
const leftOf = `CASE WHEN isfinite(l.until) THEN least(${millis('l.until - clock_timestamp()')}, l.ttl)
  ELSE l.ttl END`
const wishColumns = `SELECT id, generation, text, ${millis('at')} AS at FROM tokn.wish`

/**
 * A store for many machines in a PostgreSQL: one row for each session, and functions that compare and
 * write in one step. Opens nothing yet; throws `usage` for an address that is none, or not safe.
 */
export function openPostgres(options: EngineOptions): SharedEngine {
  const address = readAddress(options)
  const where = () => describeAddress(address)
  const connection = openConnection(options, address)
  const { ask } = connection
  const prepare = async () => (await import('./prepare.ts')).prepare(connection, where())
  const checkWhole = async () => (await import('./prepare.ts')).checkWhole(connection, where())

  /** Nothing is in tables that are not there. */
  async function look(text: string, ...values: readonly Value[]): Promise<readonly Row[]> {
    return await ask(text, values, true).catch(async (error: unknown) => {
      if (!lacksTables(error)) throw error
      await checkWhole()
      return []
    })
  }

  /** The first write makes the tables. `isSafe`: it may be asked twice. */
  async function change(text: string, values: readonly Value[], isSafe = false): Promise<Row> {
    try {
      return (await ask(text, values, isSafe))[0] ?? {}
    } catch (error) {
      if (!lacksTables(error)) throw error
      await prepare()
      await checkWhole()
      return (await ask(text, values, isSafe))[0] ?? {}
    }
  }
  const one = (text: string, ...values: readonly Value[]) => change(text, values)

  return {
    kind: 'postgres',
    describe: where,
    prepare,
    read: async (id) => rowOf((await look(`${readOne} s.id = $1`, id))[0]),
    find: async (name) => rowOf((await look(`${readOne} s.name = $1`, name))[0]),
    list: async (...page) =>
      (await (await import('./list.ts')).listRows({ look, columnsWith, parts }, ...page)).flatMap(
        (row) => rowOf(row) ?? [],
      ),
    write: async (id, made) => {
      const named = parts.reduce((bits, part, at) => {
        return made.parts?.[part] === undefined ? bits : bits | (1 << at)
      }, 0)
      const texts = parts.map((part) => made.parts?.[part] ?? null)
      const marks = '$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13'
      const values = [id, made.name, made.generation, named, ...texts]
      const answer = await one(
        `SELECT * FROM tokn.write_session(${marks})`,
        ...values,
        ...conditionOf(made.when),
      )
      return (
        answer['failed'] == null ? { written: answer['written'] } : { failed: answer['failed'] }
      ) as RowWritten
    },
    remove: async (id, when) => {
      const text = 'SELECT tokn.remove_session($1, $2, $3, $4, $5, $6) AS done'
      return (await one(text, id, ...conditionOf(when)))['done'] === 't'
    },
    takeLease: async (name, holder, ttl) => {
      const text = 'SELECT * FROM tokn.take_lease($1, $2, $3)'
      const { taken, held_by: heldBy, left_for: left } = await one(text, name, holder, ttl)
      return taken == null ? { heldBy: heldBy ?? '', left: Number(left) } : { fence: Number(taken) }
    },
    renewLease: async (name, fence, ttl) => {
      const text = 'SELECT tokn.move_lease($1, $2, $3) AS done'
      return (await one(text, name, fence, Math.max(ttl, 1)))['done'] === 't'
    },
    leaseLeft: async (name, fence) => {
      // What a standby knows of a lease may be old.
      const text = `SELECT pg_is_in_recovery() AS standby, (
        SELECT ${leftOf} FROM tokn.lease l
        WHERE l.name = $1 AND l.fence = $2 AND l.until > clock_timestamp()
      ) AS left_for`
      const [{ standby, left_for: left } = {}] = await look(text, name, fence)
      if (standby === 't') throw readOnly(where(), true)
      return Math.max(0, Number(left ?? 0))
    },
    releaseLease: async (name, fence) =>
      void (await one('SELECT tokn.move_lease($1, $2, 0)', name, fence)),
    leases: async () => {
      const text = `SELECT l.name, l.holder, ${leftOf} AS left_for
        FROM tokn.lease l WHERE l.until > clock_timestamp() ORDER BY l.name`
      return (await look(text)).map(({ name, holder, left_for: left }) => ({
        ...{ name: name ?? '', holder: holder ?? '', left: Math.max(0, Number(left)) },
      }))
    },
    addWish: async (id, generation, text) => {
      const add = 'INSERT INTO tokn.wish (id, generation, text) VALUES ($1, $2, $3)'
      await change(`${add} ON CONFLICT DO NOTHING`, [id, generation, text], true)
    },
    wishes: async (id) => {
      return (await look(`${wishColumns} WHERE id = $1 ORDER BY number`, id)).map((row) => ({
        ...{ id: row['id'] ?? '', generation: Number(row['generation']), text: row['text'] ?? '' },
        at: Number(row['at']),
      }))
    },
    wished: async (after, limit) =>
      await (await import('./list.ts')).listWished(look, after, limit),
    dropWishes: async (id, generation) => {
      const text = 'DELETE FROM tokn.wish WHERE id = $1 AND generation <= $2'
      await change(text, [id, generation], true)
    },
    readDocument: async (name) => {
      const text = 'SELECT version, body FROM tokn.document WHERE name = $1 AND body IS NOT NULL'
      const [row] = await look(text, name)
      return row && { version: row['version'] ?? '', text: row['body'] ?? '' }
    },
    writeDocument: async (name, version, text) => {
      const write = 'SELECT tokn.write_document($1, $2, $3) AS version'
      return (await one(write, name, version, text))['version'] ?? undefined
    },
    watch: async (what, heard) =>
      await (await import('./watch.ts')).listen(options, address, `tokn_${what}`, heard),
    now: async () =>
      Number((await look(`SELECT ${millis('clock_timestamp()')} AS now`))[0]?.['now']),
    incarnation: async () =>
      (await import('./incarnation.ts')).readIncarnation(connection, where()),
    lifeSeen: async () =>
      await (await import('./incarnation.ts')).readIncarnation(connection, where()),
    examine: async (writes) => (await import('./examine.ts')).examine(connection, where(), writes),
    rest: connection.rest,
    close: connection.close,
  }
}

function rowOf(row: Row | undefined): SharedRow | undefined {
  if (row === undefined) return undefined
  const texts = parts.flatMap((part) => (row[part] == null ? [] : [[part, row[part]]]))
  return {
    ...{ id: row['id'] ?? '', name: row['name'] ?? '', version: row['version'] ?? '' },
    generation: Number(row['generation']),
    parts: Object.fromEntries(texts) as SharedRow['parts'],
    wished: row['wished'] === 't',
    now: Number(row['now']),
  }
}

/** Which are compared, as bits, and with what. */
function conditionOf(when: RowCondition): readonly Value[] {
  const kinds = ['version', 'fence', 'generation', 'keys'] as const
  const compared = kinds.reduce((bits, kind, at) => (kind in when ? bits | (1 << at) : bits), 0)
  return [compared, when.version, when.fence, when.generation, when.keys]
}
