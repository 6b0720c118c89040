// English texts about stores for many machines: their variables, their profiles, and the commands of `store`.

export const notAStoreUrl = (what: string) => ({
  message: `${what} is not the address of a store`,
  hint: 'it begins with postgres://, rediss:// or etcds://, and names a host',
})

export const passwordInUrl = (what: string) => ({
  message: `${what} has a password in it, and a profile keeps none`,
  hint: 'leave it out, and give it in TOKN_STORE_PASSWORD, or in the file of TOKN_STORE_PASSWORD_FILE',
})

export const urlOfProfile = (profile: string) => `the address of the store of "${profile}"`

export const unknownScheme = (schemes: readonly string[]) => ({
  message: 'TOKN_STORE_URL names no store that tokn knows',
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

export const movedTo = (store: string) => `its session has moved to ${store}`

export const moveUnfinished = (what: string) => `${what}; the same command again ends it`

export const moveNotMade = (what: string) => `${what}, before it counted: a copy is left`

export const moveMade = (what: string) =>
  `${what} when it counted already: the earlier entry is left`

export const hasMoved = (profile: string, place: string | undefined) => ({
  message: `the session of "${profile}" is not there any more: it has moved to ${place ?? 'another store'}`,
  hint: 'tokn store list',
})

export const nameTaken = (profile: string, store: string) => ({
  message: `${store} has another session called "${profile}"`,
  hint: `tokn profile rename ${profile} NAME`,
})
