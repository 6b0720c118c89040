// English texts about stores for many machines: their variables, their profiles, and the commands of `store`.

export const notAStoreUrl = (what: string) => ({
  message: `${what} is not the address of a store`,
  hint: 'it begins with postgres://, rediss:// or etcds://, and names a host',
})

export const severalPorts = (what: string) => ({
  message: `${what} names several hosts with a port each`,
  hint: 'of an etcd: etcds://HOST,HOST:PORT, or ?endpoint=HOST:PORT for each further one; of another store: the one name that leads to the server that takes writes',
})

export const hashInUrl = (what: string) => ({
  message: `${what} has a # in it, which begins no part of such an address`,
  hint: 'write a # of a password, a user or a name as %23, or give the password in TOKN_STORE_PASSWORD',
})

export const cutShortUrl = (what: string) => ({
  message: `${what} has an @ behind its host, as if a / or ? of a password had ended it`,
  hint: 'in a password, write / as %2F, ? as %3F and @ as %40, or give it in TOKN_STORE_PASSWORD',
})

export const zeroInUrl = (what: string) => ({
  message: `${what} has a %00 in it, which no server takes`,
  hint: 'write it without',
})

export const passwordInUrl = (what: string) => ({
  message: `${what} has a password in it, and a profile keeps none`,
  hint: 'leave it out, and give it in TOKN_STORE_PASSWORD, or in the file of TOKN_STORE_PASSWORD_FILE',
})

export const urlOfProfile = (profile: string) => `the address of the store of "${profile}"`

export const unknownScheme = (variable: string, schemes: readonly string[]) => ({
  message: `${variable} names no store that tokn knows`,
  hint: `let it begin with ${schemes.map((one) => `${one}//`).join(', ')}`,
})

export const otherScheme = (said: string, named: string) => ({
  message: `TOKN_STORE is ${said}, and TOKN_STORE_URL is the address of ${named}`,
  hint: 'unset TOKN_STORE: the address says which store it is',
})

export const rowBusy = (store: string) => ({
  message: `others write the same session of ${store} all the time`,
  hint: 'run the command again',
})

export const noDefaultHere = (profile: string, store: string) => ({
  message: `"${profile}" is a profile of ${store}, and the default is one of this machine`,
  hint: `set TOKN_PROFILE=${profile}`,
})

export const refreshUnderWay = (profile: string) => ({
  message: `a refresh of "${profile}" is under way, or was cut off`,
  hint: `tokn refresh ${profile}`,
})

export const newerThere = (profile: string, store: string) => ({
  message: `the ${store} store has a later session of "${profile}" than the one that is to be moved`,
  hint: `look at it with tokn info ${profile} --store ${store}; tokn login ${profile} makes a new one`,
})

export const changedMeanwhile = (profile: string) => ({
  message: `"${profile}" was changed while its session was to be moved`,
  hint: 'run the command again',
})

/** Of a store that belongs to one machine. */
export const storeOn = (store: string, host: string) => `the ${store} store of ${host}`

export const movedTo = (store: string) => `its session has moved to ${store}`

export const moveUnfinished = (what: string) => `${what}; the same command again ends it`

export const moveNotMade = (what: string) => `${what}, before it counted: a copy is left`

export const moveMade = (what: string) =>
  `${what} when it counted already: the earlier entry is left`

export const copyOfAMove = (profile: string, store: string, home: string, again: string) => ({
  message: `a move of "${profile}" is under way, or was cut off: its session is in the ${home} store, and what the ${store} store has is a copy`,
  hint: again,
})

export const hasMoved = (profile: string, place: string | undefined) => ({
  message: `the session of "${profile}" is not there any more: it has moved to ${place ?? 'another store'}`,
  hint: 'tokn store list',
})

export const leftOut = (profile: string, why: string) =>
  `${profile} is left out: ${why}; see: tokn store verify`

/** With the variable it is the profile of the store that is renamed, which jobs name. */
const renameHere = (profile: string) =>
  `env -u TOKN_STORE_URL -u TOKN_STORE_URL_FILE tokn profile rename ${profile} NAME`

