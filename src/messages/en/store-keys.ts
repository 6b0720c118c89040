// English texts about the keys of a store for many machines.

/** A key that is given, by its name and the variable that it is in. */
interface Given {
  readonly kid: string
  readonly from: string
}

/** `inUse` are names of keys. */
export const anotherKey = ({ kid, from }: Given, inUse: readonly string[]) => ({
  message: `the key in ${from} (${kid}) is not one of this store, which is under ${list(inUse)}`,
  hint: `give the key whose name is ${list(inUse)} (tokn doctor tells the name of a key that is given); after "tokn store rekey --finish" only the new one opens the store`,
})

/** `from` is the variable that it is in. */
export const notAReaderKey = (from: string) => ({
  message: `${from} begins as a reader’s key, and is none: it was cut off, or mistyped`,
  hint: 'print it again, where the key of the store is, with: tokn store reader-key',
})

export const keyHasGone = ({ kid, from }: Given, others: readonly string[]) => ({
  message: `the key in ${from} (${kid}) is no longer in use: the store was changed to ${list(others)}`,
  hint: `give the key ${list(others)}, or for a job that reads a reader’s key of it`,
})

export const damagedKeys = () => ({
  message: 'the list of keys in the store is damaged, or was not written with its keys',
  hint: 'restore it from a backup of the store; until then nothing in it is trusted',
})

export const keysPutBack = () => ({
  message: 'the store has an older list of keys than the one its sessions were written under',
  hint: 'a backup was restored, or somebody has put the old list back: tokn store verify',
})

/** `what` is one of the parts below. */
export const damagedPart = (what: string) => ({
  message: `${what} in the store is damaged, or was not written with the key of the store`,
  hint: 'tokn store verify, or log in again with: tokn login',
})

export const partOfAnotherKey = (what: string, kid: string, given: Given) => ({
  message: `${what} in the store was written with the key ${kid}, and ${given.from} is ${given.kid}`,
  hint: `give the key ${kid}, or write it anew with: tokn store rekey`,
})

export const partOfAnother = (what: string, found: string, expected: string) => ({
  message: `${what} in the store is that of ${found}, and was put in the place of ${expected}`,
  hint: 'somebody has changed the database: tokn store verify',
})

export const mixedParts = (what: string, than: string) => ({
  message: `${what} in the store is older than ${than} beside it was when it was written`,
  hint: 'a part of a backup was restored, or somebody has changed the database: tokn store verify',
})

// What changes the keys.

/** `gone` is the name of the key that goes. */
export const endingAlready = (gone: string) => ({
  message: `the end of the last change of keys was begun, and is not there yet: ${gone} is leaving`,
  hint: 'tokn store rekey --finish',
})

export const noChange = () => ({
  message: 'no change of keys is under way, and no new key is given',
  hint: 'set TOKN_STORE_NEW_KEY, or TOKN_STORE_NEW_KEY_FILE',
})

export const anotherChange = (begun: string, given: string) => ({
  message: `a change to the key ${begun} is under way, and the new key that is given is ${given}`,
  hint: 'go on without a new key: tokn store rekey; or take that change back: tokn store rekey --cancel',
})

export const newKeyIsReaders = () => ({
  message: 'the new key is a reader’s key, and a store needs one of 32 bytes',
  hint: `make one with: openssl rand -base64 32`,
})

export const sameKey = (kid: string) => ({
  message: `the new key is the one that is in use (${kid})`,
  hint: `make another one with: openssl rand -base64 32`,
})

export const endsWithOther = (given: string, gone: string, cancel: boolean) => ({
  message: cancel
    ? `the new key (${given}) is given, and a change is taken back with the old one (${gone})`
    : `the old key (${given}) is given, and a change is ended with the new one (${gone})`,
  hint: `set TOKN_STORE_KEY to the key ${gone}`,
})

export const notSealedYet = (left: number, rows: number, gone: string) => ({
  message: `${left} of ${rows} sessions are still sealed for the key ${gone} alone`,
  hint: `with the key ${gone} in TOKN_STORE_KEY: tokn store rekey`,
})

export const changedByOthers = () => ({
  message: 'the keys of the store are being changed by others at the same time',
  hint: 'run the command again',
})

