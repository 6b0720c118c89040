// English texts about logins.

export const empty = true