export const nameTaken = (profile: string, store: string) => ({
  message: `${store} has another session called "${profile}"`,
  hint: [
    renameHere(profile),
    `that is for the one of this machine; for one in a store of many machines, with TOKN_STORE_URL set to its address: tokn profile rename ${profile} NAME`,
  ],
})

/** Neither of the two is of this machine. */
export const nameTakenBetween = (profile: string, store: string) => ({
  message: `${store} has another session called "${profile}"`,
  hint: `with TOKN_STORE_URL set to the address of the store whose session gets another name: tokn profile rename ${profile} NAME`,
})

export const sameStore = (store: string, shared: boolean) => ({
  message: `--from and --to are the same store, ${store}`,
  hint: shared
    ? 'where they are two servers, set TOKN_FROM_STORE_URL, or TOKN_FROM_STORE_URL_FILE, to the address of the one that sessions are moved from'
    : 'tokn store list',
})

export const samePlace = (store: string, place: string) => ({
  message: `sessions would go from ${place} to where they are: both addresses are of one ${store} store`,
  hint: 'to change its key: tokn store rekey',
})

export const atAnotherAddress = (profile: string, store: string, url: string) => ({
  message: `the session of "${profile}" is in the ${store} store at ${url}, and TOKN_STORE_URL is the address of another`,
  hint: `TOKN_FROM_STORE_URL='${url}' tokn store push ${profile} --to ${store}`,
})

export const keepsNothing = (store: string, lasting: readonly string[]) => ({
  message: `the ${store} store keeps nothing when this command has ended`,
  hint: `one of: ${lasting.join(', ')}`,
})

export const notThere = (profile: string, place: string | undefined, known: readonly string[]) => ({
  message: `there is no profile "${profile}"${place === undefined ? '' : ` in ${place}`}`,
  hint: known.length === 0 ? 'tokn store list' : `there are: ${known.join(', ')}`,
})

export const takenHere = (profile: string) => ({
  message: `this machine has another profile "${profile}"`,
  hint: renameHere(profile),
})

export const noProfileThere = () =>
  'a session without a profile: a move into the store was cut off, or is under way'

export const notRead = (name: string, store: string) =>
  `of the profile "${name}" nothing but its name was read, from ${store}`

export const olderThanKnown = (stored: number, known: number) =>
  `generation ${stored} is stored, and this machine knows of ${known}: the store may have gone back`

export const acceptsNothing = (store: string) => ({
  message: `the ${store} store is of this machine alone, and never asks for that`,
  hint: 'say which with --store, or set TOKN_STORE_URL',
})

export const otherDefinition = (profile: string, provider: string) => ({
  message: `"${profile}" came with another definition of ${provider} than that of this machine`,
  hint: `tokn provider remove ${provider}`,
})

export const pullNeedsTo = (store: string) => ({
  message: `the ${store} store is of this machine: there is nothing to refer to from here`,
  hint: 'say where the sessions are to go with --to',
})

export const namesOrAll = (both: boolean) => ({
  message: both ? 'both profiles and --all are given' : 'no profile is named',
  hint: both ? 'name profiles, or say --all' : 'name the profiles, or say --all for all of them',
})

export const kindNeeded = (flag: string, kinds: readonly string[]) => ({
  message: `${flag} has to name a store`,
  hint: `one of ${kinds.join(', ')}`,
})

export const moved = {
  moved: (profile: string, from: string, to: string) =>
    `${profile}: the session has moved from the ${from} store to the ${to} store`,
  already: (profile: string, _: string, to: string) =>
    `${profile}: the session is in the ${to} store`,
  gone: (profile: string, from: string) =>
    `${profile}: the session had left the ${from} store before`,
  profile: (profile: string, _: string, to: string) =>
    `${profile}: there was no session to move; the next one goes to the ${to} store`,
}

export const nothingToMove = () => 'there is nothing to move'

export const referred = (profile: string, store: string) =>
  `${profile}: a profile of this machine now; its session stays in the ${store} store`

