// English texts about `tokn doctor`.

export const empty = true
