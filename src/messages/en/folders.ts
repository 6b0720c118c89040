// English texts about profiles that folders are bound to, and about which profile a command uses.

/** `what` is one of those below. */
export const wrongFile = (file: string, what: string) => ({
  message: `${file} ${what}`,
  hint: `it holds one line, the name of a profile: tokn profile list`,
})
export const tooLong = (limit: number) => `has more than ${limit} bytes`
export const isInstead = (instead: string) => `is ${instead}`
export const namesNone = () => 'names no profile'
export const saysMore = () => 'says more than the name of a profile'
export const isNoName = (line: number) => `has no name of a profile in line ${line}`
export const orNamed = () => 'put it right, or name a profile: -P NAME'

const reasons = {
  ofAnother: 'belongs to another user',
  writableByAll: 'can be written by everybody',
  notPlain: 'is not a regular file',
  unreadable: 'cannot be read',
}
export const whyIgnored = (why: keyof typeof reasons) => reasons[why]
export const ignored = (file: string, why: string) => `${file} is ignored: it ${why}`

export const unknownProfile = (name: string, file: string, nearest: string | undefined) => ({
  message: `there is no profile "${name}", which ${file} names`,
  hint:
    nearest === undefined
      ? `tokn login ${name} --provider PROVIDER`
      : `did you mean "${nearest}"? Then: tokn profile bind ${nearest} --yes`,
})

/** Goes behind a message that speaks of a profile which nobody has named on the command line. */
export const namedBy = (message: string, name: string, file: string) =>
  `${message} ("${name}" is named by ${file})`

export const loginAs = (name: string, file: string) => `as profile "${name}", which ${file} names`
export const loginNotAs = (name: string, file: string, provider: string) =>
  `not as profile "${name}", which ${file} names: that one is of ${provider}`

export const bound = (folder: string, name: string) =>
  `${folder} and the folders in it now use "${name}"; the file only names a profile, and can be committed`
export const boundAlready = (folder: string, name: string) => `${folder} uses "${name}" already`
export const unbound = (file: string, name: string) => `${file} is removed; it named "${name}"`

export const askToRebind = (file: string, before: string, name: string) =>
  `${file} names "${before}"; name "${name}" instead?`
export const namesAnother = (file: string, before: string, name: string) => ({
  message: `${file} names "${before}"`,
  hint: `tokn profile bind ${name} --yes`,
})
export const notAgreedToRebind = () => 'the folder is bound as it was'
/** `why` is how it differs from a file of ours. */
export const notOurs = (file: string, why: string) => ({
  message: `${file} was not made by tokn: it ${why}`,
  hint: 'look at it, and move it away if nothing needs it',
})
export const isFolder = () => 'is a folder'
export const isLink = () => 'is a symbolic link'
export const noFolder = () => ({
  message: 'the current folder is gone',
  hint: 'go to another one',
})
export const notBound = (file: string, above: string | undefined) => ({
  message: `there is no ${file}`,
  hint:
    above === undefined
      ? 'tokn profile bind NAME'
      : `what counts here is ${above}: unbind it in its own folder`,
})

export const whichTitles = () => ['  WHAT', 'VALUE', 'FROM']
export const what = { profile: 'profile', store: 'store', configuration: 'config' }
export const from = {
  commandLine: 'the command line',
  defaultProfile: 'the default profile',
  onlyProfile: 'the only profile',
  ofProfile: (name: string) => `the profile "${name}"`,
  usual: 'what is usual',
  keptIn: (how: string, store: string) => `${how}, kept in ${store}`,
  usualFolder: 'the usual folder',
  tokenIn: (variable: string) => `${variable}: a token, and no session that is kept`,
  loginFrom: (provider: string) => `TOKN_PROVIDER: a login to ${provider} that is not kept`,
  ofJob: (title: string) => `TOKN_AGENT_SOCK: the session of this CI job, of ${title}`,
  ofJobWithout: {
    ended: 'TOKN_AGENT_SOCK: the session of this CI job, which has ended; see tokn ci start',
    unanswered: 'TOKN_AGENT_SOCK: the session of this CI job, whose process does not answer',
  },
}
