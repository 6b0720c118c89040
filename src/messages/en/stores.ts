// English texts about where sessions are kept.

export const empty = true
