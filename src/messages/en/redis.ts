// English texts of the store that is kept in Redis.

const form = 'redis://USER@HOST:PORT/DB, rediss://..., or redis:///PATH/OF/SOCKET?db=DB&user=USER'
const checkAddress = 'check the address of the store, and the network'
const closed = 'it may expect TLS (rediss://), or have no room for a connection (maxclients)'
const rights = 'docs/stores.md has the ACL SETUSER lines of refreshers and readers'

// What is wrong with an address.

export const database = () => ({
  message: 'the address of Redis does not end with the number of a database',
  hint: form,
})

export const parameter = (name: string) => ({
  message: `the address of Redis has a setting that tokn does not know: ${name.slice(0, 60)}`,
  hint: form,
})

export const escapes = () => ({
  message: 'the address of Redis has a % that no two hexadecimal digits follow',
  hint: 'write a % of a password as %25, or give the password in TOKN_STORE_PASSWORD',
})

export const inTheClear = (place: string) => ({
  message: `what is sent to Redis at ${place} could be read on the way: the address has no TLS`,
  hint: 'write rediss:// (without TLS go 127.0.0.1, [::1] and sockets of this machine alone)',
})

// Why there is no answer.

const faults = {
  noSuchHost: 'there is no such host',
  refused: 'it refused the connection',
  noSocket: 'there is no such socket',
  notAllowed: 'this machine does not allow the connection',
  noRoute: 'no route to host',
  silent: 'it did not answer in time',
  cut: 'it closed the connection',
} as const

export const unreached = (place: string, fault: keyof typeof faults) => ({
  message: `cannot reach Redis at ${place}: ${faults[fault]}`,
  hint: fault === 'cut' ? closed : checkAddress,
})

export const certificate = (place: string, code: string) => ({
  message: `the certificate of Redis at ${place} does not hold (${code})`,
  hint: 'if you trust it, add its certificate authority with --ca FILE, or NODE_EXTRA_CA_CERTS=FILE',
})

export const noTls = (place: string) => ({
  message: `cannot reach Redis at ${place}: the TLS handshake failed`,
  hint: 'it may not speak TLS on this port, or ask for a client certificate (tls-auth-clients no)',
})

export const noAnswerToTls = (place: string) => ({
  message: `cannot reach Redis at ${place}: it did not answer the TLS handshake in time`,
  hint: 'it may not speak TLS on this port (tls-port), or be busy',
})

export const nonsense = (place: string) => ({
  message: `what answers at ${place} is not Redis`,
  hint: checkAddress,
})

const reasons = {
  loading: 'it is still loading its data',
  replica: 'it is a replica, which takes no writes',
  full: 'its memory is full (maxmemory)',
  cannotPersist: 'it cannot write to its disk',
  noReplicas: 'it has fewer replicas than it asks for (min-replicas-to-write)',
  alone: 'it is a replica that has lost its master',
  clusterDown: 'its cluster is down',
  moving: 'its cluster is moving keys',
  busy: 'it is busy with a script',
  many: 'it has as many connections as it allows (maxclients)',
} as const

export const notNow = (place: string, reason: keyof typeof reasons) => ({
  message: `Redis at ${place} cannot do this now: ${reasons[reason]}`,
  hint: reason === 'replica' ? 'name the master in TOKN_STORE_URL' : 'once it can, try again',
})

// What it refuses.

export const isProtected = (place: string) => ({
  message: `Redis at ${place} answers its own machine alone (protected-mode)`,
  hint: 'give it a password, or a user for tokn: docs/stores.md',
})

export const noPassword = (place: string) => ({
  message: `Redis at ${place} asks for a password`,
  hint: 'put it into TOKN_STORE_PASSWORD, and the user into TOKN_STORE_URL',
})

export const wrongPassword = (place: string, user: string) => ({
  message: `Redis at ${place} refuses the password of the user ${user}`,
  hint: 'check TOKN_STORE_PASSWORD, and the user in the address of the store',
})

export const notAllowed = (place: string, user: string) => ({
  message: `Redis at ${place} does not allow this to the user ${user}`,
  hint: rights,
})

export const foreignKeys = (place: string) => ({
  message: `another program has put something else into keys {tokn}:... of Redis at ${place}`,
  hint: 'give tokn a database of its own: redis://HOST:PORT/DB',
})

export const tooOld = (place: string) => ({
  message: `Redis at ${place} does not know what tokn asks: it has to be 7.0 or later`,
  hint: 'Valkey is as good',
})

export const noDatabase = (place: string, db: number) => ({
  message: `Redis at ${place} has no database ${db}`,
  hint: 'a cluster has database 0 alone',
})

export const refused = (place: string, code: string) => `Redis at ${place} refuses this (${code})`

export const newer = (version: string) => ({
  message: `Redis has sessions of a newer tokn (version ${version})`,
  hint: 'install the newer tokn here too',
})

export const longWish = (bytes: number) => `what is asked for is longer than ${bytes} bytes`

// What doctor finds.

export const version = (version: string) => (version === '' ? 'not shown' : `Redis ${version}`)

export const reads = (user: string) =>
  `the user ${user} may read and leave wishes, and not write sessions`

export const lacksWriting = (user: string) => ({
  detail: `the user ${user} may only read and leave wishes, and the key at hand is a refresher's, which writes`,
  fix: rights,
})

export const writes = (user: string) => `the user ${user} has what a refresher needs, and no more`

/** `powers`: what it may do besides. */
export const tooMuch = (user: string, powers: readonly (keyof typeof furtherPowers)[]) => ({
  detail: `the user ${user} may do more than tokn needs: ${powers.map((one) => furtherPowers[one]).join(', ')}`,
  fix: rights,
})

const furtherPowers = {
  keys: 'use keys that are not those of tokn',
  administration: 'administer the server',
} as const

export const lacksInfo = (user: string) => ({
  detail: `the user ${user} may write sessions, and not ask INFO: nothing is refreshed without it`,
  fix: rights,
})

const keepSetting = 'write that into its configuration, too (CONFIG REWRITE, where it has a file)'
const durable = `CONFIG SET appendonly yes appendfsync always; ${keepSetting}`

export const isDurable = () => 'every write is on the disk before it is confirmed'

export const noFile = () => ({
  detail: 'a restart loses what was written last: Redis keeps no append-only file',
  fix: durable,
})

export const lateSync = () => ({
  detail: 'a restart can lose the last second: the append-only file is not synced at each write',
  fix: durable,
})

/** Of a user who writes no sessions, to whom it does not matter. */
export const unseenByReader = () => 'who only reads is not shown how writes are kept'

export const unseen = () => ({
  detail: 'this user may not see how writes are kept: each restart counts as a loss',
  fix: rights,
})

export const unseenSync = () => ({
  detail: 'this user may not ask CONFIG GET: each restart counts as a loss of the last second',
  fix: rights,
})

export const evicts = (policy: string) => ({
  detail: `where memory is full, Redis throws sessions away (maxmemory-policy ${policy})`,
  fix: `CONFIG SET maxmemory-policy noeviction; ${keepSetting}`,
})

export const isReplica = () => ({
  detail: 'this is a replica: nothing can be refreshed here',
  fix: 'name the master in TOKN_STORE_URL',
})

export const replicas = (count: number) => ({
  detail: `it has ${count === 1 ? 'a replica' : `${count} replicas`}, and writes also without: a failover can lose the last writes`,
  fix: `CONFIG SET min-replicas-to-write 1 (a failover is noticed by tokn either way); ${keepSetting}`,
})
