/** A reply of the API to a request of the user's own, as far as it was read. */
export interface CallReply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  /** Absent where there is none that could matter: it is long, or no JSON object. */
  readonly body?: string | undefined
}

/** How an API says that a token is dead, in replies to requests of the user's own. */
export interface CallRefusals {
  /** Whether the body of a reply with that status has to be looked at. */
  needsBody(status: number): boolean
  /** Whether the reply says that the token is dead: nothing was done, and another token may help. */
  isDead(reply: CallReply, url: URL): boolean
}
