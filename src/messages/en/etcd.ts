// English texts about the store in an etcd.

/** `hosts`: with their ports. */
export const described = (hosts: string, prefix: string) => `etcd at ${hosts} (${prefix})`

const form = 'etcds://[USER@]HOST[,HOST...][:PORT][/PREFIX]'

// Its address.

export const noHost = () => ({
  message: 'the URL of the etcd names no host',
  hint: `write TOKN_STORE_URL as ${form}`,
})

export const notAnAddress = () => ({
  message: 'the URL of the etcd is not one that can be used',
  hint: `write TOKN_STORE_URL as ${form}; members at other ports as ?endpoint=HOST:PORT`,
})

export const strangeSetting = (name: string) => ({
  message: `the URL of the etcd has a setting that tokn does not know: ${name}`,
  hint: 'there are endpoint=HOST:PORT, and cert=FILE with key=FILE',
})

export const notEncrypted = (host: string) => ({
  message: `refusing the etcd at ${host} without TLS`,
  hint: 'write etcds://; etcd:// is allowed for 127.0.0.1 and [::1] only',
})

// It is not reached, or cannot answer now.

/** `why` is a sentence about the network. */
export const unreached = (why: string, hint?: string) => ({
  message: `the etcd of the store gave no answer: ${why}`,
  hint: hint ?? 'check the address of the store, and the network',
})

export const giveCertificate = () => 'give one in TOKN_STORE_URL: etcds://HOST?cert=FILE&key=FILE'

export const noTime = (where: string) => ({
  message: `no time is left to ask ${where}`,
  hint: 'try again, or wait longer with --timeout, or TOKN_TIMEOUT',
})

export const noLeader = (where: string) => ({
  message: `${where} has no leader: less than half of its members see each other`,
  hint: 'try again; etcdctl endpoint status --cluster shows its members',
})

export const away = (where: string, text: string) => ({
  message: `${where} cannot answer now: ${text}`,
  hint: 'try again; etcdctl endpoint health --cluster shows its members',
})

export const full = (where: string) => ({
  message: `${where} is full (alarm NOSPACE) and takes no writes`,
  hint: 'compact, defragment and disarm it: etcdctl compact REVISION; etcdctl defrag --cluster; etcdctl alarm disarm',
})

export const corrupt = (where: string) => ({
  message: `${where} has found that its members disagree (alarm CORRUPT), and answers nothing`,
  hint: 'replace the damaged member: etcdctl alarm list names it',
})

// It refuses.

export const noUser = (where: string) => ({
  message: `${where} asks who is there, and the URL names no user`,
  hint: 'put the user into TOKN_STORE_URL, and the password into TOKN_STORE_PASSWORD',
})

export const noPassword = (where: string) => ({
  message: `there is no password for the user of ${where}`,
  hint: 'set TOKN_STORE_PASSWORD, or TOKN_STORE_PASSWORD_FILE',
})

export const wrongPassword = (where: string) => ({
  message: `${where} refuses the user and password`,
  hint: 'check the user in the address of the store, and TOKN_STORE_PASSWORD',
})

/** `user`: empty where the URL names none. */
export const denied = (where: string, user: string) => ({
  message: `${where} does not allow this to ${user === '' ? 'somebody without a user' : `the user ${user}`}`,
  hint: 'docs/stores.md has the etcdctl lines of refreshers and readers',
})

export const tooLarge = (where: string) => ({
  message: `the session is longer than ${where} takes in one request`,
  hint: 'raise --max-request-bytes of etcd',
})

export const refused = (where: string, text: string) => ({
  message: `${where} refuses: ${text}`,
  hint: 'look into the log of etcd: tokn doctor',
})

export const notEtcd = (where: string) => ({
  message: `${where} is not what answers there: it is not the JSON gateway of etcd 3.4 or later`,
  hint: 'check the address of the store, and that etcd runs without --enable-grpc-gateway=false',
})

export const newer = (where: string, version: number) => ({
  message: `what is in ${where} was written by a newer tokn (version ${version})`,
  hint: 'update tokn on this machine',
})

export const contended = () => ({
  message: 'others write this session all the time',
  hint: 'try again',
})

export const longWish = (longest: number) =>
  `a wish for a newer token is at most ${longest} bytes long`

// What `doctor` finds.

export const version = (text: string) => `etcd ${text}`
export const oldVersion = () => 'update etcd: tokn speaks with 3.4 and later'

/** `members`: 0 where nobody says how many there are. */
export const hasLeader = (members: number) =>
  members === 0
    ? 'has a leader'
    : `${members === 1 ? '1 member' : `${members} members`}, with a leader`

export const alarmed = (hasLeader: boolean, alarms: readonly string[]) =>
  [hasLeader ? [] : 'no leader', ...alarms.map((name) => `alarm ${name}`)].flat().join(', ') ||
  'the member reports an error'

export const seeAlarms = () => 'etcdctl endpoint status --cluster; etcdctl alarm list'

export const durable = (milliseconds: number) =>
  `writes are on disk before they are confirmed, after ${milliseconds} ms on average`
export const durableUnseen = () =>
  'etcd writes to disk before it confirms, unless it runs with --unsafe-no-fsync, which is not to be seen from here'
export const notDurable = () =>
  'nothing was ever forced to disk (--unsafe-no-fsync): a crash can lose the last writes, and with them a session'
export const makeDurable = () => 'start etcd without --unsafe-no-fsync'

/** Both in MiB. */
export const space = (size: number, quota: number) => `${size} of ${quota} MiB in use`
export const makeSpace = () =>
  'keep less history: --auto-compaction-retention=1h; then etcdctl defrag --cluster'

/** `written`: 0 where nothing is there yet. */
export const schema = (written: number) =>
  written === 0 ? 'empty so far' : `layout ${written}, as this tokn writes it`

export const openToAll = () =>
  'whoever reaches this etcd may write and remove all that is in it: it asks nobody for a password'
export const enableAuth = () =>
  'make users and roles, then: etcdctl auth enable (docs/stores.md has the lines)'
export const lacksRights = (reads: boolean) =>
  reads ? 'the user may not leave wishes for newer tokens' : 'the user may not read the store'
export const lacksWriting = () =>
  "the user may only read the store and leave wishes, and the key at hand is a refresher's, which writes"
export const grant = (right: string, prefix: string) =>
  `etcdctl role grant-permission ROLE --prefix=true ${right} ${prefix}`
export const rights = (writes: boolean) =>
  writes ? 'reads and writes the store' : 'reads the store and leaves wishes, as a reader should'
export const tooMany = (rights: string, prefix: string) =>
  `${rights}, and may write outside ${prefix}, too`
export const fewerRights = () => 'use a user whose role has the keys of the store alone'
