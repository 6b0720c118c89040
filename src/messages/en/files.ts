// English texts about files and folders, profiles on disk, locks.
import { didYouMean } from './core.ts'

// Why a system call failed.

const reasons = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  ENOSPC: 'no space left on the device',
  EROFS: 'the file system is read-only',
  EIO: 'input or output error',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  EFBIG: 'the file would be too large',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'it is a symbolic link',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ENOENT: 'no such file or directory',
  ENXIO: 'it is not a plain file',
  EBUSY: 'it is in use',
  EEXIST: 'it exists already',
  EADDRINUSE: 'another program uses the port',
  EADDRNOTAVAIL: 'this machine has no such address',
  EDQUOT: 'the disk quota is used up',
} as const

const isKnown = (code: string): code is keyof typeof reasons => Object.hasOwn(reasons, code)

/** `code` is that of the system error, if it has one. */
export const reason = (code: string | undefined) =>
  code === undefined ? 'an unexpected error' : isKnown(code) ? reasons[code] : `error ${code}`

const deeds = {
  read: 'read',
  write: 'write',
  'write to': 'write to',
  create: 'create',
  remove: 'remove',
  open: 'open',
  use: 'use',
  lock: 'lock',
} as const

export const cannot = (deed: keyof typeof deeds, path: string, why: string) =>
  `cannot ${deeds[deed]} ${path}: ${why}`

export const setOwnFolders = () =>
  'set HOME, or XDG_CONFIG_HOME, XDG_DATA_HOME and XDG_STATE_HOME, to folders of your own'

// Files and folders that are not used.

const objections = {
  notPlain: 'it is not a plain file',
  notDirectory: 'it is not a directory',
  ofAnother: 'it belongs to another user',
  notPrivate: 'other users have access to it',
} as const

export const refusing = (path: string, why: keyof typeof objections) =>
  `refusing ${path}: ${objections[why]}`

export const controlledByOthers = (path: string, above: string) =>
  `refusing ${path}: other users control ${above}`

/** `changeable`: whether the file system has modes for each file. */
export const writableByOthers = (path: string, changeable: boolean) => ({
  message: `refusing ${path}: other users may write to it`,
  hint: changeable
    ? `chmod go-w ${path}`
    : 'its file system has no modes of its own: mount it with umask=077, or use another folder',
})

export const tooLarge = (path: string, limit: number) =>
  `refusing ${path}: it is larger than ${limit < 1_048_576 ? `${limit} bytes` : `${limit / 1_048_576} MiB`}`

export const noRoot = (path: string, root: string) => `cannot create ${path}: there is no ${root}`

export const noLockFolder = (problems: string) => ({
  message: `there is no folder for locks that this user can write (${problems})`,
  hint: 'set HOME to a folder that you can write; or keep nothing, with --store memory',
})

export const noHome = (home: string) => ({
  message: `there is no home, and other users have access to ${home}`,
  hint: 'set HOME to a folder of your own',
})

export const homeOfAnother = (path: string) => ({
  message: `running as root, but ${path} belongs to another user`,
  hint: 'run tokn without sudo, or with: sudo -H tokn',
})

export const noTemporaryFolder = (directory: string) => ({
  message: `cannot create a folder in ${directory}`,
  hint: 'set TMPDIR to a folder that you can write to',
})

// Files that the user names.

export const fileNotCreated = (path: string, why: string) => ({
  message: `"${path}" could not be written (${why})`,
  hint: 'name a file that does not exist yet',
})

export const theDefinition = (id: string) => `the definition "${id}"`

export const notAProviderName = (given: string) => ({
  message: `"${given}" is not a name for a provider`,
  hint: 'use lower-case letters, digits and dashes; those there are: tokn provider list',
})

export const nothingOnInput = (what: string) => ({
  message: `there is nothing on standard input, from which ${what} is to be read`,
  hint: 'the same command with a file behind it: < FILE',
})

export const standardInput = () => 'standard input'

export const cannotReadFile = (path: string, why: string) => `cannot read ${path}: ${why}`

/** What a list of a profile has, in words. */
export const url = (field: 'apiUrls' | 'hosts') =>
  field === 'apiUrls' ? 'the API URL' : 'the host'

export const notAFile = (path: string) => `not a file that can be read: ${path}`

export const tooMuchInput = (kibibytes: number) =>
  `there is more to read than the ${kibibytes} KiB that are allowed`

