// English texts about the store in a PostgreSQL.

/** `place`: host, port and database. */
export const described = (place: string) => `PostgreSQL at ${place}`

const form = 'postgresql://USER@HOST[:PORT]/DATABASE'

// Its address.

export const notAUrl = () => ({
  message: 'the URL of the PostgreSQL is not one that can be used',
  hint: `write TOKN_STORE_URL as ${form}`,
})

export const unknownSetting = (name: string) => ({
  message: `the URL of the PostgreSQL has a setting that tokn does not know: ${name}`,
  hint: 'there are host, port, dbname, user, sslmode and application_name; an authority is added with --ca FILE, or NODE_EXTRA_CA_CERTS=FILE',
})

export const severalHosts = () => ({
  message: 'the URL of the PostgreSQL names several hosts',
  hint: 'give one name that leads to the server that takes writes',
})

export const noUser = () => ({
  message: 'the URL of the PostgreSQL names no user',
  hint: `write TOKN_STORE_URL as ${form}`,
})

export const notAPort = () => ({
  message: 'the URL of the PostgreSQL has a port that is none',
  hint: `write TOKN_STORE_URL as ${form}`,
})

export const weakTls = (mode: string, host: string) => ({
  message: `refusing sslmode=${mode} for ${host}: TLS is always spoken and verified there`,
  hint: 'leave sslmode out, or write sslmode=verify-full; to add an authority of your own, use --ca FILE, or NODE_EXTRA_CA_CERTS=FILE',
})

// Who is there.

export const noPassword = (user: string) => ({
  message: `the PostgreSQL asks for the password of "${user}", and there is none`,
  hint: 'set TOKN_STORE_PASSWORD, or PGPASSWORD, or a line in the file of PGPASSFILE',
})

export const openPasswordFile = (path: string) => ({
  message: `${path} can be read by others than its owner, so that no password is taken from it`,
  hint: `chmod 600 ${path}`,
})

/** `method`: as pg_hba.conf calls it. */
export const unknownMethod = (where: string, method: string) => ({
  message: `${where} asks who is there in a way that tokn does not speak: ${method}`,
  hint: 'let pg_hba.conf of the server ask this user for a password (scram-sha-256)',
})

/** `reason`: as the server says it. */
export const refusedUser = (where: string, reason: string) => ({
  message: `${where} refuses this user: ${reason}`,
  hint: 'check the user in the address of the store, its password, and pg_hba.conf of the server',
})

export const noDatabase = (where: string, reason: string) => ({
  message: `${where} cannot be used: ${reason}`,
  hint: 'let its administrator make it (CREATE DATABASE), or name another one in the address of the store',
})

export const denied = (where: string, reason: string) => ({
  message: `${where} does not let this user do that: ${reason}`,
  hint: 'docs/stores.md has the GRANT lines that refreshers and readers need',
})

export const cannotMake = (where: string, reason: string) => ({
  message: `the tables of tokn are not in ${where}, and this user may not make them: ${reason}`,
  hint: 'let the owner of the database run tokn login once, then GRANT this user what docs/stores.md lists',
})

export const noTables = (where: string) => ({
  message: `the tables of tokn are not in ${where}`,
  hint: 'tokn login NAME makes them, run by a user who may',
})

export const lacksParts = (where: string, names: readonly string[]) => ({
  message: `somebody has removed ${names.join(', ')} from ${where}`,
  hint: 'restore the schema "tokn" from a backup; or, to begin anew: DROP SCHEMA tokn CASCADE, then tokn login NAME',
})

export const newerTables = (where: string) => ({
  message: `the tables of tokn in ${where} were made by a newer tokn`,
  hint: 'install that version here as well',
})

export const tooOld = (where: string, version: string) => ({
  message: `${where} is PostgreSQL ${version}: tokn needs 13 or later`,
  hint: 'update the server, or use another store',
})

export const refused = (where: string, code: string, reason: string) => ({
  message: `${where} failed: ${reason} (${code})`,
  hint: 'look into the log of the server: tokn doctor',
})

// It is not reached, or cannot now.

export const unreached = (where: string, reason: string) => ({
  message: `${where} is not reached: ${reason}`,
  hint: 'check the address of the store, and the network',
})

export const nonsense = (where: string) => ({
  message: `${where} is not what answers there: it does not speak as a PostgreSQL does`,
  hint: 'check the address of the store, and what stands between',
})

export const lost = (where: string) => `the connection to ${where} was lost`

export const tooSlow = (where: string) => ({
  message: `${where} did not answer in time`,
  hint: 'try again, or wait longer with --timeout, or TOKN_TIMEOUT',
})

export const untrusted = (where: string, reason: string) => ({
  message: `the certificate of ${where} is not trusted: ${reason}`,
  hint: 'if you trust it, add its certificate authority with --ca FILE, or NODE_EXTRA_CA_CERTS=FILE',
})

export const withoutTls = (where: string) => ({
  message: `${where} does not speak TLS, and nothing is sent without it`,
  hint: 'set ssl = on in postgresql.conf, with a certificate for that name',
})

export const readOnly = (where: string, isStandby: boolean) => ({
  message: isStandby
    ? `${where} is a standby: it takes no writes until it is promoted`
    : `${where} takes no writes now: its transactions are read-only`,
  hint: isStandby
    ? 'name the primary in TOKN_STORE_URL; after a failover, try again'
    : 'look at default_transaction_read_only of the server, the database and the user',
})

export const full = (where: string, reason: string) => ({
  message: `${where} takes nothing more now: ${reason}`,
  hint: 'try again; max_connections and the disk of the server may be too small',
})

export const away = (where: string, reason: string) => ({
  message: `${where} cannot answer now: ${reason}`,
  hint: 'try again',
})

// What doctor says.

export const fsyncOff = () => ({
  detail: 'fsync is off: a crash of the server may lose or damage what it has confirmed',
  fix: 'ALTER SYSTEM SET fsync = on',
})

export const pagesOff = () => ({
  detail: 'full_page_writes is off: a crash of the server may damage its tables',
  fix: 'ALTER SYSTEM SET full_page_writes = on',
})

export const standbysLag = (count: number) => ({
  detail: `${count === 1 ? 'a standby follows' : `${count} standbys follow`} without being waited for: a failover may lose the last writes; sessions then stop refreshing until somebody logs in`,
  fix: "ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'",
})

export const durable = (forced: boolean) =>
  `what is confirmed is on disk${forced ? ' (tokn sets synchronous_commit itself)' : ''}`

export const needs = (privileges: string) => ({
  detail: `this user lacks: ${privileges}`,
  fix: 'docs/stores.md has the GRANT lines',
})

export const tooMuch = (user: string, powers: string) => ({
  detail: `"${user}" may do more than tokn needs: ${powers}`,
  fix: 'use a role of its own; docs/stores.md has the lines',
})

export const asRefresher = (user: string) => `"${user}" has what a refresher needs, and no more`

export const asReader = (user: string) => `"${user}" has what a reader needs, and no more`

export const asOwner = (user: string) =>
  `"${user}" owns the tables: it may refresh, and brings them up to date`

export const noSchemaYet = () => ({
  detail: 'the tables are not there yet',
  fix: 'tokn login NAME makes them',
})

export const schemaOf = (version: number) => `tables of version ${version}`

export const serverOf = (version: string, most: number) =>
  `PostgreSQL ${version}, for ${most} connections at once`
