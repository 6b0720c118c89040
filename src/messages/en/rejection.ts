// English texts about tokens that a server has refused, by the word of a tool. `token` is `the token of
// "web"` or the like.

/** `where` is an origin, or a host. */
export const refusedBy = (tool: string, where: string) => `${tool} says that ${where} refused it`
/** A logout by a tool that says nothing of the token. */
export const loggedOut = (tool: string, host: string) => `${tool} has logged out of ${host}`
export const refusedAnew = (token: string, wait: string, refresh: string) =>
  `${token} was refused, though it is new because the one before was refused; it is not refreshed for that again within ${wait} (at once: ${refresh})`
export const notReplaced = (token: string, problem: string) =>
  `${token} was refused, and could not be refreshed: ${problem}`
export const notAsked = (token: string, problem: string) =>
  `${token} was refused, and whether it still works is not known: ${problem}`
