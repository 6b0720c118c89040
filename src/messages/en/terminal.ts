// English texts about questions and output.

export const empty = true
