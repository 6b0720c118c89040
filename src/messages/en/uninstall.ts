// English texts about what this program leaves on a machine.

export const removesNothing = () => ({
  message:
    'tokn does not remove itself: end the sessions (tokn logout --all), remove what tokn uninstall --list names, then npm uninstall --global tokn',
  hint: 'tokn uninstall --list',
})

export const titles = () => ['WHAT', 'IS', 'WHERE']

export const kinds = {
  profiles: 'profiles',
  'profiles-before': 'profiles before their last change',
  definitions: 'your own definitions',
  index: 'index of the sessions',
  'single-profiles': 'single profiles, made from their file',
  'index-summary': 'summary of that index',
  'fingerprint-key': 'key of the fingerprints',
  seen: 'how far the sessions of shared stores have come',
  warnings: 'warnings already given',
  home: 'where your home is',
  'token-files': 'hashes of what token files hold',
  setup: 'what tokn setup wrote for other programs',
  programs: 'programs that tokn setup made',
  sessions: 'sessions in files',
  compiled: 'compiled code of tokn',
  locks: 'locks',
  journal: 'refreshes under way',
  marks: 'logins and issues under way',
  ledger: 'counts of tokens made',
  folder: 'a folder of tokn',
  other: 'something else',
  temporary: 'left by a command that was killed',
  start: 'starts the agent',
  sockets: 'sockets',
  'keychain-entry': 'keychain entry',
  'pass-entries': 'entries of pass',
}

export const sights = {
  there: 'there',
  absent: 'not there',
  foreign: "another user's",
  unreadable: 'cannot be looked into',
  unseen: 'not looked at',
}
export const size = (files: number, bytes: number, more: boolean) => {
  const count = files === 1 ? '1 file' : `${files} files`
  const sum = bytes < 10_000 ? `${bytes} bytes` : `${Math.round(bytes / 1_000)} kB`
  return more ? `more than ${count}` : `${count}, ${sum}`
}
export const entry = (service: string, account: string) => `service ${service}, account ${account}`

export const profilesUnread = (why: string) =>
  `the profiles cannot be read, so the keychain entries of their sessions are not all named: ${why}`
export const otherConfiguration = (path: string) =>
  `another configuration, with sessions of its own: ${path}`

/** Files that nobody has written down. */
export const boundUnknown = () =>
  'not listed, since they are not known: .tokn files, which profile bind wrote to folders of yours'

/** What to do, in this order. */
export const steps = () => [
  'tokn logout --all ends the sessions and erases them, also those in the keychain and in pass',
  'tokn agent stop ends the agent, and tokn agent install --undo takes away what starts it',
  'then remove the files and folders that are there, the entries of service tokn/v1 in the keychain, and tokn/ in pass',
  'npm uninstall --global tokn removes the program',
]
