// English texts about what is wrong with a provider definition.

export const empty = true
