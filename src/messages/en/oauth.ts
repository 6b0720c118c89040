// English texts about OAuth servers.

export const empty = true
