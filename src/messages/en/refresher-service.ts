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
  ask: 'ask the provider what takes a refresh token to be told',
  change: 'change what is kept there',
  move: 'move sessions',
  accept: 'say that a session counts as it is stored',
  rekey: 'change the keys',
  readerKey: 'give another one',
  open: 'open what renews a session',
  spend: 'have a good token replaced where the provider counts refreshes',
}
const withRefreshersKey = "run it where TOKN_STORE_KEY is the refresher's key of that store"
export const readerMayNot = (act: string, store = 'the store') => ({
  message: `the key in force is a reader's key of ${store}: it uses sessions, and cannot ${act}`,
  hint: withRefreshersKey,
})
/** What a refresh would do, as a verb and its object. */
export const wouldWish = (store: string) =>
  `leave a wish in ${store}, and wait until somebody with the refresher's key serves it`
/** Said once a wish is left. */
export const waiting = (token: string, store: string) =>
  `waiting until somebody with the key of ${store} refreshes ${token}`
/** `isEnough`: as it is, and another one was asked for. */
export const notServed = (token: string, isEnough: boolean, store: string, seconds: number) => ({
  message: `${token} is ${isEnough ? 'to be replaced' : 'too old'}, this process has a reader's key of ${store}, and nobody who may refresh has done so within ${seconds} s`,
  hint: [
    'tokn refresher run',
    "run it anywhere, with the refresher's key of that store; any command that uses the session with that key serves it, too",
  ],
})
/** `at`: when it may be, `seconds` from now. */
export const notBefore = (token: string, at: string, profile: string, seconds: number) => ({
  message: `${token} is to be replaced by wish, which was done a moment ago: it is not done again before ${at}`,
  hint: `then, or with time enough to wait: tokn refresh ${profile} --timeout ${seconds + 30}s`,
})
export const notRenewable = (token: string) =>
  `${token} is too old, and nothing is kept that renews it`
export const storeNotAsked = (problem: string) =>
  `the store could not be asked, and this is what is known here: ${problem}`
export const wishNotServed = (token: string, problem: string) =>
  `somebody waits for a newer token than ${token}, and it could not be refreshed: ${problem}`

export const notShared = (kind: string, shared: readonly string[]) => ({
  message: `the store in force (${kind}) belongs to this machine alone`,
  hint: `name one that many machines share, as TOKN_STORE_URL does, or TOKN_STORE where a profile says its address (${shared.join(', ')})`,
})
export const storeHasAll = (given: string) => ({
  message: `--store shows all sessions of the store in force, and "${given}" is too much`,
  hint: 'tokn status --store; TOKN_STORE_URL says which store it is',
})

/** A line of an agent's log. */
export const servedOffline = (profile: string, problem: string) =>
  `"${profile}" is given from memory, as its profile allows: ${problem}`

export const noSuchSetting = (setting: string, known: readonly string[]) => ({
  message: `a profile has no setting "${setting}" that is changed here`,
  hint: `one of: ${known.join(', ')}; all else is said at a login`,
})
export const settingKept = (profile: string, setting: string, value: string | undefined) =>
  value === undefined
    ? `"${profile}" has no setting ${setting} any more`
    : `"${profile}" has the setting ${setting}: ${value}`

// The fleet at a glance.

export const fleetTitles = [
  ...['PROFILE', 'STATE', 'LEFT', 'GENERATION', 'WISHES', 'AT WORK', 'LAST REFRESH'],
]
export const cutOff = 'cut off'
export const processOf = (
  host: string | undefined,
  pid: number | undefined,
  job: string | undefined,
) => {
  const process = pid === undefined ? 'a process' : `process ${pid}`
  return `${process} on ${host ?? 'a machine that is not known'}${job === undefined ? '' : `, job ${job}`}`
}
const roles = { refresher: "the refresher's key", reader: "a reader's key" }
export const storeAtAGlance = (
  store: string,
  sessions: number,
  role: keyof typeof roles,
  { key, incarnation }: { readonly key: string; readonly incarnation: string },
) =>
  `${store}: ${sessions} ${sessions === 1 ? 'session' : 'sessions'}, seen with ${roles[role]} (${key}); incarnation ${incarnation}`
export const refresherNow = (who: string | undefined) =>
  who === undefined
    ? 'nobody refreshes ahead of need (tokn refresher run)'
    : `${who} refreshes ahead of need`
export const holdersNotTold = () => 'who refreshes is not told with this key'
export const problemOf = (profile: string, problem: string) => `"${profile}": ${problem}`

// What a refresher tells of itself, a line each.

const whys = { ahead: 'ahead of need', wish: 'by wish', look: 'to see when it ends' }
export const events = {
  acting: (sessions: number) => `refreshing ${sessions} ${sessions === 1 ? 'session' : 'sessions'}`,
  standingBy: (who: string) => `standing by: ${who} refreshes`,
  lost: 'another one may refresh now: standing by',
  refreshed: (profile: string, generation: number, why: keyof typeof whys, duration: number) =>
    `"${profile}" is refreshed ${whys[why]}: generation ${generation}, in ${duration} ms`,
  failed: (profile: string, why: keyof typeof whys, message: string) =>
    `"${profile}" ${why === 'look' ? 'cannot be read' : `is not refreshed ${whys[why]}`}: ${message}`,
  warned: (profile: string, message: string) => `"${profile}": ${message}`,
  notReached: (message: string) => `waiting for the store: ${message}`,
  reached: 'the store is there again',
  ended: 'ended',
}
