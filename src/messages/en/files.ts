// English texts about files and folders, profiles on disk, locks.

export const empty = true
