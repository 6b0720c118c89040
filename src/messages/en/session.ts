// English texts about profiles and their sessions.

export const empty = true
