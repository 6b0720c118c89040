/** When tokens were made, in epoch milliseconds. */
export interface TokenCounts {
  readonly logins: readonly number[]
  readonly refreshes: readonly number[]
}

/**
 * How many tokens an account has made, where the provider counts them. Kept at a path that no
 * environment variable moves, or in the store that many machines share. Throws `store`, and `network`
 * where that store is not reached.
 */
export interface Ledger {
  read(key: string): Promise<TokenCounts>
  /**
   * Durable when it resolves. With `limit`, whether fewer than that many are counted so far of those
   * later than `since`; otherwise nothing is added. In a shared store two never both take the last one.
   */
  add(
    key: string,
    kind: keyof TokenCounts,
    at: number,
    limit?: { readonly below: number; readonly since: number },
  ): Promise<boolean>
  reset(key: string, kind: keyof TokenCounts): Promise<void>
  /**
   * After a change of the keys of a shared store: what was counted under those before it is written anew,
   * so that nobody who has one of them changes it. Absent: there is no such key.
   */
  renew?(key: string): Promise<void>
}
