// English texts about locking an agent, and about asking a person before a use.

export const lockHelp = {
  summary: 'have the agent drop all secrets and give nothing out before it is unlocked',
  notes:
    'In a terminal it asks for a passphrase, twice; an empty one locks without, but not one in a file. Elsewhere it locks without unless --passphrase-file is given. The passphrase is kept as a hash, in memory alone: where it is forgotten, tokn agent stop and a new start help.',
  flags: { passphraseFile: 'read the passphrase that unlocks it from a file, or from -' },
}
export const unlockHelp = {
  summary: 'unlock the agent, and give it the key of the file store where that needs one',
  notes:
    'The passphrase of the file store comes from TOKN_STORE_KEY or TOKN_PASSPHRASE, or from the file that one of them with _FILE names, or is asked for. The agent tries it, and holds the key that comes of it. After a wrong passphrase the next one is looked at only after a while, up to 10 s.',
  flags: { passphraseFile: 'read the passphrase of the lock from a file, or from -' },
}

export const askNew = () => 'Passphrase that unlocks the agent (empty: none)'
export const askOnceMore = () => 'The same passphrase once more'
export const ask = () => 'Passphrase that unlocks the agent'
export const differ = () => 'the two passphrases differ'
export const emptyFile = () => ({
  message: 'the passphrase is empty, so nothing was locked',
  hint: 'leave out --passphrase-file to lock without a passphrase',
})

export const locked = (guarded: boolean) =>
  guarded
    ? 'the agent is locked; only its passphrase unlocks it'
    : 'the agent is locked; tokn agent unlock unlocks it'
export const unlocked = () => 'the agent is unlocked'
export const openedStore = () => 'it holds the key of the file store'

export const lockedAlready = (guarded: boolean) => ({
  message: guarded
    ? 'the agent is locked already, so the passphrase that unlocks it stays as it is'
    : 'the agent is locked already, without a passphrase, and gets none now',
  hint: 'tokn agent unlock',
})
export const wrong = (fromFile: boolean) => ({
  message: 'this passphrase does not unlock the agent',
  hint: fromFile ? 'tokn agent unlock --passphrase-file FILE' : 'tokn agent unlock',
})
export const missing = () => ({
  message: 'a passphrase unlocks the agent, and nobody can be asked for it',
  hint: 'tokn agent unlock --passphrase-file FILE',
})
export const early = (seconds: number) => ({
  message: `after wrong passphrases the agent looks at no other for ${seconds} s`,
  hint: 'tokn agent unlock',
})
/** The agent has no key of the file store, and nobody to ask. */
export const storeClosed = () => ({
  message: 'the agent has no key of the file store',
  hint: 'tokn agent unlock',
})
/** What an agent that serves cannot give out. */
export const lacksStoreKey = () => 'it has no key of the file store yet: tokn agent unlock'
export const nothingToOpen = () => 'no session of the agent is in a store that a passphrase opens'
export const storeKeyMissing = () => ({
  message: 'the agent needs the key of the file store, and nobody can be asked for it',
  hint: 'set TOKN_PASSPHRASE or TOKN_STORE_KEY, or run tokn agent unlock in a terminal',
})

/** To a person: allow a use? */
export const question = (profile: string, endpoint: string) =>
  `Something asks the tokn agent for the token of ${profile} (${endpoint}). Allow it?`
export const refused = () => ({
  message: 'the use of the token was not allowed',
  hint: 'allow it when the agent asks, or start it without --confirm',
})
export const noAskpass = () => ({
  message:
    '--confirm needs a program that asks, and neither TOKN_ASKPASS nor SSH_ASKPASS names one',
  hint: 'set SSH_ASKPASS to a program such as ksshaskpass, ssh-askpass or lxqt-openssh-askpass',
})
export const askpassNotRun = (program: string) => ({
  message: `--confirm needs a program that asks, and ${program} cannot be run`,
  hint: 'set TOKN_ASKPASS or SSH_ASKPASS to a program such as ksshaskpass, ssh-askpass',
})
export const tooLong = (longest: number) => `a passphrase has at most ${longest} bytes`
export const notUnderstood = (status: number | undefined) => ({
  message:
    status === undefined
      ? 'the agent gave an answer that is not understood'
      : `the agent gave an answer that is not understood (status ${status})`,
  hint: 'tokn agent stop, then tokn agent start: it may be of another version',
})
