// English texts about what this program leaves on a machine.

export const help = {
  summary: 'say everything that tokn has made on this machine, to take it away again',
  notes:
    'It removes nothing, unlocks nothing and asks nobody. Entries of a keychain are named and not looked at.\nWhat another HOME, other XDG variables or another TOKN_CONFIG_DIR lead to is found with those.\nLocks and journals are also looked for in the home that the password database names.',
  flags: { list: 'say every file, folder and entry, there or not' },
}

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
  'fingerprint-key': 'key of the fingerprints',
  warnings: 'warnings already given',
  sessions: 'sessions in files',
  locks: 'locks',
  journal: 'refreshes under way',
  marks: 'logins and issues under way',
  ledger: 'counts of tokens made',
  folder: 'a folder of tokn',
  other: 'something else',
  temporary: 'left by a command that was killed',
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
  'then remove the files and folders that are there, the entries of service tokn/v1 in the keychain, and tokn/ in pass',
  'npm uninstall --global tokn removes the program',
]
