// English texts about `tokn curl`.

export const empty = true
