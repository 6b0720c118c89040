// English texts about what a provider answered.

export const empty = true
