// English texts about refreshes.

export const empty = true
