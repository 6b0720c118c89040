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
