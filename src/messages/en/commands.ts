// English texts about what commands refuse and report.

export const empty = true
