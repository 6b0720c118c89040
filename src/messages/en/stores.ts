// English texts about the places where sessions rest.

export const damagedId = () => ({
  message: 'the profile has a damaged id',
  hint: 'remove the profile and log in again',
})

export const tooLarge = (bytes: number, longest: number) =>
  `the session is too large to store: ${bytes} bytes, and ${longest} are the most`

export const nothingToStore = () => 'there is nothing to store'

export const notStorable = () => 'the session holds characters that cannot be stored'

export const superseded = () => ({
  message: 'a newer session has been stored meanwhile',
  hint: 'run the command again',
})

/** `place` is where it is, where that is known. */
export const damaged = (place: string | undefined) => ({
  message: `the stored session${place === undefined ? '' : ` in ${place}`} is damaged`,
  hint: 'tokn login',
})

/** `store` is how it describes itself. */
export const notKept = (store: string) => ({
  message: `${store} did not keep what was stored in it`,
  hint: 'use --store file',
})

export const notSealedHere = () =>
  'an encrypted text cannot be decrypted: it is damaged, or belongs to another store'

/**
 * A hint above that tells to use the file store, as a command that moves sessions has it: by the flag
 * that says where they go, or not at all, where it is about the store that they are in.
 */
export const withoutStoreFlag = (hint: string, isTarget: boolean) =>
  isTarget
    ? hint.replace('use --store file', 'use --to file')
    : hint.replace(/(?:[,;] or |^)use --store file.*$/, '')

// Files.

export const encryptedFiles = (directory: string) => `encrypted files in ${directory}`

export const logInAgain = () => 'tokn login'

export const writtenByNewer = (path: string) => `${path} was written by a newer tokn`

export const wrongStoreKey = (path: string) => ({
  message: `the store key does not open ${path}`,
  hint: 'give the TOKN_STORE_KEY or the passphrase of the login, or log in again with: tokn login',
})

const makeKey = 'openssl rand -base64 32'

export const noStoreKey = () => ({
  message: 'the file store needs a key or a passphrase, and there is none',
  hint: `set TOKN_STORE_KEY to a key that you keep, made with: ${makeKey}`,
})

export const noPassphrase = () => ({
  message: 'the file store opens with its passphrase, and none is given',
  hint: 'set TOKN_PASSPHRASE, or TOKN_PASSPHRASE_FILE; for a session under a key TOKN_STORE_KEY',
})

export const storedUnderKey = () => ({
  message: 'what the file store has is under a key, and none is given',
  hint: 'set TOKN_STORE_KEY, or TOKN_STORE_KEY_FILE, to the key of the login; if that was a passphrase, restore vault.json from a backup',
})

export const notAStoreKey = (isReaders: boolean) => ({
  message: isReaders
    ? "TOKN_STORE_KEY is a reader's key of a store for many machines"
    : 'TOKN_STORE_KEY is not a key: 32 bytes in base64 are needed',
  hint: isReaders ? 'set TOKN_STORE_URL' : `make one with: ${makeKey}`,
})

export const emptyPassphrase = () => 'the passphrase is empty'

export const askPassphrase = () => 'Passphrase of the file store'
export const askNewPassphrase = () => 'New passphrase for the file store'
export const askOnceMore = () => 'Once more'
export const passphrasesDiffer = () => 'the two passphrases differ'

export const wrongPassphrase = () => ({
  message: 'the passphrase does not open the file store',
  hint: 'give the passphrase of the first login, in TOKN_PASSPHRASE or when asked',
})

export const damagedVault = (name: string) => ({
  message: `${name} of the file store is damaged`,
  hint: 'restore it from a backup: without it the passphrase opens nothing',
})

export const noKeyFromPassphrase = () => 'no key could be derived from the passphrase'

// The keychain.

export const keychainName = (platform: string) =>
  platform === 'darwin'
    ? 'the macOS keychain'
    : platform === 'win32'
      ? 'the Windows Credential Manager'
      : 'the keyring of this desktop'

export const theKeychain = () => 'the keychain'

export const keychainLocked = () => ({
  message: 'the keychain is locked',
  hint: 'unlock it and run the command again, or use --store file',
})

export const noSecretService = () => ({
  message: 'there is no secret service in this session',
  hint: `start gnome-keyring, or use --store file, with a key in TOKN_STORE_KEY made with: ${makeKey}`,
})

export const noKeyring = () => ({
  message: 'the secret service has no keyring to store in',
  hint: 'log in to the desktop once so that it makes one, or use --store file',
})

export const tooLargeForWindows = () => ({
  message: 'the Windows Credential Manager refused the entry as too large',
  hint: 'use --store file',
})

export const keychainFailed = (reason: string) => ({
  message: `the keychain failed: ${reason}`,
  hint: 'tokn doctor, or use --store file',
})

export const keychainTooSlow = (seconds: number) => ({
  message: `the keychain did not answer within ${seconds} s`,
  hint: 'if it asks to be unlocked, do that and run the command again, or use --store file',
})

export const keytarNotInstalled = () => ({
  message: 'the keychain module "keytar" is not installed',
  hint: 'install tokn without --omit=optional, or use --store file',
})

export const noLibsecret = () => ({
  message: 'the keychain cannot be used: libsecret is not installed',
  hint: 'install it (Debian, Ubuntu: apt install libsecret-1-0), or use --store file',
})

export const keytarBroken = () => ({
  message: 'the keychain module "keytar" does not work on this machine',
  hint: 'use --store file',
})

export const thisMemory = () => 'the memory of this process'

// The password store (pass, gpg).

export const passwordStore = (folder: string) => `the password store, in ${folder}/`

export const passNotInstalled = () => ({
  message: 'the program "pass" is not installed',
  hint: 'install it (Debian, Ubuntu: apt install pass), or use --store file',
})

export const gpgNotInstalled = () => ({
  message: 'the password store cannot be used: gpg is not installed',
  hint: 'install it (Debian, Ubuntu: apt install gnupg), or use --store file',
})

export const passNotInitialised = () => ({
  message: 'the password store is not set up yet',
  hint: 'set it up with a key of "gpg --list-secret-keys": pass init KEY; or use --store file',
})

export const passLocked = () => ({
  message: 'gpg cannot decrypt the password store: its key is locked',
  hint: 'unlock it in a terminal with: pass show ENTRY, of any entry that is there; or use --store file',
})

export const passNoSecretKey = () => ({
  message: 'gpg cannot decrypt the password store: it does not have its secret key',
  hint: 'import the key, or encrypt for one that you have: pass init KEY; or use --store file',
})

export const passCannotEncrypt = (reason: string) => ({
  message: `gpg cannot encrypt for the key of the password store: ${reason}`,
  hint: 'choose a key of "gpg --list-secret-keys": pass init KEY; or use --store file',
})

export const passFailed = (reason: string) => ({
  message: `the password store failed: ${reason}`,
  hint: 'see what this says: pass ls; or use --store file',
})

export const passTooSlow = (seconds: number) => ({
  message: `the password store did not answer within ${seconds} s`,
  hint: 'if gpg asks for a passphrase, unlock the key first with: pass show ENTRY, of any entry that is there; or use --store file',
})
