// English texts about `--help` and the topics of `tokn help`.

export const empty = true
