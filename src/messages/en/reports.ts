// English texts about what commands have found and done.
import { duration, instant } from './times.ts'

/** Hosts that a setup has added. */
export const keepsHosts = (profile: string, hosts: readonly string[]) =>
  `"${profile}" still answers for ${hosts.join(', ')}, as tokn setup --host has it`
export const issued = (id: string, expires: string, withRefresh: boolean) =>
  `issued${id}, ${expires}; its value is not shown again${withRefresh ? '; the second line is its refresh token' : ''}`
export const issuedNotPrinted = (id: string, why: string) => ({
  message: `the token${id} has been issued, and is not printed: ${why}`,
  hint: 'tokn doctor tells how to revoke it; then issue another one with -o json, or keep it: --save-as PROFILE',
})
export const issuedAs = (id: string, expires: string, profile: string) =>
  `issued${id}, ${expires}; kept as "${profile}"`

export const noTokens = () => 'no tokens'
export const severalOfOneId = (ids: string) => `the provider gave one id to several tokens: ${ids}`
export const listStopped = (count: number, profile: string) => ({
  message: `stopped at ${count} tokens: there are more`,
  hint: `tokn list ${profile} --json-lines`,
})
export const heldHere = (why: string) => `${why}; this is what is held here`
export const listTitles = (remote: boolean) => [
  ...(remote ? ['ID', 'NAME'] : ['PROFILE', 'NAME']),
  'STATE',
  'EXPIRES',
  'HELD AS',
  'SCOPES',
]
/** In place of scopes: the token has none, and so is not limited. */
export const allRights = () => 'all rights'
export const inUse = (profile: string) => `${profile} (in use)`

/** `what` is one of those below; several profiles have a line each. */
export const ofProfile = (profile: string, what: string, hint?: string) =>
  `${profile}: ${what}${hint === undefined ? '' : ` (${hint.replaceAll('\n', '; ')})`}`
export const refreshed = (anew: boolean, left: number | undefined) => {
  if (left === undefined) return anew ? 'refreshed' : 'still good'
  return `${anew ? 'refreshed, good' : 'still good'} for ${duration(left)}`
}
export const skipped = (why: string) => `skipped: ${why}`
export const wouldFail = (why: string) => `fail: ${why}`
export const notAllRefreshed = (failed: number, all: number) =>
  `${failed} of ${all} profiles could not be refreshed`

export const noSuchTokenThere = () => 'the provider knows no such token'
export const notAllRevoked = (failed: number, all: number, why: string) =>
  `${failed} of ${all} tokens were not revoked: ${why}`

export const loggedOut = (
  erased: boolean,
  {
    revoked,
    unverified,
    ended,
  }: {
    readonly revoked: boolean
    readonly unverified: string | undefined
    readonly ended: string | undefined
  },
) => {
  const proof = unverified === undefined ? '' : `, not verified: ${unverified}`
  return [
    erased ? 'logged out' : 'was not logged in',
    revoked ? `, and the token is revoked${proof}` : '',
    ended === undefined || !erased ? '' : `; ${ended}`,
  ].join('')
}
export const stillAlive = (doubtful: boolean, why: string, until: string) =>
  `${doubtful ? 'its tokens may still be alive' : 'still alive'} at the provider: ${why}${until}`
export const untilThen = (partial: boolean, at: number) =>
  `; ${partial ? 'its access token' : 'it'} ends at ${instant(at)}`
export const notAllLoggedOut = (failed: number, all: number, why: string) =>
  `${failed} of ${all} profiles were not logged out: ${why}`
export const ofProfiles = (count: number, all: number) => `${count} of ${all} profiles`
export const erasedButAlive = (whose: string, doubtful: boolean, why: string) => ({
  message: `the session of ${whose} is erased here, and ${doubtful ? 'may still be' : 'is still'} alive at the provider${why}`,
  hint: 'end it where the provider shows its sessions or tokens',
})

/** Labels of `tokn info`, and what stands beside them. */
export const infoLabels = {
  access: 'access',
  refresh: 'refresh',
  alive: 'alive',
  notAsked: 'not asked',
  user: 'user',
  tokenId: 'token id',
  name: 'name',
  scopes: 'scopes',
  sentTo: 'sent to',
  signature: 'signature',
  obtained: 'obtained',
  fingerprint: 'fingerprint',
  standing: 'standing',
  kept: 'kept',
  renewed: 'renewed by',
}
export const used = (kind: string) => `${kind} used`
export const usedOf = (count: number, limit: number) => `${count} of ${limit}`
export const obtained = (at: number, generation: number) =>
  `${instant(at)}, generation ${generation}`
export const claim = (name: string) => `claim ${name}`
export const expiryOf = (when: string) => `expiry ${when}`
export const aliveUnknown = (why: string) => `unknown: ${why}`
export const aliveNotTold = () => 'unknown: the provider does not say'
export const alive = (active: boolean) => `${active ? 'yes' : 'no'}, says the provider`

