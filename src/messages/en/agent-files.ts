// English texts about the token files and the sockets for others that an agent keeps.

export const tokenFileShape = (given: string) => ({
  message: `--token-file names no file: ${given}`,
  hint: '--token-file DIR/NAME, with the profile NAME, or DIR/NAME=PROFILE',
})
export const sameTokenFile = (path: string) => `--token-file names ${path} twice`
export const folderAbsent = (path: string) => ({
  message: `there is no folder ${path} for the token file`,
  hint: `mkdir -p -m 0700 ${path}`,
})
export const folderOpen = (path: string) => ({
  message: `the folder of a token file has to be closed to all others: ${path}`,
  hint: `chmod 0700 ${path}`,
})
export const folderNotPrivate = (path: string) => ({
  message: `the folder of a token file has to be yours, no link, and closed to all others: ${path}`,
  hint: 'choose another one, such as this makes: mkdir -m 0700 "$XDG_RUNTIME_DIR/tokens"',
})
export const notAPlainFile = (path: string) => ({
  message: `${path} is there and is no plain file of yours, so no token is written to it`,
  hint: 'choose another name',
})
export const notWrittenHere = (path: string) => ({
  message: `${path} is there and is no token file of tokn, so no token is written to it`,
  hint: 'choose another name, or take the file away if nobody needs it',
})
export const written = (profile: string, generation: number, path: string) =>
  `${profile}: generation ${generation} is in ${path}`
export const nothingNew = (profile: string, path: string, why: string) =>
  `${profile}: nothing new for ${path}: ${why}`
export const noSession = () => 'no such session'
export const failed = () => 'failed'
export const removed = (path: string) => `removed ${path}`
export const notRemoved = (path: string, why: string) =>
  `${path} is not removed, and may hold a token: ${why}`
export const neverIdle = () => ({
  message: 'an agent that keeps a token file is never idle',
  hint: 'leave out --idle-exit or --token-file',
})

export const groupAlone = () => ({
  message: '--socket, --group and one --profile go together',
  hint: 'tokn agent run --socket PATH --group GROUP --profile PROFILE',
})
export const noHeader = (profile: string) => ({
  message: `no header carries the token of ${profile}, so a proxy cannot pass it on`,
  hint: 'choose another profile',
})
export const noFolder = (folder: string, group: string) => ({
  message: `there is no folder ${folder} for the socket`,
  hint: `install -d -m 0750 -g ${group} ${folder}`,
})
export const noSuchGroup = (name: string) => ({
  message: `there is no group ${name}, or you are not in it`,
  hint: 'choose a group of yours: id -Gn',
})
export const notTraversable = (folder: string, group: string) => ({
  message: `the group ${group} cannot get through ${folder} to the socket`,
  hint: `chgrp ${group} ${folder} && chmod g+x ${folder}`,
})
