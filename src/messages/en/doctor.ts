// English texts about what `tokn doctor` finds, and how to fix it.

export const profilesIn = (count: number, path: string) => `${count} in ${path}`
export const node = (version: string, platform: string) => `${version} on ${platform}`

export const serversUnchecked = () => ({
  message: 'NODE_TLS_REJECT_UNAUTHORIZED=0 switches off the check of servers',
  hint: 'unset NODE_TLS_REJECT_UNAUTHORIZED',
})
export const serversChecked = () => 'servers are checked'
export const extraCa = () => ({
  message: 'NODE_EXTRA_CA_CERTS adds certificate authorities, and slows every start of Node 20',
  hint: 'where one profile needs it: tokn login PROFILE --ca FILE',
})
export const proxyUsed = (variable: string) => `${variable} is used for https; loopback goes direct`
export const nodeOptions = () => ({
  message: 'NODE_OPTIONS can load code into this program',
  hint: 'unset NODE_OPTIONS where it is not yours',
})

export const storeWorks = (name: string) => `${name}: writes, reads and erases`
export const lockWorks = () => 'taken and released'

export const refreshNotStored = () => 'a refresh got its reply but did not store it'
export const refreshInterrupted = () => 'a refresh was interrupted before its reply'
export const refreshUnreadable = () => 'a refresh got a reply that cannot be read'
export const storedNow = (what: string) => `${what}; it is stored now`
export const ofOthers = (count: number) =>
  `${count} refreshes of profiles that are not in this configuration were interrupted`

export const notContacted = () => 'not contacted'
export const noAddress = () => 'has no address'
export const answers = (origin: string) => `${origin} answers`
export const clocksAgree = (origin: string) => `${origin} answers; clocks agree`
export const clockWrong = (skew: string, ahead: boolean, origin: string) => ({
  message: `the clock of this machine is ${skew} ${ahead ? 'ahead of' : 'behind'} ${origin}`,
  hint: 'set the clock: timedatectl set-ntp true',
})

export const noHome = () =>
  'there is none: what XDG variables do not move is in a temporary directory'
export const setHome = () => 'set HOME to a folder that you can write'
export const skippedFolder = (problem: string) => `skipped: ${problem}`
export const notWaitedFor = (where: string, problems: string) =>
  `${where}; programs of yours that see another home are not waited for: ${problems}`
export const emptiedFolder = (where: string) => `${where}; it is emptied now and then`

export const leftSockets = (count: number, folder: string) =>
  `${count === 1 ? 'a socket' : `${count} sockets`} in ${folder} that killed processes have left`
export const leftTokenFiles = (count: number, folder: string) =>
  `${count === 1 ? 'a folder' : `${count} folders`} with tokens in ${folder} that a killed tokn exec has left`
export const swept = (what: string) => `${what}: removed`

// Engines of stores that many machines share.

/** `engine`: how it describes itself. */
/** The key at hand, the variable that it is in, and the names of those that the store is under. */
export const storeKey = ({
  kid,
  from,
  role,
  inUse,
}: {
  readonly kid: string
  readonly from: string
  readonly role: 'refresher' | 'reader'
  readonly inUse: readonly string[]
}) => {
  const what = `${from} is ${role === 'reader' ? `a reader's key of ${kid}` : `the key ${kid}`}`
  if (inUse.length === 0) return `${what}; the store has none yet, and its first login is under it`
  const change = inUse.length > 1 ? ', while it is changed' : ''
  return `${what}; the store is under ${inUse.join(' and ')}${change}`
}
export const engineAnswers = (engine: string) => `${engine} answers`
/** `code`: that of the error. */
export const engineFails = (message: string, code: string) => `${message} (${code})`
export const engineClockAgrees = () => 'its clock and that of this machine agree'
export const engineClockApart = (apart: string, ahead: boolean) => ({
  message: `the clock of this machine is ${apart} ${ahead ? 'ahead of' : 'behind'} that of the engine: tokens that others have refreshed seem to end at other times`,
  hint: 'set the clock: timedatectl set-ntp true',
})
export const engineTakes = (milliseconds: number) => `an answer takes ${milliseconds} ms`
export const engineNearer = () =>
  'each refresh asks it a dozen times: run the jobs nearer to it, or it nearer to them'

/** What a failure says to do, as doctor has it, which does not send to itself. */
export const withoutItself = (fix: string) =>
  fix.replace(/^tokn doctor(?:, or |$)|: tokn doctor$/, '')