/** Why tokens were renewed, for `tokn why`. */
export const reasons = {
  login: 'a login',
  expired: 'the token had expired',
  'min-ttl': 'too little life was left',
  clock: 'the clock was set back',
  forced: 'it was asked for',
  rejected: 'the provider refused the token',
  wished: "somebody with a reader's key wished for another token",
  'id-token': 'too little life was left of the ID token',
  imported: 'a token was pasted in',
  issued: 'issued by another profile',
  recovered: 'the reply to an interrupted refresh was found',
  narrowed: 'a narrower token was issued: the refresh token alone is new',
}
export const issuedBy = (profile: string) => `issued by profile "${profile}"`
export const noHistory = (profile: string) =>
  `nothing is known about "${profile}": it is not logged in`
/** `isOfMany`: not all of it is of this machine, or by hand. */
export const whyTitles = (isOfMany: boolean) => [
  ...['GENERATION', 'WHEN', 'WHY', 'COMMAND', 'PROCESS', 'COST'],
  ...(isOfMany ? ['MACHINE', 'JOB'] : []),
]
export const processOf = (pid: number, parent: string) => `${pid} (from ${parent})`

/** How a session stands, in a word or two. */
export const standings = {
  ended: 'ended',
  expired: 'expired',
  expiring: 'expiring',
  loggedIn: 'logged in',
  doubtful: 'doubtful',
}
const whatIsWrong = {
  doubtful: 'it is doubtful whether the tokens still work',
  dead: 'the session has ended, and its tokens work no more',
  unrenewable: 'the session cannot be refreshed any more',
}
export const standing = (state: keyof typeof whatIsWrong, at: number, why: string) =>
  `${whatIsWrong[state]}, since ${instant(at)}: ${why}`

export const damagedLeftOut = (names: readonly string[]) =>
  `${names.length} damaged left out (${names.slice(0, 5).join(', ')}); see: tokn doctor`
export const noProfiles = () => 'no profiles; make one with: tokn login NAME --provider PROVIDER'
const deeds = { refresh: 'refresh', logOut: 'log out of' }
/** `folder` is where profiles are; `any`: there are some, and none is logged in. */
export const nothingTo = (deed: keyof typeof deeds, any: boolean, folder: string | undefined) =>
  any
    ? `no profile is logged in: there is nothing to ${deeds[deed]}`
    : `no profiles to ${deeds[deed]}${folder === undefined ? '' : ` in ${folder}`}`
export const profileTitles = () => ['PROFILE', 'PROVIDER', 'BASE URL', 'STORE', 'SESSION']
export const isDefault = (profile: string) => `"${profile}" is the default`
export const renamed = (from: string, to: string) => `"${from}" is now "${to}"; its session stays`
export const wouldForget = () => 'forget the profile'
export const removed = (name: string) => `"${name}" is removed`
export const removedButAlive = (name: string, why: string) =>
  `"${name}" is removed; its tokens may still be alive at the provider: ${why}`

export const providerTitles = () => ['ID', 'TITLE', 'SOURCE', 'DOCUMENTS']
export const fieldTitles = () => ['FIELD', 'VARIABLE', '']
export const fieldNotes = {
  secret: 'secret',
  optional: 'optional',
  usually: (value: string) => `default ${value}`,
  choices: (values: string) => `one of ${values}`,
}
export const can = () => 'yes'
export const canByIssuing = () => 'by issuing a successor'
export const cannot = (why: string | undefined) => `no: ${why ?? 'the API has no such operation'}`
export const someScopes = (title: string, docs: string, profile: string) =>
  `these are in the documents of ${title} (${docs}), and there are more; if you know where the API lists them: tokn login ${profile} --override scopes.list=/PATH`

/** Labels of `tokn provider show`, and what stands beside them. */
export const traitLabels = {
  address: 'address',
  sentTo: 'sent to',
  carrier: 'carried in',
  scopes: 'scopes',
  lifetime: 'lifetime',
  wanted: 'on request',
  refresh: 'refresh',
  budget: 'budget',
  pasted: 'pasted',
}
export const ownAddress = () => 'no usual one: tokn login NAME --base-url URL'
export const carriers = {
  headers: (text: string) => `the header ${text}`,
  query: (text: string) => `the query, ${text}`,
  cookies: (text: string) => `the cookie ${text}`,
}
export const scopeWords = {
  forms: {
    any: 'any text',
    token: 'words without blanks',
    'method-path': 'METHOD /path',
  },
  suchAs: (form: string, known: readonly string[]) => `${form}, such as ${known.join(', ')}`,
  unscoped: (scopes: string) => `${scopes}; without any, all that its user may do`,
}
export const oneOf = (choices: string) => `one of ${choices}`
export const noScopesAsked = () => 'none can be asked for'
export const saidByReply = () => 'as the reply to the login says'
export const usuallyLives = (time: string, sliding: boolean) =>
  `as the reply says, else ${time}${sliding ? '; each use of the token starts it anew' : ''}`