export const cannotReadInput = (why: string) => `the input cannot be read (${why})`

// Locks, and what is only remembered.

/** `holder` is undefined where it is not known. */
export const busy = (holder: { readonly pid: number; readonly command: string } | undefined) => ({
  message: `${holder === undefined ? 'another process' : `process ${holder.pid} (${holder.command})`} holds the lock that this needs`,
  hint: 'wait for it to end, or wait longer with --timeout',
})

export const indexNotWritten = () => 'cannot write the index'

// The file of profiles.

export const readableByOthers = (path: string) =>
  `other users may read ${path}; the next change to it will fix that`

export const profileReplaced = (name: string) => ({
  message: `the profile "${name}" has been replaced meanwhile`,
  hint: 'tokn profile list',
})

export const profileExists = (name: string) => `there is a profile "${name}" already`

export const noSuchProfile = (name: string, near: readonly string[]) => ({
  message: `there is no profile "${name}"`,
  hint: near.length === 0 ? 'tokn profile list' : didYouMean(...near),
})

/** `path` of a file that is too large, as `message` says. */
export const hugeConfiguration = (message: string, path: string) => ({
  message,
  hint: `move it away (the file before its last change is ${path}.bak), or use another directory with --config-dir`,
})

export const danglingLink = (path: string) => `${path} is a link to a file that does not exist`

export const newerConfiguration = (path: string, found: number, known: number) => ({
  message: `${path} was written by a newer tokn (config v${found}, this one knows v${known})`,
  hint: 'use that tokn, or another directory with --config-dir',
})

const faults = {
  notAnObject: 'does not hold a JSON object',
  noProfiles: 'has no object of profiles',
  defaultNotText: 'names a default profile that is not a text',
} as const

type ConfigurationFault =
  | keyof typeof faults
  | { readonly version: number }
  | { readonly place: string; readonly instead?: string }

const faultInWords = (fault: ConfigurationFault) => {
  if (typeof fault === 'string') return faults[fault]
  if ('version' in fault) return `has no version, or one that is not ${fault.version}`
  const instead = fault.instead === undefined ? '' : `: it is ${fault.instead}`
  return `is not valid JSON (${fault.place})${instead}`
}

export const placeInText = (line: number, column: number) => `line ${line}, column ${column}`

export const unusableConfiguration = (path: string, fault: ConfigurationFault) => ({
  message: `the configuration ${path} ${faultInWords(fault)}`,
  hint: `tokn doctor; the file before its last change is ${path}.bak`,
})

export const configurationWouldBeLarger = (path: string, mebibytes: number) => ({
  message: `the configuration ${path} would be larger than ${mebibytes} MiB`,
  hint: 'remove profiles that are not used any more: tokn profile list',
})

export const nestedTooDeeply = (path: string) => `the configuration ${path} is nested too deeply`

// One profile in it.

const fieldFaults = {
  missing: 'is missing',
  notAText: 'is not a text',
  notAList: 'is not a list',
  notAnObject: 'is not an object',
  notAPath: 'is not an absolute path',
  notAnId: 'must be 16 to 64 letters, digits, dashes and underscores',
  notAProvider: 'must be 1 to 32 lower-case letters, digits and dashes',
  controlCharacter: 'contains a control character',
} as const

type FieldFault =
  | keyof typeof fieldFaults
  | { readonly longest: number }
  | { readonly key: string }
  | { readonly oneOf: readonly string[] }

const fieldFaultInWords = (fault: FieldFault) => {
  if (typeof fault === 'string') return fieldFaults[fault]
  if ('longest' in fault) return `is longer than ${fault.longest} characters`
  return 'key' in fault ? `cannot have "${fault.key}"` : `is none of ${fault.oneOf.join(', ')}`
}

/** `field` is undefined for the profile itself. */
export const badField = (profile: string, field: string | undefined, fault: FieldFault) => ({
  message: `profile "${profile}": ${field ?? 'it'} ${fieldFaultInWords(fault)}`,
  hint: `fix the file, or write the profile again with: tokn login ${profile} --provider PROVIDER`,
})

export const secretInProfile = (profile: string, field: string) => ({
  message: `profile "${profile}" has a secret in its field "${field}"`,
  hint: `remove it from the file, then: tokn login ${profile}`,
})

/** What was to be written could not be read again, as `message` says. */
export const nothingWritten = (message: string) => ({
  message,
  hint: 'nothing was written; use a value that is allowed',
})
