import { ToknError } from '../../core/errors.ts'
import type { Connection } from './connection.ts'
import { notAllowed, readOnly, stateOf } from './failures.ts'

// The timeline is that of the log as it is written now: what pg_control says lags behind a promotion.
const log = `CASE WHEN pg_is_in_recovery() THEN NULL
  ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END AS timeline,
  'tokn.session'::regclass::oid AS sessions,
  CASE WHEN current_setting('fsync') = 'off' THEN pg_postmaster_start_time() END AS started`
const system = '(SELECT system_identifier FROM pg_control_system()) AS system'

/**
 * The cluster (another one after initdb), its timeline (another one after a promotion, or a recovery
 * to a point in time), the table (another one after a dump was restored), and where a crash may lose
 * what was confirmed, its start.
 */
export async function readIncarnation({ ask }: Connection, where: string): Promise<string> {
  const [row = {}] = await ask(`SELECT ${log}, ${system}`, [], true).catch(withoutSystem)
  if (row['timeline'] === null) throw readOnly(where, true)
  const { system: cluster, timeline, sessions, started } = row
  return [cluster ?? '-', timeline, sessions, ...(started == null ? [] : [started])].join('/')

  async function withoutSystem(error: unknown) {
    const state = stateOf(error instanceof ToknError ? error.details.cause : undefined)
    if (state !== notAllowed) throw error
    return await ask(`SELECT ${log}`, [], true)
  }
}