export const prolongedByUse = () => 'as the reply says; each use of the token starts it anew'
export const noneOnRequest = () => 'no other can be asked for'
export const lifetimesBetween = (least?: string, most?: string, step?: string) =>
  [
    least === undefined ? '' : `at least ${least}`,
    most === undefined ? '' : `at most ${most}`,
    step === undefined ? '' : `in steps of ${step}`,
  ]
    .filter((part) => part !== '')
    .join(', ') || 'any'
export const rotations = {
  none: 'the refresh token stays the same',
  'on-first-use': 'makes a new pair; the old one ends when the new one is first used',
  always: 'makes a new pair; the old one ends at once',
  reissue: 'none; the token issues its successor, and is revoked then',
  'server-decides': 'whether the refresh token stays is for the server to decide',
}
export const noRefresh = () => 'none'
export const budgetOf = (per: string, logins?: number, refreshes?: number) =>
  [
    logins === undefined ? '' : `${logins} logins for a ${per}`,
    refreshes === undefined ? '' : `${refreshes} living tokens from the refreshes of one login`,
  ]
    .filter((part) => part !== '')
    .join(', ')
export const pastedEnds = {
  never: 'a token made elsewhere can be used; it does not end',
  unknown: 'a token made elsewhere can be used; when it ends is not known',
  jwt: 'a token made elsewhere can be used; it ends as its claim exp says',
}
export const wouldAdd = (title: string, origins: string) =>
  `add this provider (${title})${origins === '' ? '' : `, which may also send secrets to ${origins}`}`
export const added = (id: string, title: string) =>
  `added "${id}" (${title}); next: tokn login NAME --provider ${id}`

export const would = (subject: string, what: string) => `${subject}: would ${what}`
export const checksFailed = (failed: number, all: number) => `${failed} of ${all} checks failed`
export const anotherUser = (api: string) =>
  `${api}, another user, to whom what is the first one's is forbidden (403)`
export const serviceUser = (api: string) => `${api}, a service account, whose sessions live long`
export const serving = () => 'serving until you press Ctrl-C'

export const logsIn = (title: string, origins: string) => `log in to ${title} at ${origins}`
export const renamedMeanwhile = (from: string, to: string) =>
  `"${from}" was renamed in the meantime; this login belongs to "${to}"`
/** `expires` is empty where nothing is known of that. */
export const loggedIn = (profile: string, expires: string, kept: string) =>
  `logged in as "${profile}"${expires === '' ? '' : `, ${expires}`}; ${kept}`
export const nothingKept = (store: string) => `nothing is kept: ${store} ends with this command`
export const keptIn = (store: string) => `kept in the ${store} store`

export const logoutIsTried = () =>
  'the definition has a logout: it is tried too, and ends the given token'
export const spendsALogin = (allowed: number, title: string) =>
  `this spends one of the ${allowed} logins that ${title} allows`
export const doNotFit = (failed: number, all: number, operations: string) => ({
  message: `${failed} of ${all} operations do not fit: ${operations}`,
  hint: 'compare what was sent and received above with the documents of the API',
})
export const outcomes = { ok: 'ok', failed: 'FAILED', absent: '-', skipped: 'skipped' }
export const odd = (operation: string, what: string) => `${operation} odd: ${what}`
export const headersSent = (names: string) => `headers: ${names}`
export const tokenEnded = (operation: string) =>
  `the provider says that the token of the ${operation} is ended`
export const tokenStays = (
  operation: string,
  ends: string,
  refreshEnds: string | undefined,
  why: string,
) =>
  `the token of the ${operation} STAYS ALIVE, and ends ${ends}${refreshEnds === undefined ? '' : `, its refresh token ${refreshEnds}`}; ${why}`
export const atUnknownTime = () => 'at an unknown time'

/** `which` is the id of a token, with its name where it has one. */
export const revocations = {
  shared: (id: string, count: number, names: string) =>
    `${id}: the provider lists ${count} tokens under this id, which it cannot tell apart: ${names}`,
  nameless: () => 'one without a name',
  named: (id: string, name: string) => `${id} (${name})`,
  status: (which: string, status: string) => `${which}: ${status.replace('_', ' ')}`,
  unverified: (said: string, unlisted: boolean) =>
    `${said}, says the provider${unlisted ? ', which no longer lists it' : ''}; not verified`,
  refusedNow: (said: string) => `${said}, and the token is refused now`,
  unlisted: (said: string) => `${said}, and the provider no longer lists it`,
  byList: (said: string) => `${said}, says the provider's list`,
  allOfId: () => 'and all with its id, if you say --yes',
  heldAs: (profiles: string) => `it is held as ${profiles}`,
}