interface Holder {
  readonly command: string
  readonly pid: number | undefined
  readonly host: string | undefined
}

export const busyWith = (name: string, { command, pid, host }: Holder) => ({
  message: `the session "${name}" is being refreshed by "${command}"${pid === undefined ? '' : ` (process ${pid})`}${host === undefined ? '' : ` on ${host}`}, which has not ended in time`,
  hint: 'run the command again: it goes on where it was',
})

export const theRecord = () => 'the session'
export const theProfile = () => 'the profile'
export const theIndex = () => 'what is known of the session'
export const theJournal = () => 'the refresh under way'

function list(names: readonly string[]): string {
  return names.join(' and ')
}

// The commands.

export const readerKeyHelp = {
  summary: 'the key for jobs that use sessions and must not refresh them',
  notes:
    'It is given to them as TOKN_STORE_KEY. It opens access tokens and verifies all that is in the store; it opens no refresh token or credentials, and writes nothing. Print it where TOKN_STORE_KEY is the key of the store.',
}

export const rekeyHelp = {
  summary: 'change the key of a store that many machines share, while they use it',
  notes:
    'The new key is TOKN_STORE_NEW_KEY, or TOKN_STORE_NEW_KEY_FILE; without one it is made, and printed once, alone, on standard output. From then on both keys open everything. Give each machine the new one, and readers a new one of "tokn store reader-key"; then "tokn store rekey --finish", with the new key in TOKN_STORE_KEY, ends it: the old one is refused. It may be cut off at any point: run it again, and it goes on.',
}

export const finishOrCancel = () => ({
  message: '--finish and --cancel exclude each other',
  hint: 'give --finish to keep the new key, --cancel to keep the old one',
})

export const readerOfOldKey = (kid: string) =>
  `tokn: the key of the store is being changed, and this is of ${kid}, the old one: it works until "tokn store rekey --finish"`

export const readerKeyOnScreen = () =>
  'tokn: hint: to keep it off the screen: tokn store reader-key > FILE, and give it as TOKN_STORE_KEY_FILE'

const sessions = (count: number) => (count === 1 ? '1 session' : `${count} sessions`)

/** `to` is absent where it is still to be made. */
export const wouldBegin = (own: string, to: string | undefined, rows: number) =>
  `seal ${sessions(rows)} for ${own} and ${to ?? 'a new key, which it would print'}`

export const wouldGoOn = (inUse: readonly string[], left: number) =>
  `go on with the change to ${inUse[1]}: seal ${sessions(left)} for ${list(inUse)}`

export const wouldEnd = (own: string, gone: string, left: number) =>
  `seal ${sessions(left)} for ${own} alone, and refuse ${gone} from then on`

export const wouldEndNothing = () => 'do nothing: no change of keys is under way'

export const askToBegin = (where: string, own: string, to: string, rows: number) =>
  `Change the key of ${where} from ${own} to ${to}? ${sessions(rows)} will be sealed for both, until you finish it.`

export const askToEnd = (where: string, gone: string, own: string) =>
  `Refuse the key ${gone} from now on in ${where}, and keep ${own}?`

export const notAgreed = () => 'the keys of the store were not changed'

export const newKeyShown = (kid: string) =>
  `tokn: the new key, ${kid}, stands on standard output, this once: keep it as you keep TOKN_STORE_KEY`

export const begun = ({
  from,
  to,
  rows,
  resealed,
}: {
  readonly from: string
  readonly to: string
  readonly rows: number
  readonly resealed: number
}) =>
  `tokn: ${resealed} of ${sessions(rows)} sealed anew; the keys ${from} and ${to} both open the store. Give all machines ${to}, and readers its reader’s key; then, with it: tokn store rekey --finish`

export const ended = ({
  from,
  to,
  rows,
  resealed,
}: {
  readonly from: string
  readonly to: string
  readonly rows: number
  readonly resealed: number
}) =>
  `tokn: ${resealed} of ${sessions(rows)} sealed anew; ${to} is the key of the store, and ${from} is refused`

export const nothingToEnd = (own: string) =>
  `tokn: no change of keys is under way: ${own} is the key of the store`

export const leftUnreadable = (names: readonly string[]) =>
  `tokn: warning: left as they are, since no key opens them: ${names.join(', ')}; log in to them again, or remove them`
