// English texts about instants, durations and expiries.

export const empty = true
