// English texts about programs that are started.

export const empty = true
