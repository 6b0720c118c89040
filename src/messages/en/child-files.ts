// English texts about what is kept for a program that exec starts: files with tokens, and sessions.

export const noPlaceInMemory = () => ({
  message:
    'there is no place in memory for a file with a token: neither XDG_RUNTIME_DIR nor /dev/shm is a tmpfs that can be used',
  hint: 'set XDG_RUNTIME_DIR to a folder of yours, closed to others (0700), on a tmpfs; on a disk, if you want that: tokn agent run --token-file DIR/NAME',
})
export const notRefreshed = (profile: string, path: string, why: string) =>
  `the token of ${profile} in ${path} cannot be replaced: ${why}`
export const notKeptAlive = (profile: string, why: string) =>
  `the session of ${profile} is not kept alive: ${why}`
export const nothingToRenew = (end: string | undefined) =>
  `nothing is held that renews it${end === undefined ? '' : `, and it ends at ${end}`}`
export const twiceNamed = (name: string) => ({
  message: `the variable ${name} is given twice`,
  hint: 'a variable has one value: -e or --file, once for each name',
})
export const ofOurOwn = (name: string) => ({
  message: `tokn exec sets the variable ${name} itself`,
  hint: 'choose another name',
})
export const alwaysRefreshed = (flag: string) => ({
  message: `${flag} keeps a session fresh, and --refresh never forbids that`,
  hint: `leave out one of them`,
})
