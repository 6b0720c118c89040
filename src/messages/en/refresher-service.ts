// English texts about readers of a store that many machines share, and about what refreshes for them.
// `token` is `the token of "web"` or the like, `store` is `PostgreSQL at db.example:5432/tokn`.

/** What only a refresher's key does, in words that follow `cannot`. */
export const acts = {
  login: 'log in',
  credentials: 'change which credentials are kept',
  issue: 'issue tokens',
  revoke: 'revoke tokens',
  logout: 'log out',
  refresher: 'refresh for others',
}
const withRefreshersKey = "run it where TOKN_STORE_KEY is the refresher's key of that store"
export const readerMayNot = (act: string, store: string) => ({
  message: `the key in force is a reader's key of ${store}: it uses sessions, and cannot ${act}`,
  hint: withRefreshersKey,
})
/** What a refresh would do, as a verb and its object. */
export const wouldWish = (store: string) =>
  `leave a wish in ${store}, and wait until somebody with the refresher's key serves it`
export const notServed = (token: string, store: string, seconds: number) => ({
  message: `${token} is too old, this process has a reader's key of ${store}, and nobody who may refresh has done so within ${seconds} s`,
  hint: [
    "tokn refresher run  (anywhere, with the refresher's key of that store)",
    'any other command of tokn that uses the session with that key refreshes it, too',
  ],
})
export const notRenewable = (token: string) =>
  `${token} is too old, and nothing is kept that renews it`
export const storeNotAsked = (problem: string) =>
  `the store could not be asked, and this is what is known here: ${problem}`
export const wishNotServed = (token: string, problem: string) =>
  `somebody waits for a newer token than ${token}, and it could not be refreshed: ${problem}`
