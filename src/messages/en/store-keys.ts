// English texts about the keys of a store for many machines.

/** `given` and `inUse` are names of keys. */
export const anotherKey = (given: string, inUse: readonly string[]) => ({
  message: `the key in TOKN_STORE_KEY (${given}) is not one of this store, which is under ${list(inUse)}`,
  hint: `give the key whose name is ${list(inUse)}; after "tokn store rekey --finish" only the new one opens the store`,
})

export const notAReaderKey = () => ({
  message: 'TOKN_STORE_KEY begins as a reader’s key, and is none: it was cut off, or mistyped',
  hint: 'print it again, where the key of the store is, with: tokn store reader-key',
})

export const keyHasGone = (kid: string, others: readonly string[]) => ({
  message: `the key in TOKN_STORE_KEY (${kid}) is no longer in use: the store was changed to ${list(others)}`,
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

export const partOfAnotherKey = (what: string, kid: string, given: string) => ({
  message: `${what} in the store was written with the key ${kid}, and TOKN_STORE_KEY is ${given}`,
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

export const notForReaders = () => ({
  message: 'a reader’s key opens access tokens alone, and this takes the key of a refresher',
  hint: 'set TOKN_STORE_KEY, or TOKN_STORE_KEY_FILE, to the key of the store',
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

export const heldByOther = (name: string, holder: string) => ({
  message: `the session "${name}" is being refreshed by ${holder}, which does not end`,
  hint: 'run the command again: it goes on where it was',
})

export const theRecord = () => 'the session'
export const theProfile = () => 'the profile'
export const theIndex = () => 'what is known of the session'
export const theJournal = () => 'the refresh under way'

function list(names: readonly string[]): string {
  return names.join(' and ')
}
