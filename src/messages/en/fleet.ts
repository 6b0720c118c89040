// English texts about sessions that many machines share: the store, its lock, its journal.

interface Holder {
  readonly command: string
  readonly pid: number | undefined
  readonly host: string | undefined
  readonly job: string | undefined
}

/** The holder of a lease, by what it says of itself. */
export const busy = ({ command, pid, host, job }: Holder) => ({
  message: `another process is working on this session: ${command}${pid === undefined ? '' : ` (pid ${pid})`}${host === undefined ? '' : ` on ${host}`}${job === undefined ? '' : `, ${job}`}`,
  hint: 'run the command again, or give it more time with --timeout',
})

/** `names` are those of the keys that open it; `undefined`: not known, `[]`: it has none yet. */
export const noStoreKey = (store: string, names: readonly string[] | undefined) => {
  const [make, give] = [
    'for a store that is new, make one and keep it: openssl rand -base64 32',
    'set TOKN_STORE_KEY, or TOKN_STORE_KEY_FILE, to the key that the store was made with',
  ]
  if (names === undefined || names.length === 0) {
    const message = `${store} opens with the key of the store, and none is given`
    return { message, hint: names === undefined ? [give, make] : make }
  }
  const keys = `the key ${names.join(' or ')}`
  return {
    message: `${store} opens with ${keys}, and none is given`,
    hint: `set TOKN_STORE_KEY, or TOKN_STORE_KEY_FILE, to ${keys}, or to a reader's key of it (tokn store reader-key)`,
  }
}

export const noStoreUrl = (kind: string) => ({
  message: `the store "${kind}" is somewhere on the network, and nothing says where`,
  hint: 'set TOKN_STORE_URL, or TOKN_STORE_URL_FILE, to its address',
})

export const urlOfAnother = (kind: string, named: string, variable: string) => ({
  message: `the store "${kind}" is meant, and ${variable} is the address of "${named}"`,
  hint: `unset ${variable}, or give the address of the other store`,
})

export const noAuthority = (path: string) => ({
  message: `the certificate authority for the store cannot be read: ${path}`,
  hint: 'name a file in PEM with --ca, or in NODE_EXTRA_CA_CERTS',
})

export const nameTaken = (name: string) => ({
  message: `the store has another session called "${name}"`,
  hint: 'choose another name, or remove that one first: tokn logout',
})

export const notStoredYet = (reason: string) =>
  `what was received is not in the store yet, and is tried again: ${reason}`

export const rowIsGone = () => ({
  message: 'the session is no longer in the store: another machine has removed it',
  hint: 'log in again with: tokn login',
})

export const pageAgain = (store: string) => ({
  message: `${store} gives the same sessions again instead of the next ones, and so never all of them`,
  hint: 'see what answers there, a proxy or a pooler: tokn doctor',
})

export const tooManyWriters = () =>
  'other machines change the same session in the store all the time, and this one never got its turn'

const whatNow = (name: string) => [
  `log in again with: tokn login ${name}`,
  `or, where you know that nothing was lost: tokn store verify --accept ${name}; in a script with --yes`,
]

export const anotherLife = (name: string) => ({
  message: `the store may have lost its last writes since the session "${name}" was stored: it was restarted without them, failed over to a copy, or was restored; its refresh token may be spent already, and is not sent`,
  hint: whatNow(name),
})

export const olderLogin = (name: string) => ({
  message: `the store has the session "${name}" as it was before its last login, which this machine has seen: it was put back to an earlier time; its refresh token is spent already, and is not sent`,
  hint: whatNow(name),
})

export const olderThanSeen = (name: string, found: number, seen: number) => ({
  message: `the store has generation ${found} of the session "${name}", and this machine has seen ${seen}: it was put back to an earlier time; its refresh token is spent already, and is not sent`,
  hint: whatNow(name),
})

export const intentIsGone = (name: string) => ({
  message: `a refresh of the session "${name}" that this machine had begun is no longer in the store: it has lost its last writes; the refresh token may be spent already, and is not sent`,
  hint: whatNow(name),
})

export const servedInDoubt = (why: string) => `${why}; using the current token while it is good`