export const wouldMove = (from: string, to: string) => `move the session from ${from} to ${to}`

export const wouldEnd = (to: string) => `end a move to ${to}, if one was cut off`

export const wouldRefer = (store: string) =>
  `make a profile of this machine for the session in the ${store} store`

export const listTitles = () => ['STORE', 'WHERE', 'USABLE', 'PROFILES', 'FROM'] as const

export const usable = () => 'yes'

/** `inForce`: the store that TOKN_STORE_URL is the address of, if any. */
export const noAddress = (inForce: string | undefined) =>
  inForce === undefined
    ? 'no address: set TOKN_STORE_URL'
    : `no address: TOKN_STORE_URL is that of ${inForce}`

export const notLookedAt = () => 'not looked at: no profile uses it'

export const verifyTitles = () => ['PROFILE', 'STATUS', 'GENERATION', 'PROBLEM'] as const

export const statuses = { ok: 'ok', none: 'no session', moved: 'moved', bad: 'BAD' }

export const nothingToVerify = (store: string) => `the ${store} store has no sessions`

export const someBad = (bad: number, all: number, profile: string, problem: string) =>
  `${bad} of ${all} ${all === 1 ? 'session' : 'sessions'} cannot be used as stored; "${profile}": ${problem}`

/** `fix`: what a reader's key does not do. */
export const askRefresher = (fix: string) => `ask who has the key of the store: ${fix}`

export const askToAccept = (profile: string) =>
  `Nothing was lost, and the session of "${profile}" may be used as it is stored?`

export const accepted = (profile: string, generation: number) =>
  `${profile}: generation ${generation} counts from now on`

export const notAccepted = (profile: string) => `nothing was changed; "${profile}" stays as it was`

export const acceptNeedsYes = (profile: string) => ({
  message: 'nobody can be asked whether nothing was lost',
  hint: `tokn store verify --accept ${profile} --yes`,
})

export const listHelp = {
  summary: 'the stores that there are, which one is used, and whether they can be',
  notes:
    'Nothing is unlocked for that. A store for many machines is at TOKN_STORE_URL, or where a profile says; without an address it is not looked for.',
}

export const pushHelp = {
  summary: 'move sessions of this machine into another store',
  notes:
    'The session goes, with its profile, and nothing that could renew it stays behind: at any time one store has it. Where it is cut off, the same command again ends it; tokn doctor tells of it. Where they are now under another key than that of TOKN_STORE_KEY, that is TOKN_FROM_STORE_KEY, or TOKN_FROM_PASSPHRASE. Into a store for many machines the profile goes as well, signed, so that jobs find it by TOKN_PROFILE.',
}

export const pullHelp = {
  summary: 'make profiles of this machine for sessions of a store that many machines share',
  notes:
    'Without --to the session stays there, and the profile says where; with --to it is moved here, and other machines have its access token until that ends, or nothing with --delete-source. TOKN_FROM_STORE_URL and TOKN_FROM_STORE_KEY are those of the store that they are in, where TOKN_STORE_KEY is of the one here.',
}

export const migrateHelp = {
  summary: 'move all sessions of a store into another one',
  notes:
    'Between any two stores; TOKN_FROM_STORE_URL, TOKN_FROM_STORE_PASSWORD and TOKN_FROM_STORE_KEY, or the files of these with _FILE, are those of the one that sessions are moved from, where it has others than TOKN_STORE_URL, TOKN_STORE_PASSWORD and TOKN_STORE_KEY say. What other machines read keeps the access token of each until it ends, and says where the session went; with --delete-source it keeps nothing. It may be cut off at any point: run it again.',
}

export const verifyHelp = {
  summary: 'look at every session of a store: that it opens, and is what its profile says',
  notes:
    'A session of an engine that may have gone back to an earlier time is not refreshed, since its refresh token may be spent. Where you know that nothing was lost, --accept has it count as it is stored. Exit status 10 where a session is bad.',
  flags: { store: 'the store to look at' },
}
