// English texts of `tokn credential terraform`.

export const form = () => ({
  message: 'expected a verb and a host',
  hint: 'tokn credential terraform get HOST',
})

export const noVerb = (verb: string) => ({
  message: `"${verb}" is not a verb that is known`,
  hint: 'one of: get, store, forget',
})

export const noStore = (host: string) => ({
  message: `the token for ${host} is not stored: terraform is given the token of a profile, and no other is kept`,
  hint: 'to log in: tokn login PROFILE',
})

export const noForget = (host: string) => ({
  message: `nothing is forgotten for ${host}: the session of a profile serves more than terraform`,
  hint: 'to end it: tokn logout PROFILE',
})
