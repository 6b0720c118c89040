/**
 * What the documents leave open, or where real servers are known to differ from them. Strict sets
 * follow the documents and take the harsher reading; loose sets turn every divergence on.
 */

/** The switches of the fake Oz API. */
export interface OzSwitches {
  /** Refuse to refresh with an access token that has expired (401, error_code 8). */
  readonly refreshNeedsLiveAccess: boolean
  /** How long, in milliseconds, a session's row outlives the session; its expire_token works on. */
  readonly keepExpiredMs: number
  /** Status of a login and a refresh that worked. */
  readonly madeStatus: 200 | 201
  /** How expire_date is told. */
  readonly expireDate: 'seconds' | 'fraction' | 'text' | 'absent'
  /** Refuse bodies that are not sent as application/json. */
  readonly jsonOnly: boolean
}

// No document says whether an expired access token may refresh. The refresh would be pointless if
// it could not: the session slides with every call, so only an idle one ever needs it.
const strictOz: OzSwitches = {
  refreshNeedsLiveAccess: false,
  keepExpiredMs: Infinity,
  madeStatus: 200,
  expireDate: 'seconds',
  jsonOnly: true,
}

const looseOz: OzSwitches = {
  ...strictOz,
  madeStatus: 201,
  expireDate: 'fraction',
  jsonOnly: false,
}

/** The switches of the fake MCS. */
export interface McsSwitches {
  /** Take application/x-www-form-urlencoded as well as JSON. */
  readonly acceptForm: boolean
  /** Let the oldest token go when a budget is spent, where a strict server refuses the newest. */
  readonly evictOldest: boolean
  /** Status of the refusal when a budget is spent. */
  readonly budgetStatus: number
  /** HTTP status around the 401 envelope of the resource API. */
  readonly envelopeStatus: 401 | 200
  readonly lifetime: 'expired_in text' | 'expired_in number' | 'expires_in number'
  readonly scope: 'object' | 'list' | 'text'
  /** Tell the refresh token again when it was used. */
  readonly repeatRefresh: boolean
  /** Life of a refresh token in milliseconds; the documents say "long-lived", a client assumes 30 days. */
  readonly refreshTtlMs: number
}

const strictMcs: McsSwitches = {
  acceptForm: false,
  evictOldest: false,
  budgetStatus: 403,
  envelopeStatus: 401,
  lifetime: 'expired_in text',
  scope: 'object',
  repeatRefresh: true,
  refreshTtlMs: 30 * 24 * 60 * 60 * 1000,
}

const looseMcs: McsSwitches = {
  ...strictMcs,
  acceptForm: true,
  evictOldest: true,
  envelopeStatus: 200,
  lifetime: 'expired_in number',
  scope: 'list',
  repeatRefresh: false,
}

/** The switches of the fake Rightech. */
export interface RightechSwitches {
  /** Status of `POST /tokens`. */
  readonly issueStatus: 200 | 201
  /** Status of `DELETE /tokens/:id`; 204 comes with an empty body, the others with JSON. */
  readonly revokeStatus: 200 | 202 | 204
  /** Take `login` for `username`, as an old client sends it. */
  readonly acceptLogin: boolean
  /** Refuse to issue a token whose scopes its maker lacks. No document says it is so. */
  readonly childWithinParent: boolean
  /** What a name in a login does: the document has one for `POST /tokens`, and is silent here. */
  readonly loginName: 'kept' | 'ignored' | 'refused'
  /** Tell expiresAt, when a token is made, in this unit or not at all. */
  readonly expiresAt: 'milliseconds' | 'seconds' | 'absent'
  /** Refuse bodies that are not sent as application/json. */
  readonly jsonOnly: boolean
}

const strictRightech: RightechSwitches = {
  issueStatus: 200,
  revokeStatus: 200,
  acceptLogin: false,
  childWithinParent: false,
  loginName: 'kept',
  expiresAt: 'milliseconds',
  jsonOnly: true,
}

const looseRightech: RightechSwitches = {
  ...strictRightech,
  issueStatus: 201,
  revokeStatus: 204,
  acceptLogin: true,
  loginName: 'ignored',
  expiresAt: 'absent',
  jsonOnly: false,
}

/** The switches of the fake hoster.by. */
export interface HosterbySwitches {
  /** How long, in milliseconds, a pair outlives its refresh. */
  readonly graceMs: number
  /** The verb of `/token/refresh`; one client alone says PATCH. */
  readonly refreshVerb: 'PATCH' | 'POST'
  /** HTTP status around a body that says httpCode 520. */
  readonly unmatchedStatus: 520 | 200
  /** Tell every error with HTTP status 200; the body's httpCode alone says what it is. */
  readonly errorsInside200: boolean
  /** What `/token/info/access` wants: the page says the refresh token, a client sends the access token. */
  readonly accessInfoNeeds: 'either' | 'access' | 'refresh'
  /** userId as text, and empty maps as `[]`, as PHP writes them. */
  readonly phpHabits: boolean
  /** Refuse token requests that carry a body. */
  readonly emptyBodyOnly: boolean
  /** Take keys whose header bytes are latin1; strictly they are UTF-8. */
  readonly latin1Keys: boolean
  /** Life of the keys, and so the longest life of a refresh token, in milliseconds. */
  readonly keyTtlMs: number
  /** Life of a refresh token in milliseconds, where it ends before the keys. */
  readonly refreshTtlMs: number
}

const strictHosterby: HosterbySwitches = {
  graceMs: 0,
  refreshVerb: 'PATCH',
  unmatchedStatus: 520,
  errorsInside200: false,
  accessInfoNeeds: 'either',
  phpHabits: false,
  emptyBodyOnly: true,
  latin1Keys: false,
  keyTtlMs: 365 * 24 * 60 * 60 * 1000,
  refreshTtlMs: Infinity,
}

const looseHosterby: HosterbySwitches = {
  ...strictHosterby,
  graceMs: 60_000,
  unmatchedStatus: 200,
  errorsInside200: true,
  phpHabits: true,
  emptyBodyOnly: false,
  latin1Keys: true,
}

/** The switches of all fake APIs. */
export interface Switches {
  readonly oz: OzSwitches
  readonly mcs: McsSwitches
  readonly rightech: RightechSwitches
  readonly hosterby: HosterbySwitches
}

/** As the documents say. */
export const strictSwitches: Switches = {
  oz: strictOz,
  mcs: strictMcs,
  rightech: strictRightech,
  hosterby: strictHosterby,
}

/** With every known divergence. */
export const looseSwitches: Switches = {
  oz: looseOz,
  mcs: looseMcs,
  rightech: looseRightech,
  hosterby: looseHosterby,
}
